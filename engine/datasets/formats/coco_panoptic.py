"""COCO panoptic: JSON of segments, and a PNG for each image whose colours are their ids.

Format: https://cocodataset.org/#format-data, 4. Fields that COCO does not know hold what else there
is to tell. A segment without pixels is an error to COCO's own tools, so that boxes are lost.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from engine.canonical import canonical_json
from engine.datasets.bounds import size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source
from engine.datasets.formats.coco import address_of, split_told_by
from engine.datasets.formats.fields import (
    annotation_of,
    image_fields,
    json_of,
    object_fields,
    sample_of,
    text_of,
)
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.maps import masks_in, painted, read_map, write_colours
from engine.datasets.formats.pictures import Pictures, write_image
from engine.datasets.formats.told_files import OBJECT, files_of, iter_told, until_broken
from engine.datasets.json_stream import Element, iter_elements
from engine.datasets.sample import UNLABELLED, Annotation, Dataset, Label, Sample, label_or_none
from engine.datasets.texts_on_disk import TextsOnDisk, spelt
from engine.datasets.traits import ALL, RECORDS, STACKED, Trait
from engine.masks.counts import show
from engine.masks.rle import RLE, area, bbox_xywh

FOLDER: Final = "panoptic"
IMAGES: Final = "images"
UNLABELLED_ID: Final = 0
_ID: Final = "mask"  # ours, as in `annotations.json`: a segment's `id` is its colour
Id: TypeAlias = int | str  # Mapillary names images by text
_NATIVE: Final = ("id", "category_id", "area", "bbox", _ID)


def write(dataset: Dataset, out: Out) -> None:
    """Write `panoptic.json`, `panoptic/NAME.png` and, where their bytes are known, `images/`."""
    with out.file(f"{FOLDER}.json") as file:
        info = {"description": dataset.name, "version": dataset.version, "contributor": "Anneal"}
        file.write(b'{"info":' + canonical_json(info))
        for key, items in (
            ("annotations", _annotations(dataset)),  # first, so that readers soon see what it is
            ("categories", _categories(dataset)),
            ("images", _images(dataset)),
        ):
            file.write(b',\n"' + key.encode() + b'":[')
            for index, item in enumerate(items):
                file.write((b",\n" if index else b"\n") + canonical_json(item))
            file.write(b"]")
        file.write(b"}\n")
    for sample in dataset.samples():
        segments = ((n, each.rle) for n, each in _numbered(sample) if each.rle)
        write_colours(out, f"{FOLDER}/{sample.stem}.png", painted(segments, sample.size_hw))
        write_image(sample, out, f"{IMAGES}/{sample.file_name}")


def _numbered(sample: Sample) -> Iterator[tuple[int, Annotation]]:
    return enumerate(sample.annotations, start=1)


def _images(dataset: Dataset) -> Iterator[dict[str, object]]:
    for number, sample in enumerate(dataset.samples(), start=1):
        yield {"id": number, **image_fields(sample), **address_of(sample)}


def _categories(dataset: Dataset) -> Iterator[dict[str, object]]:
    yield {"id": UNLABELLED_ID, "name": UNLABELLED, "supercategory": "", "isthing": 1}
    for each in dataset.labels:
        yield {"supercategory": "", "isthing": 1, **each.extra, "id": each.id, "name": each.name}


def _annotations(dataset: Dataset) -> Iterator[dict[str, object]]:
    ids = {label.name: label.id for label in dataset.labels}
    for number, sample in enumerate(dataset.samples(), start=1):
        segments = [
            _segment(n, each, each.rle, ids[each.label] if each.label else UNLABELLED_ID)
            for n, each in _numbered(sample)
            if each.rle
        ]
        yield {"image_id": number, "file_name": f"{sample.stem}.png", "segments_info": segments}


def _segment(number: int, each: Annotation, rle: RLE, category: int) -> dict[str, object]:
    told = object_fields(each)
    return {
        **{_ID if key == "id" else key: value for key, value in told.items()},
        "id": number,
        "category_id": category,
        "iscrowd": int(each.is_crowd),
        "area": area(rle),
        "bbox": [int(side) for side in bbox_xywh(rle)],
    }


@dataclass(slots=True)
class _Content:
    """A file's content; of what is told of an image the last counts."""

    name: str
    images: TextsOnDisk = field(default_factory=TextsOnDisk)  # by their ids, as JSON
    categories: dict[Id, Label] = field(default_factory=dict)
    segments: TextsOnDisk = field(default_factory=TextsOnDisk)  # by their images' ids, with the PNG
    maps: dict[str, str] = field(default_factory=dict)  # where the PNGs lie that are there


