"""Where datasets are read from and written to: a folder or an archive, by names with "/" in them.

What is read is untrusted: no name leads out of its folder, no link is followed, and no zip or tar
unpacks to more than it may (engine.media.archive). What is written twice has the same bytes.
"""

import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from engine.datasets.errors import DatasetError
from engine.datasets.json_bounds import loads
from engine.media.archive import DEFAULT_LIMITS, ArchiveLimits, ZipFiles
from engine.media.entries import ArchiveEntry
from engine.media.errors import MediaError
from engine.media.tars import TarFiles, is_tar

__all__ = [
    "FolderOut",
    "FolderSource",
    "Out",
    "Source",
    "TarSource",
    "Within",
    "ZipOut",
    "ZipSource",
    "open_source",
]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # zip's first moment: times would make equal exports differ
_PACKED: Final = {
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".avif",
    ".gif",
    ".opus",
    ".webm",
    ".tar",
    ".parquet",
}
IS_LINK: Final = "is a link, and none is followed: `cp -rL` makes a folder of the files themselves"
MAX_TEXT_BYTES: Final = 64 * 2**20
# What is read from its start to its end need not be in memory whole, but anything else is quicker.
_READ_IN_ORDER: Final = (".json", ".jsonl", ".ndjson", ".csv", ".xml")
_WHOLE_BYTES: Final = 8 * 2**20


def is_packed(name: str) -> bool:
    """Tell whether a file is packed by its nature: a zip of it is no smaller."""
    return Path(name).suffix.lower() in _PACKED


class Out(Protocol):
    """Takes one file at a time."""

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """Open a new file to be written."""
        ...


class FolderOut:
    """Writes below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        path = self._folder / _checked(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            yield out


class ZipOut:
    """Writes into a zip, packed but for what is packed by its nature."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        info = zipfile.ZipInfo(_checked(name), _EPOCH)
        if name in self._archive.NameToInfo:
            raise DatasetError("this name is in the zip already", file=name)
        info.compress_type = zipfile.ZIP_STORED if is_packed(name) else zipfile.ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as out:
            yield cast("BinaryIO", out)


class Within:
    """Writes below a folder of another."""

    def __init__(self, out: Out, folder: str) -> None:
        self._out = out
        self._folder = folder

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        with self._out.file(f"{self._folder}/{name}") as file:
            yield file


def _checked(name: str) -> str:
    """Refuse a name that leads out of the folder: it may have come from a stranger's file."""
    if not name or name.startswith("/") or {"", ".", ".."} & set(name.split("/")):
        raise DatasetError("this name leads out of the folder", file=name)
    return name


class Source(Protocol):
    """Files by name; `names` are sorted, relative and lead nowhere else.

    `refused` tells of what lies there and is not to be read. Its name may be among the others: a
    format is told by names, and what is not read of it is no less of it.
    """

    names: Sequence[str]
    refused: Sequence[DatasetError]

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        """Return a file's bytes.

        Raises:
            DatasetError: it is not there, is broken, or longer than that.

        """
        ...

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """Open a file, of any length."""
        ...


