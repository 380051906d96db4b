"""Masks as PNGs: one map of object numbers for each image, or one file of bits for each object.

`labels.json` lists the labels, `objects.jsonl` has a line for each image with all that is told of
it and of its objects; names in it count from its own folder. Splits that lie apart have lists of
their own. Folders of others have none: see engine.datasets.formats.mask_folders.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from engine.canonical import canonical_json
from engine.datasets.bounds import box_of, size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats.fields import annotation_of, image_fields, object_fields, sample_of
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.label_list import (
    LABELS,
    listed,
    read_labels,
    united,
    write_labels,
)
from engine.datasets.formats.maps import (
    masks_in,
    painted,
    read_bits,
    read_map,
    write_bits,
    write_map,
)
from engine.datasets.formats.mask_folders import (
    files_are_in_folders,
    maps_beside,
    other_files,
    other_maps,
)
from engine.datasets.formats.pictures import Pictures, split_in, write_image
from engine.datasets.formats.roboflow_masks import is_in as are_classes_listed
from engine.datasets.json_lines import iter_objects
from engine.datasets.sample import Annotation, Dataset, Sample
from engine.datasets.traits import ALL, RECORDS, STACKED, Trait
from engine.masks.counts import show
from engine.masks.rle import RLE, decode

LIST: Final = "objects.jsonl"
MAPS: Final = "maps"
MASKS: Final = "masks"
_NATIVE: Final = ("label", "number", "file", "box")
Line: TypeAlias = dict[str, object]
FindMask: TypeAlias = Callable[[Mapping[str, object]], RLE]  # of an object
MasksOf: TypeAlias = Callable[[Source, str, Line, tuple[int, int]], FindMask]  # of a line


def write_maps(dataset: Dataset, out: Out) -> None:
    """Write the lists, `maps/NAME.png` and, where their bytes are known, `images/NAME`."""
    _write_lists(dataset, out, _number, _map_of)
    for sample in dataset.samples():
        write_map(out, _map_of(sample), painted(_masks(sample), sample.size_hw))
        write_image(sample, out, f"images/{sample.file_name}")


def write_files(dataset: Dataset, out: Out) -> None:
    """Write the lists, `masks/NAME/NUMBER.png` and, where they are known, `images/NAME`."""
    _write_lists(dataset, out, _file)
    for sample in dataset.samples():
        for number, rle in _masks(sample):
            write_bits(out, _file_of(sample, number), decode(rle))
        write_image(sample, out, f"images/{sample.file_name}")


def _masks(sample: Sample) -> Iterator[tuple[int, RLE]]:
    """Yield masks with the place of each among all objects, from 1."""
    numbered = enumerate(sample.annotations, start=1)
    return ((number, each.rle) for number, each in numbered if each.rle)


def _map_of(sample: Sample) -> str:
    return f"{MAPS}/{sample.stem}.png"


def _file_of(sample: Sample, number: int) -> str:
    return f"{MASKS}/{sample.stem}/{number:04}.png"


def _number(sample: Sample, number: int) -> Line:
    del sample  # its map has them all
    return {"number": number}


def _file(sample: Sample, number: int) -> Line:
    return {"file": _file_of(sample, number)}


def _write_lists(
    dataset: Dataset,
    out: Out,
    place_of: Callable[[Sample, int], Line],
    map_of: Callable[[Sample], str] | None = None,
) -> None:
    write_labels(dataset, out)
    with out.file(LIST) as file:
        for sample in dataset.samples():
            objects = [
                {"label": each.label, **object_fields(each)}
                | (place_of(sample, number) if each.rle else {"box": each.box_xywh})
                for number, each in enumerate(sample.annotations, start=1)
            ]
            line = image_fields(sample) | {"objects": objects}
            file.write(canonical_json(line | ({"map": map_of(sample)} if map_of else {})) + b"\n")


def _read(
    masks_of: MasksOf,
    others: Callable[[Source, Report], Iterator[Sample]],
    source: Source,
    report: Report,
) -> Dataset:
    lists = _lists_in(source)
    if not lists:
        return Dataset((), lambda: others(source, report))
    labels = {name: read_labels(source, _folder_of(name) + LABELS) for name in lists}
    own = tuple(_folder_of(name) + kind for name in lists for kind in (f"{MAPS}/", f"{MASKS}/"))
    pictures = Pictures(source, lambda name: name.startswith(own))

    def samples() -> Iterator[Sample]:
        for name in lists:
            known = {None, *(label.name for label in labels[name])}
            for sample in _listed(source, name, known, masks_of, report):
                load_bytes = pictures.loader(f"{_folder_of(name)}images/{sample.file_name}")
                yield replace(sample, load_bytes=load_bytes)

    return Dataset(united(labels.values()), samples)


def _listed(
    source: Source, name: str, known: set[str | None], masks_of: MasksOf, report: Report
) -> Iterator[Sample]:
    """Yield the images of one list; the folder tells the split where a line does not."""
    folder = _folder_of(name)
    with source.file(name) as file:
        for number, line in iter_objects(file):
            try:
                sample = sample_of(line, str(line.get("file_name", "")), size_hw_of(line))
                find = masks_of(source, folder, line, sample.size_hw)
            except DatasetError as problem:
                report(DatasetError(str(problem), file=name, index=number))
                continue
            objects = []
            for place, each in enumerate(listed(line.get("objects"))):
                try:
                    objects.append(_object(each, find, known))
                except DatasetError as problem:
                    fault = f"objects[{place}]: {problem}"
                    report(DatasetError(fault, file=name, index=number))
            split = sample.split or split_in(folder)
            yield replace(sample, split=split, annotations=tuple(objects))


def _object(each: object, find: FindMask, known: set[str | None]) -> Annotation:
    if not isinstance(each, dict):
        raise DatasetError("must be a JSON object")
    label = each.get("label")
    if not isinstance(label, str | None) or label not in known:
        raise DatasetError(f"label {show(label)} is not in {LABELS}")
    box = box_of(each["box"]) if "box" in each else None
    return annotation_of(each, None if box else find(each), label, box_xywh=box, native=_NATIVE)


def _in_map(source: Source, folder: str, line: Line, size_hw: tuple[int, int]) -> FindMask:
    name = f"{folder}{line.get('map')}"
    masks = dict(masks_in(read_map(source, name, size_hw), name))

    def find(each: Mapping[str, object]) -> RLE:
        number = each.get("number")
        if type(number) is not int or number not in masks:
            raise DatasetError(f"number {show(number)} is nowhere in {name}")
        return masks[number]

    return find


def _in_file(source: Source, folder: str, line: Line, size_hw: tuple[int, int]) -> FindMask:
    del line  # each object names its file

    def find(each: Mapping[str, object]) -> RLE:
        return read_bits(source, f"{folder}{each.get('file')}", size_hw)

    return find


def _lists_in(source: Source) -> list[str]:
    return [name for name in source.names if PurePosixPath(name).name == LIST]


def _folder_of(name: str) -> str:
    return name.removesuffix(LIST)


def _keys(source: Source, name: str) -> set[str]:
    """Return the keys of a list's first line."""
    try:
        with source.file(name) as file:
            return set(next((line for _, line in iter_objects(file)), {}))
    except DatasetError:
        return set()


def maps_are_in(source: Source) -> bool:
    lists = _lists_in(source)
    if not lists:
        return next(maps_beside(source), None) is not None and not are_classes_listed(source)
    return any({"objects", "map"} <= _keys(source, name) for name in lists)


def files_are_in(source: Source) -> bool:
    lists = _lists_in(source)
    if not lists:
        return files_are_in_folders(source)
    found = (_keys(source, name) for name in lists)
    return any("objects" in keys and "map" not in keys for keys in found)


# Others read the PNGs: our lists are no part of what tools have agreed on.
_LISTED: Final = RECORDS | {Trait.LABELS, Trait.BOXES}
MASK_MAPS: Final = Format(
    "mask_maps",
    "Masks as PNG, one map per image",
    ALL - STACKED,
    _LISTED,
    write_maps,
    partial(_read, _in_map, other_maps),
    maps_are_in,
)
MASK_FILES: Final = Format(
    "mask_files",
    "Masks as PNG, one file per object",
    ALL,
    _LISTED | {Trait.EMPTY},  # such an image has no file of masks
    write_files,
    partial(_read, _in_file, other_files),
    files_are_in,
)
