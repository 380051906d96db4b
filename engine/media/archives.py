"""The files of an archive of either kind, one by one."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.media.archive import iter_zip_images
from engine.media.entries import ArchiveEntry
from engine.media.tars import is_tar, iter_tar_images


def is_archive(path: Path) -> bool:
    """Tell by its bytes whether a file is a zip or a tar."""
    return is_tar(path) or zipfile.is_zipfile(path)


def iter_archive(path: Path) -> Iterator[ArchiveEntry]:
    """Yield each file but hidden ones. Raise MediaError if the archive itself is unacceptable."""
    return iter_tar_images(path) if is_tar(path) else iter_zip_images(path)
