"""A folder that holds a dataset goes as one zip: its files mean something only together."""

import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from engine.client.errors import AnnealError
from engine.client.waiting import Progress
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderSource, ZipOut, is_packed, open_source
from engine.datasets.formats.detect import formats_in
from engine.datasets.formats.unknown import words_of_unknown
from engine.datasets.formats.unreadable import faults_in, withheld_in
from engine.media.archive import DEFAULT_LIMITS

_PIECE_BYTES: Final = 2**20
_ELSE: Final = (
    "put it into a bucket of the server's and use `anneal import-bucket`, or import it in parts."
)


def is_dataset(path: Path) -> bool:
    """Tell whether a folder, a zip or a file is a dataset of a format that is known here."""
    try:
        return bool(formats_in(open_source(path)))
    except DatasetError:  # of an archive as a whole
        return False


def faults_of(path: Path) -> list[str]:
    """Tell what is wrong with an archive, or annotations by which something might be a dataset."""
    try:
        if is_dataset(path):
            return []
        source = open_source(path)
    except DatasetError as fault:
        return [str(fault)]
    unknown = words_of_unknown(source).removesuffix(".")
    return [str(fault) for fault in faults_in(source)] or [unknown] * bool(unknown)


def refusals_of(path: Path) -> list[DatasetError]:
    """Tell for what the server refuses an archive that is no dataset, with all its images."""
    try:
        return withheld_in(open_source(path))
    except DatasetError as fault:  # of the archive as a whole
        return [fault]


@contextmanager
def packed(
    paths: Iterable[Path], most_bytes: Callable[[], int], progress: Progress
) -> Iterator[list[Path]]:
    """Lend the same paths, but for each folder that holds a dataset a zip of it.

    Args:
        paths: folders and files.
        most_bytes: tells how long a file may be; asked where there is something to be packed.
        progress: told of each file.

    Raises:
        AnnealError: a folder has more files, or its zip more bytes, than can be sent at once.

    """
    with TemporaryDirectory(prefix="anneal-") as scratch:
        yield [
            _zipped(path, Path(scratch, str(number)), most_bytes(), progress)
            if path.is_dir() and is_dataset(path)
            else path
            for number, path in enumerate(paths)
        ]


def _zipped(path: Path, scratch: Path, most_bytes: int, progress: Progress) -> Path:
    """Zip a folder without hidden files and links; the same files give the same bytes."""
    scratch.mkdir()
    place = scratch / f"{path.resolve().name}.zip"
    source = FolderSource(path)
    if links := source.refused:
        warnings.warn(
            f"{path}: links left behind: {len(links)}. The first: {links[0]}", stacklevel=2
        )
    _check_fits(path, source, most_bytes)
    with zipfile.ZipFile(place, "w") as archive:
        out = ZipOut(archive)
        for done, name in enumerate(source.names):
            progress(done, len(source.names), f"Packing {path}")
            with source.file(name) as file, out.file(name) as copy:
                shutil.copyfileobj(file, copy, _PIECE_BYTES)
            if place.stat().st_size > most_bytes:
                raise _too_large(path, most_bytes)
    return place


def _check_fits(path: Path, source: FolderSource, most_bytes: int) -> None:
    """Refuse a folder, before it is packed, by what a zip makes no smaller."""
    files, most = len(source.names), DEFAULT_LIMITS.entries
    if files > most:
        fault = f"{path} has {files} files, and at most {most} can be sent at once: {_ELSE}"
        raise AnnealError(0, "too_many_files", fault)
    if sum((path / name).stat().st_size for name in filter(is_packed, source.names)) > most_bytes:
        raise _too_large(path, most_bytes)


def _too_large(path: Path, most_bytes: int) -> AnnealError:
    most = f"at most {most_bytes / 2**20:.0f} MiB can be sent at once"
    return AnnealError(0, "too_large", f"{path} has more when packed, and {most}: {_ELSE}")
