"""Read the files of an untrusted tar: plain, or packed with gzip or Zstandard.

What is packed is unpacked as a whole into a file without a name, as no place in it is found else.
Nothing is ever written by a name of its own, and the limits are those of zips (archive.py).
"""

import gzip
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, NamedTuple, cast
from weakref import finalize

from engine.media.archive import (
    DEFAULT_LIMITS,
    NESTED,
    PACKED_NESTED,
    RATIO,
    RATIO_FROM_BYTES,
    ArchiveLimits,
    too_large,
)
from engine.media.entries import ArchiveEntry, Refusals, check_name, is_hidden, printable
from engine.media.errors import MediaError
from engine.media.ranges import open_part
from engine.media.tar_headers import BROKEN, is_plain, iter_headers

_CHUNK_BYTES: Final = 2**20
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZIP: Final = b"PK"
_PACKED: Final = re.compile(r"(\.tar)?\.(gz|zst)$|\.(tgz|tzst)$", re.IGNORECASE)


class _Place(NamedTuple):
    start: int
    size_bytes: int


def is_tar(path: Path) -> bool:
    """Tell by a file's first bytes whether it is a tar, or packed as only tars are taken here."""
    with path.open("rb") as file:
        head = file.read(tarfile.BLOCKSIZE)
    if head.startswith((_GZIP, _ZSTD, _ZIP)):
        return not head.startswith(_ZIP)
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "replace")  # a header has a sum of itself
    except tarfile.TarError:
        return False
    return True


def iter_tar_images(path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[ArchiveEntry]:
    """Yield each file but hidden ones. Raise MediaError if the archive itself is unacceptable."""
    seen: set[str] = set()
    with _unpacked(path, limits) as file:
        for name, info in _wanted(file, limits):
            try:
                check_name(name, seen, "tar")
                _check_kind(info, NESTED)
                data = _read(file, _Place(info.offset_data, info.size), limits.entry_bytes)
            except MediaError as error:
                yield ArchiveEntry(printable(name), None, error)
            else:
                yield ArchiveEntry(name, data)


class TarFiles:
    """The files of a tar by name, for whoever reads them in an order of their own.

    One of an odd kind has its name among theirs, and is an error when it is read.

    Raises:
        MediaError: the archive itself is unacceptable, as where a name leads out of it.

    """

    def __init__(self, path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
        self.name = f"{_PACKED.sub('', path.name)}.tar" if _PACKED.search(path.name) else path.name
        self._file = _unpacked(path, limits)
        finalize(self, self._file.close)
        self._places: dict[str, _Place] = {}
        self._refusals = Refusals("tar")
        for name, info in _wanted(self._file, limits):
            if self._refusals.is_named_well(name):
                self._places[name] = _Place(info.offset_data, info.size)
                self._refusals.judge(name, partial(_check_kind, info, PACKED_NESTED))

    @property
    def names(self) -> Iterable[str]:
        """Those of its files, in their order."""
        return self._places.keys()

    @property
    def refused(self) -> Sequence[ArchiveEntry]:
        """The entries that are refused by themselves, in their order."""
        return self._refusals.entries

    def whole(self) -> BinaryIO:
        """Open the tar itself, unpacked."""
        return open_part(self._file, 0, os.fstat(self._file.fileno()).st_size)

    def opened(self, name: str) -> BinaryIO:
        """Open a file, of any length.

        Raises:
            KeyError: there is no such file.
            MediaError: it is odd.

        """
        place = self._places[name]
        self._refusals.check(name)
        return open_part(self._file, *place)

    def read(self, name: str, limit_bytes: int) -> bytes:
        """Return a file's bytes.

        Raises:
            KeyError: there is no such file.
            MediaError: it is odd, cut short, or longer than allowed.

        """
        place = self._places[name]
        self._refusals.check(name)
        return _read(self._file, place, limit_bytes)


def _wanted(file: BinaryIO, limits: ArchiveLimits) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """Yield all but folders, what is hidden, and the tools' notes on others."""
    try:
        for number, info in enumerate(iter_headers(file)):
            _check_count(number, limits)
            name = info.name.removeprefix("./")
            if not info.isdir() and not is_hidden(name):
                yield name, info
    except MediaError:
        raise
    except BROKEN as error:
        fault = f"This is not a whole tar: make it or upload it again ({str(error)[:100]})."
        raise MediaError("broken", fault) from None


def _check_count(number: int, limits: ArchiveLimits) -> None:
    if number >= limits.entries:
        fault = f"This tar has over {limits.entries} entries: split it, or unpack it."
        raise MediaError("too_many_entries", fault)


def _check_kind(info: tarfile.TarInfo, nested: re.Pattern[str]) -> None:
    if not is_plain(info):
        raise MediaError("link", "It is a link or a device, not a file: add the file itself.")
    if nested.search(info.name):
        raise MediaError("nested", "It is an archive inside the archive: unpack it first.")


def _read(file: BinaryIO, place: _Place, limit_bytes: int) -> bytes:
    if place.size_bytes > limit_bytes:
        raise too_large(limit_bytes)
    with open_part(file, *place) as part:
        data = part.read()
    if len(data) < place.size_bytes:
        raise MediaError("broken", "It is cut short in the tar: make it or upload it again.")
    return data


def _unpacked(path: Path, limits: ArchiveLimits) -> BinaryIO:
    """Open a tar; a packed one is written out, beside it where that is allowed, and has no name."""
    file = path.open("rb")
    head = file.read(len(_ZSTD))
    file.seek(0)
    if not head.startswith((_GZIP, _ZSTD)):
        return file
    place = path.parent if os.access(path.parent, os.W_OK) else None
    out = cast("BinaryIO", TemporaryFile(dir=place))  # noqa: SIM115  # whoever reads it closes it
    try:
        with file, _unpacking(file, head) as packed:
            _copy(packed, out, path.stat().st_size, limits.total_bytes)
    except MediaError:
        out.close()
        raise
    except (*BROKEN, zlib.error):
        out.close()
        raise MediaError("broken", "It cannot be unpacked: make it or upload it again.") from None
    return out


def _unpacking(file: BinaryIO, head: bytes) -> BinaryIO:
    if head.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    arrow = import_module("pyarrow")  # slow to load, and few need it
    return cast("BinaryIO", arrow.CompressedInputStream(arrow.PythonFile(file, "r"), "zstd"))


def _copy(packed: BinaryIO, out: BinaryIO, packed_bytes: int, limit_bytes: int) -> None:
    most = min(limit_bytes, max(RATIO_FROM_BYTES, RATIO * packed_bytes))
    size = 0
    while piece := packed.read(_CHUNK_BYTES):
        size += len(piece)
        if size > limit_bytes:
            raise MediaError(
                "too_large", f"This tar unpacks to over {limit_bytes} bytes: split it."
            )
        if size > most:
            raise MediaError("bomb", f"This tar is packed over {RATIO} times: pack it as a zip.")
        out.write(piece)
    out.seek(0)
