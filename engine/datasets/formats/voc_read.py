"""Read Pascal VOC: the development kit's, CVAT's and datumaro's, and XML beside images (Roboflow).

An image may have an XML, maps, both or neither. Where no XML has objects, as in CVAT's masks, the
map of classes tells what an object is, and alone it gives one object for each class.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.fields import annotation_of, sample_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.maps import has_colours, map_of, masks_in, pixels_of
from engine.datasets.formats.own_fields import OWN
from engine.datasets.formats.pictures import Pictures, size_in
from engine.datasets.formats.voc_files import (
    KIT_CLASSES,
    KIT_COLOURS,
    Files,
    files_of,
    is_map,
    label_map,
    packed,
    place_of,
    split_beside,
    splits_of,
)
from engine.datasets.json_bounds import loads
from engine.datasets.places import MAX_BYTES
from engine.datasets.sample import (
    Annotation,
    Box,
    Dataset,
    Sample,
    Value,
    label_or_none,
    labels_of,
    rounded_box,
)
from engine.datasets.xml_elements import Element, iter_children, read_root
from engine.masks.rle import RLE
from engine.media.label_maps import Numbers

VOID: Final = 255
DATABASE: Final = "Anneal"
NATIVE_FLAGS: Final = ("truncated", "difficult", "occluded")
OWN_OF_IMAGE: Final = ("group", "sha256", "captions")
_ROOT: Final = "annotation"
_CORNERS: Final = ("xmin", "ymin", "xmax", "ymax")
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?")
_FAR_PX: Final = 2**31
_PROBED: Final = 20


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the reading of each image needs."""

    source: Source
    pictures: Pictures
    names: tuple[str, ...]  # of the classes in maps, from 0
    colours: Numbers  # in which they are painted: R + 256 G + 65536 B
    report: Report


def read(source: Source, report: Report) -> Dataset:
    """Read all images, also those of which no more is there than their pixels."""
    files = files_of(source)
    splits = splits_of(source, files)
    listed = label_map(source)
    names, colours = listed or (KIT_CLASSES, packed(KIT_COLOURS))
    reading = _Reading(source, Pictures(source, is_map), names, colours, report)
    found = {name for each in files if each.xml for name in _object_names(source, each.xml)}
    is_painted = any(each.classes and not each.xml for each in files)
    labels = [*(names[1:] if listed or is_painted else ()), *sorted(found)]

    def samples() -> Iterator[Sample]:
        for each in files:
            try:
                sample = _sample(reading, each)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
                continue
            split = split_beside(each)
            name = sample.file_name.removeprefix(f"{split}/")
            yield replace(sample, file_name=name, split=splits.get(each) or split)

    return Dataset(labels_of(labels), samples)


def is_in(source: Source) -> bool:
    folders = {part for name in source.names for part in PurePosixPath(name).parts[:-1]}
    if folders & {"SegmentationObject", "SegmentationClass"}:
        return True
    texts = (name for name in source.names if name.endswith(".xml"))
    return any(_is_annotation(source, name) for name in islice(texts, _PROBED))


def _is_annotation(source: Source, name: str) -> bool:
    """Tell VOC's XML from LabelMe's, whose root has the same name: that has no `size`."""
    try:
        with source.file(name) as file:
            children = iter_children(file, name)
            root = next(children)
            return root.tag == _ROOT and any(each.tag == "size" for each in children)
    except DatasetError:
        return False


def _object_names(source: Source, name: str) -> Iterator[str]:
    """Yield the labels in an XML; what is wrong with it is told when its image is read."""
    try:
        for item in read_root(source.read(name), name).iter():
            if item.tag in {"object", "part"} and (text := _text(item, "name")):
                yield text
    except DatasetError:
        return


def _sample(reading: _Reading, files: Files) -> Sample:
    root = Element(_ROOT)
    if files.xml:
        root = read_root(reading.source.read(files.xml), files.xml)
    if root.tag != _ROOT:
        raise DatasetError(f"must be an <{_ROOT}>", file=files.xml or "")
    named = _text(root, "filename")
    image = files.image or f"{files.stem}{PurePosixPath(named).suffix or '.jpg'}"
    size_hw = _size_hw(root) or _size_of_file(reading, files, image)
    objects = _map(reading, files.objects, size_hw, packed(KIT_COLOURS))
    classes = _map(reading, files.classes, size_hw, reading.colours)
    own = _text(root, "source/database") == DATABASE
    bare = f"{place_of(image)[2]}{PurePosixPath(image).suffix}"
    sample = sample_of(_own(root, files), named if own else bare, size_hw)
    return replace(
        sample,
        annotations=tuple(_annotations(reading, files, root, objects, classes)),
        load_bytes=reading.pictures.loader(image),
    )


def _size_of_file(reading: _Reading, files: Files, image: str) -> tuple[int, int]:
    numbers = files.objects or files.classes
    return size_in(reading.source, numbers) if numbers else reading.pictures.size_of(image)


