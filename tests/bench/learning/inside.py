"""Calling a function inside the stack that is measured, in a process of its own."""

import json
from typing import Any, Final

from tests.stack import Stack

WITHIN_S: Final = 3600


def run_inside(stack: Stack, module: str, call: str) -> dict[str, Any]:
    """Call a function of a module beside this one; return the JSON that it printed last."""
    code = f"from tests.bench.learning import {module}\n{module}.{call}"
    said = stack.manage("shell", "--no-imports", "-c", code, within_s=WITHIN_S)
    lines = [line for line in said.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1])
    return found