class FolderSource:
    """The files below a folder, without hidden ones and links.

    Links are told: a snapshot of the Hugging Face hub and a checkout of DVC are made of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        names, links = [], []
        for path in folder.rglob("*"):
            parts = path.relative_to(folder).parts
            if any(part.startswith(".") for part in parts):
                continue
            if path.is_symlink():
                links.append("/".join(parts))
            elif path.is_file():
                names.append("/".join(parts))
        self.names: Sequence[str] = sorted(names)
        self.refused: Sequence[DatasetError] = [
            DatasetError(IS_LINK, file=name) for name in sorted(links)
        ]
        self._known = set(self.names)

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        with self.file(name) as file:
            return _limited(file, name, limit_bytes)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        if name not in self._known:
            raise DatasetError("is not there", file=name)
        with (self._folder / name).open("rb") as file:
            yield file


class FileSource:
    """One file alone, as some tools export all that they know in one."""

    refused: Sequence[DatasetError] = ()

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names: Sequence[str] = [path.name]

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        with self.file(name) as file:
            return _limited(file, name, limit_bytes)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        if name not in self.names:
            raise DatasetError("is not there", file=name)
        with self._path.open("rb") as file:
            yield file


class ZipSource:
    """The files of a zip, each read into memory, or piece by piece where it is large.

    Raises:
        DatasetError: the zip is broken or hostile as a whole.

    """

    def __init__(self, path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
        with _told(path.name):
            self._zip = ZipFiles(path, limits)
        self.names: Sequence[str] = sorted(self._zip.names)
        self.refused: Sequence[DatasetError] = _problems(self._zip.refused)

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        with _told(name):
            return self._zip.read(name, limit_bytes)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        limit_bytes = self._zip.limits.entry_bytes
        most = min(limit_bytes, _WHOLE_BYTES) if _is_read_in_order(name) else limit_bytes
        with _told(name):
            is_large = self._zip.size_of(name) > most
            opened = self._zip.opened(name) if is_large else BytesIO(self.read(name, limit_bytes))
        try:
            with opened:
                yield opened
        except MediaError as error:  # what comes of it later is broken, or too long
            raise DatasetError(str(error), file=name) from None


def _is_read_in_order(name: str) -> bool:
    return name.lower().endswith(_READ_IN_ORDER)


class TarSource:
    """The files of a tar; `shard` is the name of the tar itself, which may be one of WebDataset.

    Raises:
        DatasetError: the tar is broken or hostile as a whole.

    """

    def __init__(self, path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> None:
        with _told(path.name):
            self._tar = TarFiles(path, limits)
        self.names: Sequence[str] = sorted(self._tar.names)
        self.refused: Sequence[DatasetError] = _problems(self._tar.refused)
        self.order: Sequence[str] = list(self._tar.names)  # in which they follow each other
        self.shard = self._tar.name

    def read(self, name: str, limit_bytes: int = MAX_TEXT_BYTES) -> bytes:
        with _told(name):
            return self._tar.read(name, limit_bytes)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        with _told(name):
            is_whole = name == self.shard and name not in self._tar.names
            opened = self._tar.whole() if is_whole else self._tar.opened(name)
        with opened:
            yield opened


def _problems(refused: Sequence[ArchiveEntry]) -> list[DatasetError]:
    return [DatasetError(str(each.error), file=each.name) for each in refused]


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except DatasetError:
        raise
    except (KeyError, ValueError) as error:  # a MediaError is one
        fault = "is not there" if isinstance(error, KeyError) else str(error)
        raise DatasetError(fault, file=name) from None


def open_source(path: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> Source:
    """Open a folder, a zip, a tar or a file by itself.

    The limits are those of what strangers send; OWN_LIMITS are for files of one's own.

    Raises:
        DatasetError: a zip or a tar that is broken or hostile as a whole.

    """
    if path.is_dir():
        return FolderSource(path)
    if is_tar(path):
        return TarSource(path, limits)
    return ZipSource(path, limits) if zipfile.is_zipfile(path) else FileSource(path)


def _limited(file: BinaryIO, name: str, limit_bytes: int) -> bytes:
    """Read a file whole. Python reserves as many bytes as it is asked for before it reads."""
    length = os.fstat(file.fileno()).st_size
    data = file.read(min(length, limit_bytes) + 1)
    if len(data) > limit_bytes:
        raise DatasetError(f"is longer than {limit_bytes} bytes", file=name)
    return data


def read_json(source: Source, name: str) -> object:
    """Read a small JSON file.

    Raises:
        DatasetError: it is not JSON, over 64 MiB, or holds more values than are read at once.

    """
    return parse_json(source.read(name), name)


def parse_json(text: bytes | str, name: str) -> object:
    """Return what a file's text says. Raise DatasetError if it is not JSON."""
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"not JSON: {error}", file=name) from None
