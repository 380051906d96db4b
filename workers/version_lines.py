"""A version as JSON lines beside the worker: read once from the database, opened as any dataset is.

So what learns from masks and is measured on them finds them on the disk, one image at a time,
through what everybody else opens datasets with (engine.datasets.torch_dataset), and memory does not
grow with the version. Copies are bounded and held as those of datasets are: engine.datasets.copies.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

from annotation.models import DatasetVersion
from annotation.selectors.version_dataset import dataset_of
from engine.canonical import canonical_json
from engine.datasets.copies import held_copy
from engine.datasets.files import FolderOut
from engine.datasets.formats.label_list import write_labels
from engine.datasets.formats.sample_lines import lines_by_split
from engine.datasets.line_copies import Lines
from engine.datasets.sample import Sample
from engine.datasets.torch_dataset import MaskDataset

KEPT_S: Final = 7 * 24 * 3600  # after a version was last opened, even where there is room
HELD: Final = 16  # images whose objects are kept from one question to the next


class ImageIn(NamedTuple):
    """One image of a split that was opened."""

    number: int  # there
    sha256: str
    sample: Sample


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


def images_in(opened: MaskDataset) -> Iterator[ImageIn]:
    """Yield the images of a version's split, in the order of their digests."""
    for number in range(len(opened)):
        sample = opened.sample(number)
        assert sample.sha256 is not None  # noqa: S101  # a version's images are named by it
        yield ImageIn(number, sample.sha256, sample)


def reader_of(opened: MaskDataset) -> Callable[[int], Sample]:
    """Return what reads an image by its number, and holds a few that it has read."""
    return lru_cache(maxsize=HELD)(opened.sample)


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