def read(source: Source, report: Report) -> Dataset:
    """Read all panoptic files of a folder; what their JSON tells is kept on the disk.

    Raises:
        DatasetError: there is no such file, or its JSON, images or categories are wrong.

    """
    files = files_of(source, _is_ours, report, OBJECT)
    read_in = (until_broken(_contents(source, name, report), files, report) for name in files)
    contents = list(chain.from_iterable(read_in))
    if not contents:
        raise DatasetError("no JSON file is there whose annotations have segments_info")
    _find_maps(source, contents)
    known = {name for content in contents for name in content.maps.values()}
    folders = tuple(f"{_folder_of(content.name)}/" for content in contents)
    pictures = Pictures(source, lambda name: name in known or name.startswith(folders))

    def samples() -> Iterator[Sample]:
        seen: set[str] = set()
        for content in contents:
            for image_id, texts in content.images:
                image = _kept_image(texts[-1])
                if image.file_name in seen:
                    report(DatasetError(f"{image.file_name} is there twice", file=content.name))
                    continue
                seen.add(image.file_name)
                try:
                    segments = content.segments.of(image_id)
                    found = list(_objects(source, content, segments, image.size_hw, report))
                except DatasetError as problem:  # of the image as a whole
                    report(problem)
                    continue
                loader = pictures.loader_beside(content.name, image.file_name)
                yield replace(image, annotations=tuple(found), load_bytes=loader)

    return Dataset(_labels(contents), samples)


def _labels(contents: Iterable[_Content]) -> tuple[Label, ...]:
    """Unite the categories of all files by name."""
    names: dict[str, Label] = {}
    for label in (label for each in contents for label in each.categories.values()):
        if label_or_none(label.name):
            names.setdefault(label.name, replace(label, id=len(names) + 1))
    return tuple(names.values())


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    """Tell a file by its first annotation, which has segments."""
    with source.file(name) as file:
        listed = (each for each in iter_elements(file, name) if each.key == "annotations")
        first = next(listed, None)
    return first is not None and isinstance(first.value, dict) and "segments_info" in first.value


def _contents(source: Source, name: str, report: Report) -> Iterator[_Content]:
    content = _Content(name)
    held: DatasetError | None = None  # first fault of an image, which may be that of the file
    with source.file(name) as file:
        for element in iter_elements(file, name):
            try:
                _add(content, element)
            except DatasetError as problem:
                fault = DatasetError(
                    problem.fault, file=name, field=element.key, index=element.place
                )
                if element.key != "annotations" and element.place is None:
                    raise fault from None
                if element.key == "images" and held is None:
                    held = fault
                else:
                    report(fault)
    if next(iter(content.images), None) is None:
        raise held or DatasetError("has no images", file=name)
    if held is not None:
        report(held)
    _report_unknown(content, report)
    yield content


def _report_unknown(content: _Content, report: Report) -> None:
    for image_id, _ in content.segments:
        if not content.images.of(image_id):
            told = f"image_id {show(json.loads(image_id))} names no image"
            report(DatasetError(told, file=content.name))


def _add(content: _Content, element: Element) -> None:
    if element.key == "images":
        image_id, fields = _fields(element, "id")
        image = _image(fields, content.name)
        told = (image.captions, image.split, image.group, image.sha256)
        content.images.add(spelt(image_id), spelt((image.file_name, image.size_hw, *told)))
    elif element.key == "categories":
        category_id, fields = _fields(element, "id")
        content.categories[category_id] = _category(fields)
    elif element.key == "annotations":
        image_id, fields = _fields(element, "image_id")
        content.segments.add(spelt(image_id), spelt(_segments(fields)))