def _size_hw(root: Element) -> tuple[int, int] | None:
    """Return what an XML tells; some tools write zeros."""
    sides = [_text(root, f"size/{name}") for name in ("height", "width")]
    numbers = [int(side) if re.fullmatch(r"[0-9]{1,9}", side) else 0 for side in sides]
    return (numbers[0], numbers[1]) if all(numbers) else None


def _map(
    reading: _Reading, name: str | None, size_hw: tuple[int, int], colours: Numbers
) -> Numbers | None:
    """Read a map of indices, or of their colours; 255 and colours of nothing are no object."""
    if name is None:
        return None
    data = reading.source.read(name, MAX_BYTES)
    numbers = map_of(data, name, size_hw)
    if has_colours(data):
        order = np.argsort(colours, kind="stable")
        at = np.searchsorted(colours[order], numbers).clip(max=len(colours) - 1)
        return np.where(colours[order][at] == numbers, order[at], 0)
    return np.where(numbers == VOID, 0, numbers - (numbers > VOID))


def _annotations(
    reading: _Reading,
    files: Files,
    root: Element,
    objects: Numbers | None,
    classes: Numbers | None,
) -> Iterator[Annotation]:
    items = root.findall("object")
    numbers = classes if objects is None and not items else objects
    if numbers is None and classes is not None:
        fault = "is not read beside an XML with objects: nothing tells which pixels are whose"
        reading.report(DatasetError(fault, file=files.classes or ""))
    masks = {} if numbers is None else dict(masks_in(numbers, files.objects or ""))
    flat = None if classes is None or numbers is classes else classes.ravel(order="F")
    first_px = _first_px(root)
    for place, item in enumerate(items, start=1):
        try:
            yield from _objects(item, place, masks.pop(place, None), first_px, files)
        except DatasetError as problem:
            fault = problem.fault
            reading.report(DatasetError(fault, file=files.xml or "", field="object", index=place))
    for place, rle in masks.items():
        label = place if flat is None else _most(flat[pixels_of(rle)])
        if classes is not None and 0 < label < len(reading.names):
            yield Annotation(rle, label_or_none(reading.names[label]))
        else:
            fault = f"index {place} is no object's, and no class's"
            reading.report(DatasetError(fault, file=files.objects or files.classes or ""))


def _most(numbers: Numbers) -> int:
    found, counts = np.unique(numbers, return_counts=True)
    return int(found[counts.argmax()])


def _first_px(root: Element) -> int:
    """Tell from which number a file counts pixels: the kit from 1, many tools from 0."""
    if _text(root, "source/database") == DATABASE:
        return 1
    texts = ((item.text or "").strip() for item in root.iter() if item.tag in _CORNERS)
    return int(all(float(text) >= 1 for text in texts if _NUMBER.fullmatch(text)))


def _objects(
    item: Element, place: int, rle: RLE | None, first_px: int, files: Files
) -> Iterator[Annotation]:
    """Yield an object and its parts, which are boxes of their own."""
    parts = item.findall("part")
    told: dict[str, object] = {"id": str(place)} if parts else {}
    told |= _own(item, files) | {"attributes": _attributes(item)}
    box = None if rle else _box(item, first_px)
    whole = annotation_of(told, rle, _label(item), box_xywh=box)
    yield whole
    for part in parts:
        yield Annotation(None, _label(part), _box(part, first_px), parent=whole.id)


def _label(item: Element) -> str | None:
    name = _text(item, "name")
    if not name:
        raise DatasetError("has no name")
    return label_or_none(name)


def _box(item: Element, first_px: int) -> Box:
    texts = [_text(item, f"bndbox/{name}") for name in _CORNERS]
    if not all(_NUMBER.fullmatch(text) for text in texts):
        raise DatasetError(f"bndbox must have numbers: {', '.join(_CORNERS)}")
    left, top, right, bottom = (float(text) for text in texts)
    box = (left - first_px, top - first_px, right - left + first_px, bottom - top + first_px)
    if min(box[2:]) < 0 or max(map(abs, box)) >= _FAR_PX:
        raise DatasetError("bndbox must have its corners from left to right and from the top")
    return rounded_box(*box)


def _attributes(item: Element) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if (pose := _text(item, "pose")) not in {"", "Unspecified"}:
        found["pose"] = pose
    found |= {name: True for name in NATIVE_FLAGS if _text(item, name) == "1"}
    found |= {each.tag: each.text == "1" for each in item.findall("actions/*")}
    for each in item.findall("attributes/attribute"):
        value = each.find("value")
        if value is not None:
            text = value.text or ""
            found[each.findtext("name", "")] = text if value.get("type") else value_of(text)
    return found


def value_of(text: str) -> Value:
    """Return what a text says: a truth, a number or itself."""
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eE") else int(text)
    return text


def _own(item: Element, files: Files) -> dict[str, object]:
    """Read what VOC has no element for."""
    try:
        told = loads(item.findtext(OWN, "{}"))
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise DatasetError("must be a JSON object", file=files.xml or "", field=OWN)
    return told


def _text(item: Element, path: str) -> str:
    return item.findtext(path, "").strip()
