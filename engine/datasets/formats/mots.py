"""MOTS: tracked objects of frames, a map of numbers for each image, in `instances/`.

A number is 1000 times its class and the object's track: class 1 is a car, 2 a pedestrian, 10 what
is to be ignored (https://www.vision.rwth-aachen.de/page/mots). `labels.txt` may list other classes,
from 1. Images lie in `images/` or, as KITTI's, in `image_02/`.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.maps import masks_in, read_map, tell_unused
from engine.datasets.formats.pictures import Pictures, is_image, split_and_name
from engine.datasets.sample import Annotation, Dataset, Sample, label_or_none, labels_of

INSTANCES: Final = "instances"
IMAGES: Final = ("images", "image_02")
LABELS_FILE: Final = "labels.txt"
NAMES: Final = ("car", "pedestrian")
_PER_CLASS: Final = 1000
IGNORED: Final = 10


def read(source: Source, report: Report) -> Dataset:
    """Read all maps; an image without one has no objects."""
    pictures = Pictures(source)
    maps = {_key(name, INSTANCES): name for name in source.names if _lies_in(name, INSTANCES)}
    listed = {name: _listed(source, name) or NAMES for name in source.names if _is_list(name)}
    images = [
        (name, file, _labels_for(listed, file))
        for name in pictures.names
        for folder in IMAGES
        if _lies_in(name, folder)
        for file in [maps.get(_key(name, folder))]
    ]
    used = {file for _, file, _ in images}

    def samples() -> Iterator[Sample]:
        for image, file, labels in images:
            try:
                yield _sample(source, pictures, image, file, labels, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
        tell_unused(maps.values(), used, report)

    names = (name for _, file, labels in images if file for name in labels)
    return Dataset(labels_of(names), samples)


def is_in(source: Source) -> bool:
    maps = {_key(name, INSTANCES) for name in source.names if _lies_in(name, INSTANCES)}
    return bool(maps) and any(
        _lies_in(name, folder) and _key(name, folder) in maps
        for name in source.names
        for folder in IMAGES
    )


def _lies_in(name: str, folder: str) -> bool:
    return is_image(name) and folder in name.split("/")[:-1]


def _key(name: str, folder: str) -> str:
    """Return a path without the folder and the ending."""
    parts = name.rpartition(".")[0].split("/")
    parts.remove(folder)
    return "/".join(parts)


def _is_list(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == LABELS_FILE and path.parent.name == INSTANCES


def _labels_for(listed: dict[str, tuple[str, ...]], file: str | None) -> tuple[str, ...]:
    """Return the classes of the list that lies beside a map or above it."""
    above = PurePosixPath(file or "").parents
    return next((listed[name] for name in listed if PurePosixPath(name).parent in above), NAMES)


def _listed(source: Source, name: str) -> tuple[str, ...]:
    lines = source.read(name).decode("utf-8-sig", errors="replace").splitlines()
    return tuple(line.strip().replace("\0", "_") for line in lines if line.strip())


def _sample(
    source: Source,
    pictures: Pictures,
    image: str,
    file: str | None,
    labels: tuple[str, ...],
    report: Report,
) -> Sample:
    numbers = read_map(source, file) if file else None
    height, width = pictures.size_of(image) if numbers is None else numbers.shape
    annotations = []
    for number, rle in () if numbers is None else masks_in(numbers, file or ""):
        place, track = divmod(number, _PER_CLASS)
        if 0 < place <= len(labels):
            label = label_or_none(labels[place - 1])
            told = {"track_id": track}
            annotations.append(Annotation(rle, label, id=str(number), attributes=told))
        elif place == IGNORED:
            annotations.append(Annotation(rle, is_crowd=True))
        else:
            report(DatasetError(f"number {number} is none of a class", file=file or ""))
    split, name = split_and_name(image, IMAGES)
    loader = pictures.loader(image)
    return Sample(name, (height, width), tuple(annotations), split=split, load_bytes=loader)


MOTS: Final = Reader("mots", "MOTS", read, is_in)
