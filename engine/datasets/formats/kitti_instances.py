"""KITTI's semantic and instance segmentation: a map of numbers for each image.

In `instance/` a number is 256 times its class and an instance's, in `semantic/` a class alone
(https://www.cvlibs.net/datasets/kitti/eval_semantics.php). Classes are Cityscapes'.
"""

from collections.abc import Iterator
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.cityscapes_read import FIRST_OF_INSTANCES, NAMES
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.kitti import IMAGES, place_of
from engine.datasets.formats.maps import masks_in, read_map, tell_unused
from engine.datasets.formats.pictures import Pictures
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of

INSTANCES: Final = "instance"
CLASSES: Final = "semantic"
_FOLDERS: Final = (INSTANCES, CLASSES)
_PER_CLASS: Final = 256
_VOID: Final = (0, 255)  # classes of nothing: unlabelled, and the license plates' -1 in a byte


def read(source: Source, report: Report) -> Dataset:
    """Read all images, by the map of instances or, where there is none, by that of classes."""
    pictures = Pictures(source)
    images = [name for name in pictures.names if _lies_in(name, IMAGES)]
    used = {_map_of(image, folder) for image in images for folder in _FOLDERS}

    def samples() -> Iterator[Sample]:
        for image in images:
            try:
                yield _sample(source, pictures, image, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
        tell_unused(filter(_is_map, pictures.names), used, report)

    return Dataset(labels_of(NAMES[1:]), samples)


def is_in(source: Source) -> bool:
    names = set(source.names)
    images = (name for name in names if _lies_in(name, IMAGES))
    return any(_map_of(name, folder) in names for name in images for folder in _FOLDERS)


def _is_map(name: str) -> bool:
    return any(_lies_in(name, folder) for folder in _FOLDERS)


def _lies_in(name: str, folder: str) -> bool:
    return folder in name.split("/")[:-1]


def _map_of(image: str, folder: str) -> str:
    parts = [folder if part == IMAGES else part for part in image.split("/")]
    return f"{'/'.join(parts).rpartition('.')[0]}.png"


def _sample(source: Source, pictures: Pictures, image: str, report: Report) -> Sample:
    size_hw = pictures.size_of(image)
    folder = next((each for each in _FOLDERS if pictures.has(_map_of(image, each))), "")
    annotations = []
    if folder:
        file = _map_of(image, folder)
        per_class = _PER_CLASS if folder == INSTANCES else 1
        for number, rle in masks_in(read_map(source, file, size_hw), file):
            place, instance = divmod(number, per_class)
            if 0 < place < len(NAMES):
                has_some = folder == INSTANCES and place >= FIRST_OF_INSTANCES
                crowd = has_some and not instance
                annotations.append(Annotation(rle, NAMES[place], is_crowd=crowd))
            elif place not in _VOID:
                report(DatasetError(f"number {number} is none of a class", file=file))
    split, name = place_of(image)
    loader = pictures.loader(image)
    return Sample(name, size_hw, tuple(annotations), split=split, load_bytes=loader)


KITTI_INSTANCES: Final = Reader("kitti_instances", "KITTI segmentation", read, is_in)
