"""Read Cityscapes: the polygons of each image, or the map of instances, or that of classes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.bounds import size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, read_json
from engine.datasets.formats.checked import checked_list
from engine.datasets.formats.fields import annotation_of, sample_of, text_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.maps import MAX_16_BIT, masks_in, read_map
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.told_files import unreported
from engine.datasets.sample import Annotation, Dataset, Sample, label_or_none, labels_of
from engine.masks.rle import RLE
from engine.masks.validate import InvalidMaskError, rle_from_coco

PER_CLASS: Final = 1000
COLOURS: Final = "label_colors.txt"
GROUP: Final = "group"  # what a crowd's label ends in
NAMES: Final = (
    "unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground",
    "road", "sidewalk", "parking", "rail track", "building", "wall", "fence", "guard rail",
    "bridge", "tunnel", "pole", "polegroup", "traffic light", "traffic sign", "vegetation",
    "terrain", "sky", "person", "rider", "car", "truck", "bus", "caravan", "trailer", "train",
    "motorcycle", "bicycle",
)  # fmt: skip
FIRST_OF_INSTANCES: Final = NAMES.index("person")
_VOID: Final = 255
_NATIVE: Final = ("label", "polygon", "place", "deleted")
_FILE: Final = re.compile(r"(?:.*/)?(gtFine|gtCoarse|leftImg8bit)/(.+)_([A-Za-z0-9]+)\.\w+")
_IMAGE: Final = "leftImg8bit"
_KINDS: Final = ("polygons", "instanceIds", "labelIds")


def read(source: Source, report: Report) -> Dataset:
    """Read polygons, or the map of instances where there are none, or that of classes.

    Of an image that is annotated twice the fine objects are read.
    """
    files = _files(source, report)
    listed = _listed_names(source)
    names = listed or NAMES
    maps = {name for each in files.values() for kind, name in each.items() if kind in _KINDS}
    pictures = Pictures(source, maps.__contains__)
    polygons = [each["polygons"] for each in files.values() if "polygons" in each]
    found = {label for name in polygons for label in _labels_in(source, name, set(names))}
    is_painted = len(polygons) < len(files)

    def samples() -> Iterator[Sample]:
        for key, each in files.items():
            try:
                sample = _sample(source, pictures, key, each, names, report)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
                continue
            yield sample

    used = names[1:] if listed or is_painted else [name for name in names if name in found]
    return Dataset(labels_of([*used, *sorted(found)]), samples)


def is_in(source: Source) -> bool:
    return any(_IMAGE not in each or len(each) > 1 for each in _files(source, unreported).values())


def _files(source: Source, report: Report) -> dict[str, dict[str, str]]:
    """Group files by SPLIT/CITY/NAME, each by its kind; coarse ones where no fine ones are.

    Downloads have images and annotations in folders of their own, so what lies before is no part of
    the key; a second file of one key and kind is told.
    """
    found: dict[str, dict[str, str]] = {}
    coarse: dict[str, dict[str, str]] = {}
    for name in source.names:
        match = _FILE.fullmatch(name)
        if match and match[3] in {*_KINDS, _IMAGE}:
            key = re.sub("_gt(Fine|Coarse)$", "", match[2])
            known = coarse if match[1] == "gtCoarse" else found
            first = known.setdefault(key, {}).setdefault(match[3], name)
            if first != name:
                report(DatasetError(f"is not read, as {first} is of the same image", file=name))
    for key, files in coarse.items():
        if not found.get(key, {}).keys() & _KINDS:
            found[key] = found.get(key, {}) | files
    return found


def _listed_names(source: Source) -> tuple[str, ...]:
    """Read `label_colors.txt`: lines of R G B NAME, in the order of the numbers."""
    name = next((n for n in source.names if PurePosixPath(n).name == COLOURS), None)
    if name is None:
        return ()
    lines = source.read(name).decode("utf-8-sig", errors="replace").splitlines()
    words = (line.split(maxsplit=3) for line in lines if not line.startswith("#"))
    return tuple(each[3] for each in words if len(each) > len("RGB"))


def _labels_in(source: Source, name: str, names: set[str]) -> Iterator[str]:
    """Yield the labels of polygons; what is wrong with them is told when their image is read."""
    try:
        content = read_json(source, name)
    except DatasetError:
        return
    for each in _objects(content):
        label = text_of(each.get("label")) if isinstance(each, dict) else None
        if label:
            yield _label_and_crowd(label, names)[0]


def _objects(content: object) -> list[object]:
    objects = content.get("objects") if isinstance(content, dict) else None
    return [each for each in objects if not _is_deleted(each)] if isinstance(objects, list) else []


def _is_deleted(each: object) -> bool:
    """Tell what a person took away: Cityscapes' tools keep it in the file, and pass over it."""
    return isinstance(each, dict) and each.get("deleted") == 1


