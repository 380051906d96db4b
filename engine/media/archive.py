"""Read the files of an untrusted zip one by one, in memory: nothing is ever written by its name.

No limit is passed, whatever the archive says of itself. An odd entry gives an error of its own;
only a broken or hostile archive as a whole ends the reading.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, cast
from weakref import finalize

from engine.media.entries import ArchiveEntry, Refusals, check_name, is_hidden, printable
from engine.media.errors import MediaError

RATIO: Final = 200
RATIO_FROM_BYTES: Final = 2**20
_CHUNK_BYTES: Final = 2**20
_LOCAL_HEADER_BYTES: Final = 30
_ENCRYPTED: Final = 0x1
_LISTED: Final = b"PK\x01\x02"  # what each entry of a table of contents begins with
NESTED: Final = re.compile(r"\.(zip|tar|tgz|gz|bz2|xz|7z|rar|zst)$", re.IGNORECASE)
PACKED_NESTED: Final = re.compile(r"\.(zip|tgz|gz|bz2|xz|7z|rar|zst)$", re.IGNORECASE)
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What one archive may hold, unpacked.

    An entry of a zip that is open takes some 600 bytes of memory: COCO's 118,287 images with a map
    beside each 130 MiB, and as many as are taken 280 MiB. In 4 GiB these have 8 KiB each.
    """

    entries: int = 500_000
    directory_bytes: int = 128 * 2**20  # of the zip's own table of contents
    entry_bytes: int = 256 * 2**20
    total_bytes: int = 64 * 2**30


DEFAULT_LIMITS: Final = ArchiveLimits()
# Of what lies on one's own disk, as an export of ours that has a file for each mask: 2.2 GiB of
# memory at most. Training reads the same files again and again, which is no sign of harm.
OWN_LIMITS: Final = ArchiveLimits(entries=4_000_000, directory_bytes=2**30, total_bytes=2**63)


