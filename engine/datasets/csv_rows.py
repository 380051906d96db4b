"""Read tables of comma-separated text row by row, of whatever length."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final, TypeAlias

from engine.datasets.errors import DatasetError

Row: TypeAlias = Mapping[str, str]
Cells: TypeAlias = tuple[str | None, ...]  # None: the row has no such column
MAX_KEPT_ROWS: Final = 1_500_000  # of a dataset: 640 bytes for one of Open Images
MAX_KEPT_LETTERS: Final = 2**28
_LINE_BYTES: Final = 2**20


class KeptRows:
    """What is wanted of the rows of a dataset's tables, for readers who keep them, up to a limit.

    It keeps none itself: it makes them small, and counts them.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        """Want the cells of those columns."""
        self._columns = columns
        self._rows = 0
        self._letters = 0

    def cells(self, row: Row, file: str, line: int) -> Cells:
        """Return the cells that are wanted.

        Raises:
            DatasetError: too much is kept by now.

        """
        cells = tuple(map(row.get, self._columns))
        self._rows += 1
        self._letters += sum(len(cell) for cell in cells if cell)
        if self._rows > MAX_KEPT_ROWS or self._letters > MAX_KEPT_LETTERS:
            fault = (
                f"the tables have over {MAX_KEPT_ROWS} rows or {MAX_KEPT_LETTERS} letters: "
                "split the dataset into smaller ones"
            )
            raise DatasetError(fault, file=file, index=line)
        return cells

    def row(self, cells: Cells) -> Row:
        """Return the row that cells are of."""
        told = zip(self._columns, cells, strict=True)
        return {column: cell for column, cell in told if cell is not None}


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
