"""Read tables of comma-separated text row by row, of whatever length."""

import csv
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final, TypeAlias

from engine.datasets.errors import DatasetError

Row: TypeAlias = Mapping[str, str]
_LINE_BYTES: Final = 2**20


def read_head(file: BinaryIO, name: str) -> list[str]:
    """Return the names of a table's columns.

    Raises:
        DatasetError: the first line is no text, or too long.

    """
    return next(_rows(file, name), (1, []))[1]


def iter_rows(file: BinaryIO, name: str) -> Iterator[tuple[int, Row]]:
    """Yield the line on which each row ends, from 2, and its cells by the names of the columns.

    A row that is short lacks its last cells, and cells that have no name are passed over.

    Raises:
        DatasetError: a line is too long, or no text.

    """
    rows = _rows(file, name)
    _, names = next(rows, (1, []))
    for number, cells in rows:
        if cells:
            yield number, dict(zip(names, cells, strict=False))


def _rows(file: BinaryIO, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(file, name))
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DatasetError(str(error), file=name, index=reader.line_num) from None
        if cells is None:
            return
        yield reader.line_num, [cell.strip() for cell in cells]


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    number = 0
    while data := file.readline(_LINE_BYTES):
        number += 1
        if len(data) == _LINE_BYTES and not data.endswith(b"\n"):
            raise DatasetError("the line is too long", file=name, index=number)
        try:
            text = data.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise DatasetError("the text is not UTF-8", file=name, index=number) from None
        yield text.replace("\0", "_")