def iter_zip_images(path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[ArchiveEntry]:
    """Yield each file but hidden ones. Raise MediaError if the archive itself is unacceptable."""
    yield from _entries(_opened(path, limits), limits)


class ZipFiles:
    """The files of a zip by name, for whoever reads them in an order of their own.

    One of an odd kind has its name among theirs, and is an error when it is read.

    Raises:
        MediaError: the archive itself is unacceptable, as where a name leads out of it.

    """

    def __init__(self, path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._left = limits.total_bytes
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._refusals = Refusals("zip")
        self._archive = _opened(path, limits)
        for info in filter(_is_wanted, self._archive.infolist()):
            # The original name has what zipfile drops: all after a NUL.
            if self._refusals.is_named_well(info.orig_filename):
                self._infos[info.filename] = info
                # A tar, of WebDataset, is not packed.
                self._refusals.judge(info.filename, partial(_check_kind, info, PACKED_NESTED))

    @property
    def names(self) -> Iterable[str]:
        return self._infos.keys()

    @property
    def refused(self) -> Sequence[ArchiveEntry]:
        """The entries that are refused by themselves, in their order."""
        return self._refusals.entries

    def size_of(self, name: str) -> int:
        """Return how long a file says it is. Raise KeyError if there is none."""
        return self._infos[name].file_size

    def read(self, name: str, limit_bytes: int) -> bytes:
        """Return a file's bytes.

        Raises:
            KeyError: there is no such file.
            MediaError: it is odd or broken, or it or all that was read is longer than allowed.

        """
        info = self._infos[name]
        self._refusals.check(name)
        data = _read(self._archive, info, min(limit_bytes, self._left))
        self._left -= len(data)
        return data

    def opened(self, name: str) -> BinaryIO:
        """Open a file of any length, to be read piece by piece; going back starts it anew.

        Raises:
            KeyError: there is no such file.
            MediaError: as `read` does, also while it is read.

        """
        info = self._infos[name]
        self._refusals.check(name)

        def take(size: int) -> None:
            self._left -= size
            if self._left < 0:
                raise too_large(self.limits.total_bytes)

        return cast("BinaryIO", io.BufferedReader(_Stream(self._archive, info, take), _CHUNK_BYTES))


class _Stream(io.RawIOBase):
    """A packed file, as it is unpacked; all that is unpacked counts, also on the way to a place."""

    def __init__(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, take: Callable[[int], None]
    ) -> None:
        self._size = info.file_size
        self._take = take
        with _as_media_error():
            self._file = archive.open(info)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as BufferedReader asks
        with _as_media_error():
            data = self._file.read(len(buffer))
        self._take(len(data))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        at = self._file.tell()
        wanted = place + {io.SEEK_SET: 0, io.SEEK_CUR: at, io.SEEK_END: self._size}[whence]
        wanted = min(self._size, max(0, wanted))
        self._take(wanted - at if wanted >= at else wanted)
        with _as_media_error():
            return self._file.seek(wanted)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def _as_media_error() -> Iterator[None]:
    try:
        yield
    except MediaError:
        raise
    except _UNREADABLE:
        raise MediaError("broken", "It is broken in the zip: make it or upload it again.") from None


class _Watched(io.BufferedReader):
    """The file of a zip, until its table of contents is known, which zipfile reads in one piece.

    It is looked at there: wherever it lies, and before zipfile makes objects of it.
    """

    def __init__(self, path: Path, limits: ArchiveLimits) -> None:
        super().__init__(io.FileIO(path))
        self.limits: ArchiveLimits | None = limits

    def read(self, size: int | None = -1, /) -> bytes:
        if self.limits is None:
            return super().read(size)
        if size is not None and size > self.limits.directory_bytes:
            raise MediaError("too_many_entries", "This zip has too many entries: split it.")
        data = super().read(size)
        count = data.count(_LISTED)
        if count > self.limits.entries:
            most = f"at most {self.limits.entries} are accepted"
            fault = f"This zip has {count} entries; {most}: split it, or unpack it."
            raise MediaError("too_many_entries", fault)
        return data


def _opened(path: Path, limits: ArchiveLimits) -> zipfile.ZipFile:
    """Open an archive whose table of contents is sound; its file is closed as it is let go."""
    file = _Watched(path, limits)
    try:
        archive = zipfile.ZipFile(file)
        file.limits = None
        _check_entries(archive.infolist(), limits)
    except MediaError:
        file.close()
        raise
    except (zipfile.BadZipFile, OSError, ValueError, LookupError, NotImplementedError):
        file.close()
        raise MediaError("broken", "This zip is broken: make it or upload it again.") from None
    finalize(archive, file.close)
    return archive


def _check_entries(infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    _refuse_overlaps(infos)
    # No entry gives more than it says: zipfile reads to there.
    if sum(info.file_size for info in infos) > limits.total_bytes:
        fault = f"This zip unpacks to over {limits.total_bytes} bytes: split it."
        raise MediaError("too_large", fault)


def _entries(archive: zipfile.ZipFile, limits: ArchiveLimits) -> Iterator[ArchiveEntry]:
    names: set[str] = set()
    for info in filter(_is_wanted, archive.infolist()):
        try:
            check_name(info.orig_filename, names, "zip")
            _check_kind(info)
            data = _read(archive, info, limits.entry_bytes)
        except MediaError as error:
            yield ArchiveEntry(printable(info.filename), None, error)
        else:
            yield ArchiveEntry(info.filename, data)


def _refuse_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes: how a small zip unpacks to petabytes (Fifield 2019)."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise MediaError("bomb", "This zip's entries overlap, as only hostile ones do.")
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not is_hidden(info.filename)


def _check_kind(info: zipfile.ZipInfo, nested: re.Pattern[str] = NESTED) -> None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise MediaError("link", "It is a link or a device, not a file: add the file itself.")
    if nested.search(info.filename):
        raise MediaError("nested", "It is an archive inside the archive: unpack it first.")
    if info.flag_bits & _ENCRYPTED:
        raise MediaError("encrypted", "It is encrypted: make the zip without a password.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise MediaError("compression", "Its compression is unusual: make the zip with Deflate.")
    if info.file_size > RATIO_FROM_BYTES and info.file_size > RATIO * info.compress_size:
        raise MediaError("bomb", f"It is packed over {RATIO} times: save it in another format.")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit_bytes: int) -> bytes:
    """Read one file in pieces, trusting no declared size."""
    if info.file_size > limit_bytes:
        raise too_large(limit_bytes)
    data = bytearray()
    with _as_media_error(), archive.open(info) as file:
        while piece := file.read(_CHUNK_BYTES):
            data += piece
            if len(data) > limit_bytes:
                raise too_large(limit_bytes)
    if data.startswith(b"PK\x03\x04"):
        raise MediaError("nested", "It is an archive inside the archive: unpack it first.")
    return bytes(data)


def too_large(limit_bytes: int) -> MediaError:
    return MediaError("too_large", f"It unpacks to over {limit_bytes} bytes: reduce it.")
