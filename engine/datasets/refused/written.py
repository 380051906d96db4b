"""The files of refused rows, written one by one into a limited room."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from engine.datasets.files import Out, Source
from engine.datasets.formats.huggingface_features import VOICES
from engine.datasets.formats.pictures import Pictures, is_image
from engine.datasets.refused.kinds import cut_of, stem_of
from engine.datasets.refused.problems import Sorted
from engine.datasets.refused.wanted import Kept, Wanted, Write, bare_names, path_of

MAX_FILE_BYTES: Final = 64 * 2**20  # that is taken as a whole
MAX_BYTES: Final = 256 * 2**20  # of all of it, unpacked
_IN_MEMORY: Final = 8 * 2**20
_PIECE: Final = 2**20


class _NoRoomError(Exception):
    """It would be too large."""


class Written:
    """What was written so far, and what was left out."""

    def __init__(self, source: Source, form: str, out: Out) -> None:
        self.kept: dict[str, Kept] = {}  # of files that were looked through
        self.names: dict[str, None] = {}  # of files that are here
        self.left: dict[str, str] = {}  # why a file is not
        self.images: set[str] = set()  # of which something is here, without folders
        self._source = source
        self._form = form
        self._out = out
        self._room = MAX_BYTES

    def take(self, name: str) -> None:
        """Take a file as a whole, unless it is large."""

        def copy(write: Write) -> None:
            with self._source.file(name) as whole:
                while piece := whole.read(_PIECE):
                    write(piece)

        if self._is_free(name) and name not in self.names and name not in self.left:
            try:
                self._write(name, MAX_FILE_BYTES, copy)
            except ValueError as error:
                self.left[name] = f"not here: it cannot be read ({error})"

    def cut(self, name: str, wanted: Wanted) -> None:
        """Take what is wanted of a file, or all of it where it cannot be read to its end."""
        cut = cut_of(self._form, name)

        def copy(write: Write) -> bool:
            kept = cut(self._source, name, wanted, write) if cut else Kept()
            if kept:
                self.kept[name] = kept
            return bool(kept)

        if self._is_free(name) and name not in self.names:
            try:
                self._write(name, MAX_BYTES, copy)
            except ValueError:  # a stranger's file, of which the import must not fail
                self.kept.pop(name, None)
                self.take(name)
        self.images |= self.kept[name].images if name in self.kept else set()

    def take_beside(self, found: Sorted) -> None:
        """Take the pictures, maps and texts that belong to what is here."""
        pictures = Pictures(self._source)
        called = {text for kept in self.kept.values() for text in kept.texts}
        by_stem = {} if all(map(is_image, called)) else _by_stem(pictures.names)
        for text in called:
            alike = map(pictures.find, [path_of(text), *bare_names(text)])
            picture = next(filter(None, alike), by_stem.get(text))
            if picture:
                self.take(picture)
        stems: dict[str, set[str]] = {}  # and the images that are called so
        for each in [*self.names, *found.images - self.images]:
            stem = stem_of(self._form, each)
            if stem is not None:
                stems.setdefault(stem, set()).update({each} & found.images)
        for name in self._source.names if stems else ():
            stem = stem_of(self._form, name)
            if stem is not None and stem in stems:
                self.take(name)
                self.images |= stems[stem]

    def _is_free(self, name: str) -> bool:
        """Tell whether a file holds nobody's voice: a copy would outlive what its speaker says."""
        if PurePosixPath(name).parent.name != VOICES:
            return True
        self.left[name] = "not here: it holds voices, so mend it in your own file"
        return False

    def _write(self, name: str, limit: int, copy: Callable[[Write], bool | None]) -> None:
        """Write a file once it is whole, and known not to be too large."""
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            try:
                is_empty = copy(_limited(file, min(limit, self._room))) is False
            except _NoRoomError:
                self.left[name] = (
                    "not here: it is too large, so mend it in your own file"
                    if limit <= self._room
                    else "not here: the zip is full, so send this and come again"
                )
                return
            if is_empty:
                return
            self._room -= file.tell()
            file.seek(0)
            with self._out.file(name) as out:
                shutil.copyfileobj(file, out, _PIECE)
        self.names[name] = None


def _by_stem(names: Iterable[str]) -> dict[str, str]:
    """Return pictures by their names without ending: not maps, which lie behind them."""
    return {PurePosixPath(name).stem: name for name in sorted(names, reverse=True)}


def _limited(file: IO[bytes], limit: int) -> Write:
    def write(data: bytes) -> None:
        if file.tell() + len(data) > limit:
            raise _NoRoomError
        file.write(data)

    return write
