"""Images without anything that tells of them: any files that are called so."""

from collections.abc import Iterator
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.unreadable import faults_in
from engine.datasets.sample import Dataset, Sample
from engine.media.errors import MediaError
from engine.media.images import read_size

_HEAD_BYTES: Final = 2**18  # where most files tell their size


def read(source: Source, report: Report) -> Dataset:
    """Read all images, in the order of their names; of most only the head is read for its size.

    A file of annotations that cannot be read is told: maybe it is by this that they are alone.
    """
    pictures = Pictures(source)
    for fault in faults_in(source):
        report(fault)

    def samples() -> Iterator[Sample]:
        for name in pictures.names:
            try:
                size_hw = _size_of(source, pictures, name)
            except DatasetError as problem:
                report(problem)
            else:
                yield Sample(name, size_hw, load_bytes=pictures.loader(name))

    return Dataset((), samples)


def _size_of(source: Source, pictures: Pictures, name: str) -> tuple[int, int]:
    with source.file(name) as file:
        head = file.read(_HEAD_BYTES)
    try:
        return read_size(head)
    except MediaError:  # its size may stand further behind
        return pictures.size_of(name)


def is_in(source: Source) -> bool:  # noqa: ARG001  # any format's files may have images beside
    """Tell that they are of any other format, as images lie beside most."""
    return False


IMAGES_ALONE: Final = Reader("images", "Images alone", read, is_in)
