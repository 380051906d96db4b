"""A version as JSON lines beside the worker: read once from the database, opened as any dataset is.

So training, evaluation and heads find a version's masks on the disk, one image at a time, through
the door that everybody else has (engine.datasets.open), and memory does not grow with the version.
"""

import os
import shutil
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from uuid import uuid4

from django.conf import settings

from annotation.models import DatasetVersion
from annotation.selectors.version_dataset import dataset_of
from engine.datasets.files import FolderOut
from engine.datasets.formats.label_list import write_labels
from engine.datasets.formats.sample_lines import lines_by_split
from engine.datasets.torch_dataset import MaskDataset, open_dataset

KEPT_S: Final = 7 * 24 * 3600  # after a version was last opened


def open_version(version: DatasetVersion, split: str) -> MaskDataset | None:
    """Open a split of a version, its images left in the store; None: it has no image there."""
    if not version.counts.get(split):
        return None
    folder = Path(settings.SCRATCH_DIR) / "version-lines" / version.pk
    try:
        os.utime(folder)
    except FileNotFoundError:
        _drop_old(folder.parent)
        _write(version, folder)
    return open_dataset(folder, split=split, decode=None)


def _write(version: DatasetVersion, folder: Path) -> None:
    """Write all of it or nothing; of several who do so at once one wins."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        out = FolderOut(scratch)
        dataset = dataset_of(version)
        write_labels(dataset, out)
        with lines_by_split(out) as write_line:
            for sample in dataset.samples():
                # Nobody reads here what an image was called, and some names are no file's.
                write_line(replace(sample, file_name=sample.sha256 or ""))
        try:
            scratch.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _drop_old(folder: Path) -> None:
    """Drop what nobody has opened for long, and what a killed worker began."""
    oldest = time.time() - KEPT_S
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # another worker has made or dropped it just now
            if path.stat().st_mtime < oldest:
                # Out of the way at once: a half of a version would be opened as a whole one.
                out = path.rename(path.with_name(f".dropped-{uuid4()}"))
                shutil.rmtree(out, ignore_errors=True)
