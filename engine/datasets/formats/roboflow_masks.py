"""Roboflow's masks as PNGs: beside each image a map of class numbers, and a table of the classes.

A split's folder has `NAME.jpg`, `NAME_mask.png` and `_classes.csv` with the columns `Pixel Value`
and `Class`; 0 is what has no class (https://roboflow.com/formats). Others put such a table beside
folders of images and masks, which are read as well.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from engine.datasets.csv_rows import iter_rows, read_head
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.class_lists import agreed
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.maps import masks_in, read_map, tell_unused
from engine.datasets.formats.mask_folders import each_of_one, maps_beside
from engine.datasets.formats.pictures import FOLDER, Pictures, split_and_name
from engine.datasets.sample import Annotation, Dataset, Sample, label_or_none, labels_of
from engine.masks.rle import RLE, united

CLASSES: Final = "_classes.csv"
_NUMBER, _NAME = "Pixel Value", "Class"
_ENDING: Final = "_mask.png"


def read(source: Source, report: Report) -> Dataset:
    """Read one object for each class in a map; a table may have several numbers of one name.

    Raises:
        DatasetError: there is no table of classes, it is not one, or several differ.

    """
    names = _class_names(source)
    maps = each_of_one(maps_beside(source), report)
    used = set(maps.values())
    pictures = Pictures(source, lambda name: name in used or _is_map(name))

    def samples() -> Iterator[Sample]:
        for image in pictures.names:
            try:
                yield _sample(source, pictures, image, maps.get(image), names, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
        tell_unused(filter(_is_map, source.names), used, report)

    return Dataset(labels_of(names[number] for number in sorted(names) if number), samples)


def is_in(source: Source) -> bool:
    """Tell by a table: that of Roboflow's labels of whole images has the same name."""
    return next(_tables(source), None) is not None


def _is_map(name: str) -> bool:
    return name.endswith(_ENDING)


def _tables(source: Source) -> Iterator[str]:
    for name in source.names:
        if name.rpartition("/")[2] == CLASSES:
            try:
                with source.file(name) as file:
                    head = read_head(file, name)
            except DatasetError:
                continue
            if {_NUMBER, _NAME} <= set(head):
                yield name


def _class_names(source: Source) -> dict[int, str]:
    tables = list(_tables(source))
    if not tables:
        raise DatasetError(f"no {CLASSES} with {_NUMBER} and {_NAME} is there")
    return agreed(source, tables, _names_in)


def _names_in(source: Source, file: str) -> dict[int, str]:
    names = {}
    with source.file(file) as table:
        for line, row in iter_rows(table, file):
            number, name = row.get(_NUMBER, ""), row.get(_NAME, "")
            if not re.fullmatch("[0-9]{1,5}", number) or not name:
                fault = f"each line must have a {_NUMBER} and a {_NAME}"
                raise DatasetError(fault, file=file, index=line)
            names[int(number)] = name
    return names


def _sample(
    source: Source,
    pictures: Pictures,
    image: str,
    file: str | None,
    names: Mapping[int, str],
    report: Report,
) -> Sample:
    size_hw = pictures.size_of(image)
    found: defaultdict[str, list[RLE]] = defaultdict(list)
    if file:
        for number, rle in masks_in(read_map(source, file, size_hw), file):
            if number in names:
                found[names[number]].append(rle)
            else:
                report(DatasetError(f"number {number} is none of a class", file=file))
    objects = tuple(Annotation(united(rles), label_or_none(name)) for name, rles in found.items())
    split, name = split_and_name(image, {FOLDER})
    return Sample(name, size_hw, objects, split=split, load_bytes=pictures.loader(image))


ROBOFLOW_MASKS: Final = Reader(
    "roboflow_masks", "Roboflow semantic segmentation masks", read, is_in
)
