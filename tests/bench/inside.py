"""Calling a function inside the stack that is measured, in a process of its own."""

import json
from typing import Any, Final

from tests.stack import Stack

WITHIN_S: Final = 3600


def run_inside(stack: Stack, module: str, call: str) -> dict[str, Any]:
    """Call a function of a module of tests.bench; return the JSON that it printed last, if any."""
    package, _, name = module.rpartition(".")
    code = f"from tests.bench.{package} import {name}\n{name}.{call}"
    said = stack.manage("shell", "--no-imports", "-c", code, within_s=WITHIN_S)
    lines = [line for line in said.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
