"""The zip that an export is: the same content, the same bytes."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

from annotation import storage

PIECE_BYTES: Final = 1 << 20
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # zip's first moment: times would make equal exports differ
Report = Callable[[int, int], None]  # images done, of


@contextmanager
def entry(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    """Open a file inside the zip to be written, packed."""
    with archive.open(_info(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as out:
        yield cast("BinaryIO", out)


@contextmanager
def unpacked_entry(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    """Open one for what is packed by its nature, as sound is."""
    with archive.open(_info(name, zipfile.ZIP_STORED), "w", force_zip64=True) as out:
        yield cast("BinaryIO", out)


def copy_image(archive: zipfile.ZipFile, name: str, sha256: str) -> None:
    """Copy an image from the store as it came, piece by piece."""
    with (
        storage.open_stream(storage.original_key(sha256)) as stored,
        unpacked_entry(archive, name) as out,
    ):
        shutil.copyfileobj(stored, out, PIECE_BYTES)


def _info(name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = compression
    return info
