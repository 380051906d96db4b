"""Read JSON lines that somebody else may have written: one object at a time, faults by line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from engine.datasets.errors import DatasetError
from engine.datasets.json_bounds import loads

_LINE_BYTES: Final = 64 * 2**20


def iter_objects(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each line's number, from 1, and its object; empty lines are passed over.

    Raises:
        DatasetError: a line is no JSON object, over 64 MiB, or holds too much: json_bounds.py.

    """
    name = Path(str(getattr(file, "name", "JSON lines"))).name
    number = 0
    while line := file.readline(_LINE_BYTES):
        number += 1
        if len(line) == _LINE_BYTES and not line.endswith(b"\n"):
            raise DatasetError("the line is too long", file=name, index=number)
        if not line.strip():
            continue
        yield number, parse_object(line, name, number)


def parse_object(line: bytes, file: str, number: int) -> dict[str, Any]:
    """Return the object that a line is. Raise DatasetError that tells file and line."""
    try:
        value = loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"not JSON: {error}", file=file, index=number) from None
    if not isinstance(value, dict):
        raise DatasetError("must be a JSON object", file=file, index=number)
    return value
