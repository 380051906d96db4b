"""A manifest's rows as they lie in the file: told apart by their image, and found by bisection.

What is done here costs as much as the bytes that are read; nothing is parsed that need not be.
"""

from collections.abc import Iterator
from itertools import count
from os import SEEK_END
from typing import BinaryIO, Final, NamedTuple

from engine.datasets.errors import DatasetError
from engine.datasets.manifest import ManifestRow, is_sha256, next_line, parse_row, read_manifest

# As canonical JSON has it. A quote in a text has a backslash before it, so this is always a key; a
# row has it once, but for a caption that has a key of this name, too.
_KEY: Final = b',"image_sha256":"'
_DIGITS: Final = 64


class ManifestLine(NamedTuple):
    """One row, as bytes, and the image that it is of."""

    image_sha256: str
    line: bytes
    number: int | None  # of the line; None: not known

    def parsed(self) -> ManifestRow:
        """Read the row and check it."""
        return parse_row(self.line, self.number)


def header_of(file: BinaryIO) -> dict[str, object]:
    """Return the header; the file then stands at the first row."""
    file.seek(0)
    return read_manifest(file)[0]


def lines_of(file: BinaryIO, *, after: str = "") -> Iterator[ManifestLine]:
    """Yield the rows, or those whose image comes after this sha256.

    Raises:
        DatasetError: it is no manifest, or its rows are not sorted.

    """
    header_of(file)
    if after:
        _seek(file, after)
    last = ""
    for number in count(1):
        index = None if after else number
        line = next_line(file, index)
        if not line:
            return
        sha256 = _sha256_in(line, index)
        if sha256 <= last:
            raise DatasetError("image_sha256 is not after the row before", index=index)
        last = sha256
        if sha256 != after:
            yield ManifestLine(sha256, line, index)


def find_row(file: BinaryIO, sha256: str) -> ManifestRow | None:
    """Return the row of an image, if it is there; reads a few lines, however many there are."""
    header_of(file)
    _seek(file, sha256)
    line = next_line(file, None)
    found = bool(line) and _sha256_in(line, None) == sha256
    return parse_row(line, None) if found else None


def _seek(file: BinaryIO, sha256: str) -> None:
    """Go from the first row to the first whose image does not come before this one."""
    low = file.tell()  # a row begins here; all before it come before
    high = file.seek(0, SEEK_END)  # no row that begins here or later comes before
    while low < high:
        middle = (low + high) // 2
        begin = middle
        if middle > low:
            file.seek(middle - 1)
            begin = middle - 1 + len(next_line(file, None))  # the first row from the middle on
        file.seek(begin)
        line = next_line(file, None) if begin < high else b""
        if line and _sha256_in(line, None) < sha256:
            low = begin + len(line)
        else:
            high = middle
    file.seek(low)


def _sha256_in(line: bytes, index: int | None) -> str:
    at = line.find(_KEY) + len(_KEY)
    sha256 = line[at : at + _DIGITS].decode("ascii", "replace")
    if is_sha256(sha256) and line.find(_KEY, at) < 0:
        return sha256
    return parse_row(line, index)["image_sha256"]
