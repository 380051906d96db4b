"""A folder that holds a dataset goes as one zip: its files mean something only together."""

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from engine.client.waiting import Progress
from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderSource, ZipOut, open_source
from engine.datasets.formats.detect import formats_in
from engine.datasets.formats.unreadable import faults_in

_PIECE_BYTES: Final = 2**20


def is_dataset(path: Path) -> bool:
    """Tell whether a folder, a zip or a file is a dataset of a format that is known here."""
    try:
        return bool(formats_in(open_source(path)))
    except DatasetError:  # of an archive as a whole
        return False


def faults_of(path: Path) -> list[str]:
    """Tell what is wrong with an archive, or annotations by which something might be a dataset."""
    try:
        return [] if is_dataset(path) else [str(fault) for fault in faults_in(open_source(path))]
    except DatasetError as fault:
        return [str(fault)]


@contextmanager
def packed(paths: Iterable[Path], progress: Progress) -> Iterator[list[Path]]:
    """Lend the same paths, but for each folder that holds a dataset a zip of it."""
    with TemporaryDirectory(prefix="anneal-") as scratch:
        yield [
            _zipped(path, Path(scratch, str(number)), progress)
            if path.is_dir() and is_dataset(path)
            else path
            for number, path in enumerate(paths)
        ]


def _zipped(path: Path, scratch: Path, progress: Progress) -> Path:
    """Zip a folder without hidden files and links; the same files give the same bytes."""
    scratch.mkdir()
    place = scratch / f"{path.resolve().name}.zip"
    source = FolderSource(path)
    with zipfile.ZipFile(place, "w") as archive:
        out = ZipOut(archive)
        for done, name in enumerate(source.names):
            progress(done, len(source.names), f"Packing {path}")
            with source.file(name) as file, out.file(name) as copy:
                shutil.copyfileobj(file, copy, _PIECE_BYTES)
    return place
