"""A version as JSON lines beside the worker: read once from the database, opened as any dataset is.

So the training of masks and their evaluation find them on the disk, one image at a time, through
what everybody else opens datasets with (engine.datasets.torch_dataset), and memory does not grow
with the version. The label head and the captioner read the frozen rows from the database instead:
workers.labels, workers.captioning. Copies are bounded and held as those of datasets are:
engine.datasets.copies.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from annotation.models import DatasetVersion
from annotation.selectors.version_dataset import dataset_of
from engine.canonical import canonical_json
from engine.datasets.copies import held_copy
from engine.datasets.files import FolderOut
from engine.datasets.formats.label_list import write_labels
from engine.datasets.formats.sample_lines import lines_by_split
from engine.datasets.line_copies import Lines
from engine.datasets.torch_dataset import MaskDataset

KEPT_S: Final = 7 * 24 * 3600  # after a version was last opened, even where there is room


def open_version(version: DatasetVersion, split: str) -> MaskDataset | None:
    """Open a split of a version, its images left in the store; None: it has no image there.

    Nobody drops the version's lines for as long as what is returned lives.
    """
    if not version.counts.get(split):
        return None
    folder = copies_folder() / version.pk
    write, most = partial(_write, version), settings.VERSION_COPIES_BYTES
    held = held_copy(folder, write, most, KEPT_S)
    return MaskDataset(Lines(folder, folder, held=held), split, decode=None)


def copies_folder() -> Path:
    """Return the folder of all versions' lines, each below by the version's id."""
    return Path(settings.SCRATCH_DIR) / "version-copies"


def _write(version: DatasetVersion, folder: Path) -> bytes:
    """Write all of a version's lines, and return what is told about them."""
    out = FolderOut(folder)
    dataset = dataset_of(version)
    write_labels(dataset, out)
    with lines_by_split(out) as write_line:
        for sample in dataset.samples():
            # Nobody reads here what an image was called, and some names are no file's.
            write_line(replace(sample, file_name=sample.sha256 or ""))
    return canonical_json({"version": version.pk})
