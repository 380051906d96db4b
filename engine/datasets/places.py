"""Where an image's bytes lie in a dataset's files, so that any process finds them again."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import IS_LINK, Source, TarSource, ZipSource
from engine.media.archive import OWN_LIMITS
from engine.media.tars import is_tar

MAX_BYTES: Final = 512 * 2**20  # of an image


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a dataset, or a part of one."""

    name: str
    start: int = 0
    size_bytes: int | None = None  # None: to its end


@dataclass(frozen=True, slots=True)
class Placed:
    """What loads an image's bytes, and tells where they lie."""

    load: Callable[[], bytes]
    place: Place

    def __call__(self) -> bytes:
        return self.load()


class PlacedBytes:
    """Reads places of a folder, a zip, a tar or a file; it may be forked and pickled.

    Each process opens an archive by itself: two that share a zip move each other's place in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._archive: Source | None = None
        self._owner = 0  # the process that opened it

    def __getstate__(self) -> Path:
        return self._path

    def __setstate__(self, path: Path) -> None:
        self._path, self._archive, self._owner = path, None, 0

    def read(self, place: Place) -> bytes:
        """Return the bytes.

        Raises:
            DatasetError: they are not there, not all there, or more than 512 MiB.

        """
        with self._file(place.name) as file:
            file.seek(place.start)
            data = file.read(MAX_BYTES + 1 if place.size_bytes is None else place.size_bytes)
        if len(data) > MAX_BYTES:
            raise DatasetError(f"is longer than {MAX_BYTES} bytes", file=place.name)
        if len(data) < (place.size_bytes or 0):
            raise DatasetError("is cut short", file=place.name)
        return data

    @contextmanager
    def _file(self, name: str) -> Iterator[BinaryIO]:
        is_inside = not self._path.is_dir() and name != self._path.name
        if is_inside and (is_tar(self._path) or zipfile.is_zipfile(self._path)):
            with self._opened().file(name) as file:
                yield file
            return
        path = self._path / name if self._path.is_dir() else self._path
        if not path.is_file() or not path.resolve().is_relative_to(self._path.resolve()):
            why = f": it {IS_LINK}" if path.is_symlink() else ""
            raise DatasetError(f"is not there{why}", file=name)
        with path.open("rb") as file:
            yield file

    def _opened(self) -> Source:
        if self._archive is None or self._owner != os.getpid():
            kind = TarSource if is_tar(self._path) else ZipSource
            self._archive, self._owner = kind(self._path, OWN_LIMITS), os.getpid()
        return self._archive
