"""The one document of `anneal diff --json`: each image that differs, and the totals."""

import json
from collections.abc import Callable, Iterable, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import typer

from engine.datasets.diff_totals import Summary

_IN_MEMORY_BYTES: Final = 8 * 2**20
_PIECE: Final = 2**20  # characters


def show_differences(changes: Iterable[Mapping[str, Any]], totals: Callable[[], Summary]) -> None:
    """Print the changes as they come, then the totals, which are asked for after the last one.

    They wait in a file, so that memory does not grow with them, and what fails prints no half.
    """
    with SpooledTemporaryFile(_IN_MEMORY_BYTES, "w+", encoding="utf-8") as told:
        told.write('{"changes": [')
        for number, change in enumerate(changes):
            told.write(", " if number else "")
            told.write(json.dumps(change, ensure_ascii=False))
        told.write("], " + json.dumps(totals(), ensure_ascii=False).removeprefix("{"))
        told.seek(0)
        while piece := told.read(_PIECE):
            typer.echo(piece, nl=False)
    typer.echo()