def _label_and_crowd(label: str, names: set[str]) -> tuple[str, bool]:
    bare = label.removesuffix(GROUP)
    is_crowd = label not in names and bare in names
    return (bare if is_crowd else label), is_crowd


def _sample(
    source: Source,
    pictures: Pictures,
    key: str,
    files: dict[str, str],
    names: tuple[str, ...],
    report: Report,
) -> Sample:
    split, _, rest = key.partition("/")
    image = files.get(_IMAGE, "")
    name = f"{rest or split}{PurePosixPath(image).suffix or '.png'}"
    if "polygons" in files:
        sample = _from_polygons(source, files["polygons"], name, set(names), report)
    else:
        sample = _from_map(source, pictures, files, name, names, report)
    load_bytes = pictures.loader(image) if image else None
    return replace(sample, split=split if rest else None, load_bytes=load_bytes)


def _from_polygons(source: Source, file: str, name: str, names: set[str], report: Report) -> Sample:
    content = read_json(source, file)
    if not isinstance(content, dict):
        raise DatasetError("must be a JSON object", file=file)
    try:
        size_hw = size_hw_of(content, "imgHeight", "imgWidth")
        objects = checked_list(content.get("objects"), "objects")
    except DatasetError as problem:
        raise DatasetError(problem.fault, file=file) from None
    placed = []
    for index, each in enumerate(objects):
        if _is_deleted(each):
            continue
        try:
            placed.append(_object(each, index, size_hw, names))
        except ValueError as problem:
            report(DatasetError(str(problem), file=file, field="objects", index=index))
    placed.sort(key=lambda pair: pair[0])
    told = content.get("file_name")
    sample = sample_of(content, told if isinstance(told, str) and told else name, size_hw)
    return replace(sample, annotations=tuple(each for _, each in placed))


def _object(
    each: object, index: int, size_hw: tuple[int, int], names: set[str]
) -> tuple[int, Annotation]:
    """Read a polygon, and its place among all: where the file has it, but ours tell another."""
    if not isinstance(each, dict):
        raise DatasetError("must be a JSON object")
    label, place = text_of(each.get("label")), each.get("place")
    if label is None:
        raise DatasetError("label must be text")
    bare, is_crowd = _label_and_crowd(label, names)
    told = each | ({"iscrowd": 1} if is_crowd else {})
    rle = _filled(each.get("polygon"), size_hw)
    found = annotation_of(told, rle, label_or_none(bare), native=_NATIVE)
    return (place if type(place) is int else index), found


def _filled(polygon: object, size_hw: tuple[int, int]) -> RLE:
    """Fill a polygon, of which real ones stick out of the image a little."""
    height, width = size_hw
    flat: list[float] = []
    for pair in polygon if isinstance(polygon, list) else [None]:
        if not isinstance(pair, list) or [type(n) in (int, float) for n in pair] != [True, True]:
            raise DatasetError("polygon must be a list of pairs x, y")
        flat += [min(max(pair[0], 0), width), min(max(pair[1], 0), height)]
    try:
        return rle_from_coco([flat], size_hw)
    except InvalidMaskError as error:
        raise DatasetError(str(error)) from None


def _from_map(
    source: Source,
    pictures: Pictures,
    files: dict[str, str],
    name: str,
    names: tuple[str, ...],
    report: Report,
) -> Sample:
    """Read a map: of instances, a number below 1000 is a class, and a crowd if that has some."""
    kind = next((kind for kind in _KINDS if kind in files), None)
    if kind is None:
        return Sample(name, pictures.size_of(files[_IMAGE]))
    numbers = read_map(source, files[kind])
    per_class = PER_CLASS if kind == "instanceIds" else MAX_16_BIT + 1
    annotations = []
    for number, rle in masks_in(numbers, files[kind]):
        is_instance = number >= per_class
        place = number // per_class if is_instance else number
        if 0 < place < len(names):
            has_some = names is NAMES and place >= FIRST_OF_INSTANCES and kind == "instanceIds"
            label = label_or_none(names[place])
            annotations.append(Annotation(rle, label, is_crowd=has_some and not is_instance))
        elif place not in {0, _VOID}:
            report(DatasetError(f"number {number} is none of a class", file=files[kind]))
    height, width = numbers.shape
    return Sample(name, (height, width), tuple(annotations))
