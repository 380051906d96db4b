"""Pascal VOC: an XML of objects for each image, maps of classes and of objects, lists of splits.

Format: the VOC2012 development kit (http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/).
In `SegmentationObject` a pixel's index is the place of its object in the XML. 255 is void in both
maps, so that numbers from there on are one more, in a map of 16 bits: any number of objects fits.
Corners of boxes count pixels from 1 and include the last. CVAT's `attributes` and `labelmap.txt`
are written; what VOC has no element for stands as JSON in `<anneal>`.
"""

import json
import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import SubElement, tostring

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats.fields import image_fields, object_fields
from engine.datasets.formats.format import Format
from engine.datasets.formats.maps import painted, palette, write_map
from engine.datasets.formats.own_fields import OWN
from engine.datasets.formats.pictures import write_image
from engine.datasets.formats.voc_read import (
    DATABASE,
    NATIVE_FLAGS,
    OWN_OF_IMAGE,
    VOID,
    is_in,
    read,
    value_of,
)
from engine.datasets.sample import UNLABELLED, Annotation, Dataset, Sample, Value
from engine.datasets.traits import ALL, RECORDS, STACKED, Trait
from engine.datasets.xml_elements import Element
from engine.masks.rle import bbox_xywh

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(dataset: Dataset, out: Out) -> None:
    """Write the files of each image, and then the lists of each split."""
    names = ("background", *dataset.classes())
    numbers = {name: _number(place) for place, name in enumerate(names)}
    colours = palette()
    splits = set()
    for sample in dataset.samples():
        splits.add(sample.split)
        with out.file(f"Annotations/{sample.stem}.xml") as file:
            file.write(_xml(sample))
        _write_maps(sample, numbers, colours, out)
        write_image(sample, out, f"JPEGImages/{sample.file_name}")
    for split in sorted(split for split in splits if split):
        _write_list(dataset, out, split)
    with out.file("labelmap.txt") as file:
        file.write(b"# label:color_rgb:parts:actions\n")
        for name, number in numbers.items():
            rgb = colours[3 * number : 3 * number + 3] or b"\0\0\0"
            file.write(f"{name}:{rgb[0]},{rgb[1]},{rgb[2]}::\n".encode())


def _write_maps(sample: Sample, numbers: dict[str, int], colours: bytes, out: Out) -> None:
    masks = [
        (_number(place), numbers[each.label or UNLABELLED], each.rle)
        for place, each in enumerate(sample.annotations, start=1)
        if each.rle is not None
    ]
    if masks:
        objects = painted(((number, rle) for number, _, rle in masks), sample.size_hw)
        write_map(out, f"SegmentationObject/{sample.stem}.png", objects, colours)
        classes = painted(((number, rle) for _, number, rle in masks), sample.size_hw)
        write_map(out, f"SegmentationClass/{sample.stem}.png", classes, colours)


def _number(place: int) -> int:
    return place + (place >= VOID)


def _write_list(dataset: Dataset, out: Out, split: str) -> None:
    with out.file(f"ImageSets/Main/{split}.txt") as file:
        for sample in _of_split(dataset, split):
            file.write(f"{sample.stem}\n".encode())
    with out.file(f"ImageSets/Segmentation/{split}.txt") as file:
        for sample in _of_split(dataset, split):
            if any(each.rle for each in sample.annotations):
                file.write(f"{sample.stem}\n".encode())


def _of_split(dataset: Dataset, split: str) -> Iterator[Sample]:
    return (sample for sample in dataset.samples() if sample.split == split)


def _xml(sample: Sample) -> bytes:
    height, width = sample.size_hw
    root = Element("annotation")
    _add(root, "filename", sample.file_name)
    _add(_add(root, "source"), "database", DATABASE)
    size = _add(root, "size")
    for name, side in (("width", width), ("height", height), ("depth", 3)):
        _add(size, name, str(side))
    _add(root, "segmented", str(int(any(each.rle for each in sample.annotations))))
    told = image_fields(sample)
    _add_own(root, {key: told[key] for key in OWN_OF_IMAGE if key in told})
    for each in sample.annotations:
        _add_object(root, each)
    return _bytes(root)


def _add_object(root: Element, each: Annotation) -> None:
    item = _add(root, "object")
    _add(item, "name", each.label or UNLABELLED)
    _add(item, "pose", "Unspecified")
    attributes = dict(each.attributes)
    for name in NATIVE_FLAGS:  # many readers want them; of ours only what is true is one
        _add(item, name, str(int(attributes.get(name) is True)))
        if attributes.get(name) is True:
            del attributes[name]
    x, y, width, height = each.box_xywh or (bbox_xywh(each.rle) if each.rle else (0, 0, 0, 0))
    box = _add(item, "bndbox")
    for name, corner in (
        ("xmin", x + 1),
        ("ymin", y + 1),
        ("xmax", x + width),
        ("ymax", y + height),
    ):
        _add(box, name, f"{corner:.12g}")
    if attributes:
        listed = _add(item, "attributes")
        for key, value in sorted(attributes.items()):
            _add_attribute(listed, key, value)
    told = object_fields(each)
    _add_own(item, {key: told[key] for key in told if key != "attributes"})


def _add_attribute(listed: Element, key: str, value: Value) -> None:
    item = _add(listed, "attribute")
    _add(item, "name", key)
    text = json.dumps(value) if not isinstance(value, str) else value
    element = _add(item, "value", text)
    if value_of(text) != value:  # a text that looks like a number
        element.set("type", "text")


def _add_own(parent: Element, fields: dict[str, object]) -> None:
    if fields:
        _add(parent, OWN, canonical_json(fields).decode())


def _add(parent: Element, tag: str, text: str | None = None) -> Element:
    element = SubElement(parent, tag)
    element.text = None if text is None else _NOT_XML.sub("\ufffd", text)
    return element


def _bytes(root: Element) -> bytes:
    """Indent the outer elements alone: blanks within are text. A bare CR would be read as LF."""
    for item in root:
        item.tail = "\n"
    root.text = "\n"
    data: bytes = tostring(root, "utf-8")
    return data.replace(b"\r", b"&#13;") + b"\n"


VOC: Final = Format(
    "voc",
    "Pascal VOC",
    ALL - STACKED,
    RECORDS - {Trait.SPLITS},  # its parts are boxes; of attributes it knows three flags
    write,
    read,
    is_in,
    tells_splits=True,
)
