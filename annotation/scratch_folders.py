"""Folders for a while on this machine's disk, for work that takes no day.

What a killed process leaves in one is not kept.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Final

ABANDONED_S: Final = 86_400.0  # what is done in one takes no day


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Lend a new folder below `parent`; those of this prefix that were abandoned are deleted.

    There may be voices in them.
    """
    parent.mkdir(parents=True, exist_ok=True)
    _drop_abandoned(parent, prefix)
    with TemporaryDirectory(dir=parent, prefix=prefix) as folder:
        yield Path(folder)


@contextmanager
def own_scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """Lend a new folder below `parent` to who alone works under this name just now.

    What earlier ones left is deleted, however new: they may have died any number of times.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(dir=parent, prefix=f"{name}-") as folder:
        yield Path(folder)


def _drop_abandoned(parent: Path, prefix: str) -> None:
    for folder in parent.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):  # its owner has just deleted it
            if folder.stat().st_mtime < time() - ABANDONED_S:
                shutil.rmtree(folder, ignore_errors=True)
