"""Calling a function inside the stack that is measured, in a process of its own."""

import json
from typing import Any

from tests.stack import Stack


def run_inside(stack: Stack, module: str, call: str) -> dict[str, Any]:
    """Call a function of a module beside this one; return the JSON that it printed last."""
    said = stack.manage(
        "shell", "--no-imports", "-c", f"from tests.bench.datasets import {module}\n{module}.{call}"
    )
    lines = [line for line in said.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
