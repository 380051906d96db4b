"""Dataset versions: the manifest that proves one, and a reader and a writer for each format.

`engine.datasets.open(path)` is engine.datasets.torch_dataset.open_dataset.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Callable[..., Any]:
    """Import what opens a dataset when it is asked for: the web process loads no torch."""
    if name == "open":
        found: Callable[..., Any] = import_module("engine.datasets.torch_dataset").open_dataset
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
