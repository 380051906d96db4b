"""Formats whose library is slow to load: it is when the first dataset is written or read.

The web process tells formats by name and writes none. pyarrow alone would cost each of its
processes 36 MB, and a fifteenth of a second at its start.
"""

from collections.abc import Callable
from importlib import import_module

from engine.datasets.files import Out, Source
from engine.datasets.formats.format import Report
from engine.datasets.sample import Dataset


def late_write(module: str) -> Callable[[Dataset, Out], None]:
    """Return what writes by the function `write` of a module."""

    def write(dataset: Dataset, out: Out) -> None:
        import_module(module).write(dataset, out)

    return write


def late_read(module: str) -> Callable[[Source, Report], Dataset]:
    """Return what reads by the function `read` of a module."""

    def read(source: Source, report: Report) -> Dataset:
        dataset: Dataset = import_module(module).read(source, report)
        return dataset

    return read
