"""Where a manifest's rows lie in its file, so that each is read when its image is met elsewhere."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from engine.datasets.manifest import ManifestRow, next_line, parse_row
from engine.datasets.manifest_lines import header_of, lines_of
from engine.datasets.naming import safe_name

_DIGITS: Final = 16  # of a digest, which tell nearly all images apart
_SHOWN: Final = 8  # digits that exports put behind names that are not unique
_NOT_MET: Final = 0
_WITHOUT_BYTES: Final = 1
_WITH_BYTES: Final = 2


class RowPlaces:
    """A manifest's rows by number. Memory holds 17 bytes of each."""

    def __init__(self, manifest: BinaryIO) -> None:
        """Go through the manifest once.

        Raises:
            DatasetError: it is none, or its rows are not sorted.

        """
        self.header = header_of(manifest)
        self._file = manifest
        self._starts = array("Q", [manifest.tell()])
        self._digests = array("Q")
        for line in lines_of(manifest):
            self._starts.append(self._starts[-1] + len(line.line))
            self._digests.append(int(line.image_sha256[:_DIGITS], 16))
        self._met = bytearray(len(self._digests))
        self._names: dict[str, int] | None = None

    def find(self, sha256: str) -> tuple[int, ManifestRow] | None:
        """Return the row of an image and its number."""
        key = int(sha256[:_DIGITS], 16)
        place = bisect_left(self._digests, key)
        while place < len(self._digests) and self._digests[place] == key:
            row = self._row(place)
            if row["image_sha256"] == sha256:
                return place, row
            place += 1
        return None

    def find_named(self, file_name: str) -> tuple[int, ManifestRow] | None:
        """Return the first row of a name, or of one that exports make safe and unique of it.

        All names are then in memory.
        """
        if self._names is None:
            self._names = {}
            for place in range(len(self._digests)):
                for name in names_of(self._row(place)):
                    self._names.setdefault(name, place)
        found = self._names.get(file_name)
        return None if found is None else (found, self._row(found))

    def meet(self, place: int, *, has_bytes: bool) -> bool:
        """Note that an image was met, with its bytes or not; tell whether it is the first time."""
        is_first = self._met[place] == _NOT_MET
        if is_first:
            self._met[place] = _WITH_BYTES if has_bytes else _WITHOUT_BYTES
        return is_first

    def all(self) -> Iterator[ManifestRow]:
        """Yield all rows."""
        yield from map(self._row, range(len(self._digests)))

    def left(self) -> Iterator[ManifestRow]:
        """Yield the rows whose images were not met."""
        yield from self._rows(_NOT_MET)

    def without_bytes(self) -> Iterator[ManifestRow]:
        """Yield the rows whose images were met without their bytes."""
        yield from self._rows(_WITHOUT_BYTES)

    def count_with_bytes(self) -> int:
        return self._met.count(_WITH_BYTES)

    def _rows(self, how: int) -> Iterator[ManifestRow]:
        place = self._met.find(how)
        while place >= 0:
            yield self._row(place)
            place = self._met.find(how, place + 1)

    def _row(self, place: int) -> ManifestRow:
        self._file.seek(self._starts[place])
        return parse_row(next_line(self._file, place + 1), place + 1)


def lost_images(places: RowPlaces) -> Iterator[str]:
    """Yield a line for each image that lacks where others are there; without any none went out."""
    there = places.count_with_bytes()
    if there:
        for row in places.without_bytes():
            yield f"{row['file_name']}: its image is missing, while those of {there:,} are there"


def names_of(row: ManifestRow) -> tuple[str, ...]:
    """Return an image's name, and those that exports give it for any system to take it."""
    safe = PurePosixPath(safe_name(row["file_name"]))
    unique = safe.with_name(f"{safe.stem}-{row['image_sha256'][:_SHOWN]}{safe.suffix}")
    return row["file_name"], safe.as_posix(), unique.as_posix()