def _fields(element: Element, key: str) -> tuple[Id, dict[str, object]]:
    if element.place is None or not isinstance(element.value, dict):
        raise DatasetError("must be a list of objects")
    identity = element.value.get(key)
    if isinstance(identity, bool) or not isinstance(identity, int | str):
        raise DatasetError(f"{key} must be a whole number, or text")
    return identity, element.value


def _image(fields: Mapping[str, object], name: str) -> Sample:
    file_name = fields.get("file_name")
    if not isinstance(file_name, str) or not file_name:
        raise DatasetError("file_name must be text")
    sample = sample_of(fields, file_name, size_hw_of(fields))
    return replace(sample, split=sample.split or split_told_by(name))


def _kept_image(text: str) -> Sample:
    file_name, (height, width), captions, split, group, sha256 = json.loads(text)
    return Sample(file_name, (height, width), (), tuple(captions), split, group, sha256)


def _category(fields: Mapping[str, object]) -> Label:
    name = text_of(fields.get("name"))
    if name is None:
        raise DatasetError("name must be text")
    extra = {key: fields[key] for key in fields if key not in {"id", "name"}}
    return Label(name, 0, json_of(extra))


def _segments(fields: Mapping[str, object]) -> tuple[str, list[object]]:
    file_name, segments = fields.get("file_name"), fields.get("segments_info")
    if not isinstance(file_name, str) or not isinstance(segments, list):
        raise DatasetError("file_name must be text, and segments_info a list")
    return file_name, segments


def _objects(
    source: Source,
    content: _Content,
    told: list[str],
    size_hw: tuple[int, int],
    report: Report,
) -> Iterator[Annotation]:
    if not told:
        return
    named, segments = json.loads(told[-1])
    name = content.maps.get(named, named)
    masks = dict(masks_in(read_map(source, name, size_hw), name))
    for index, segment in enumerate(segments):
        try:
            yield _object(segment, masks, content.categories)
        except DatasetError as problem:
            field_of = f"{named}: segments_info"
            report(DatasetError(problem.fault, file=content.name, field=field_of, index=index))
    if masks:
        fault = f"colour {min(masks)} is of no segment" + (len(masks) > 1) * f" of {len(masks)}"
        report(DatasetError(fault, file=name))


def _find_maps(source: Source, contents: Iterable[_Content]) -> None:
    """Find all PNGs: in a folder with the name of their JSON, beside that, or anywhere.

    There an image may have the name of its map, and lies in `images`.
    """
    files = Pictures(source)
    others = Pictures(source, lambda name: IMAGES in PurePosixPath(name).parts[:-1])
    for content in contents:
        for _, told in content.segments:
            named, _ = json.loads(told[-1])
            folders = (_folder_of(content.name), PurePosixPath(content.name).parent.as_posix())
            beside = (PurePosixPath(folder, named).as_posix() for folder in folders)
            found = next((each for each in beside if files.has(each)), others.find(named))
            if found:
                content.maps[named] = found


def _folder_of(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()


def _object(segment: object, masks: dict[int, RLE], categories: Mapping[Id, Label]) -> Annotation:
    """Read a segment, and take its mask from those that are left."""
    if not isinstance(segment, dict):
        raise DatasetError("must be a list of objects")
    number, category = segment.get("id"), segment.get("category_id")
    if type(category) is not int or category not in categories:
        raise DatasetError(f"category_id {show(category)} names no category")
    if type(number) is not int or number not in masks:
        raise DatasetError(f"id {show(number)} is the colour of no pixel, or another's")
    told = {**segment, "id": segment.get(_ID)}
    label = label_or_none(categories[category].name)
    return annotation_of(told, masks.pop(number), label, native=_NATIVE)


COCO_PANOPTIC: Final = Format(
    "coco_panoptic",
    "COCO panoptic",
    ALL - STACKED - {Trait.BOXES},
    RECORDS - {Trait.CROWDS},
    write,
    read,
    is_in,
)
