"""Supervisely: a project of `meta.json` and datasets, a JSON file for each image, masks as PNG.

Format: https://developer.supervisely.com/getting-started/supervisely-annotation-format. Datasets
and tags that are named as splits are splits; what are folders in a file's name are datasets within
those. Corners are pixels there, not the edges between them. Fields that its SDK does not know it
passes over, and `customBigData` it keeps: there ours lie.
"""

import math
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.bounds import box_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source, read_json
from engine.datasets.formats.checked import checked_fields, checked_text, label_of, placed
from engine.datasets.formats.format import Format, Report
from engine.datasets.formats.own_fields import (
    OWN,
    Fields,
    image_beside,
    own_of,
    read_image,
    read_object,
    told_beside,
)
from engine.datasets.formats.pictures import SPLITS, Pictures, write_image
from engine.datasets.formats.shapes import (
    Size,
    box_around,
    cut,
    pasted,
    points,
    polygon,
    size,
    whole,
)
from engine.datasets.sample import UNLABELLED, Annotation, Box, Dataset, Sample, Value, labels_of
from engine.datasets.traits import ALL, RECORDS, Trait
from engine.masks.rle import RLE
from engine.media.bitmaps import encode_bitmap, read_bitmap

META: Final = "meta.json"
TAGS: Final = "tags of images left out"  # how many, in people's words
NO_SPLIT: Final = "dataset"
_WITHIN: Final = "datasets"  # the folder of datasets within a dataset
_MAX_PNG_BYTES: Final = 64 * 2**20
_ORIGINS: Final = ("labelerLogin", "createdAt", "updatedAt")
_BOX: Final = "box"  # of ours, exact
_PIXEL: Final = 0.5  # from a pixel's number to its centre


def write(dataset: Dataset, out: Out) -> None:
    """Write `meta.json`, `SPLIT/ann/NAME.json` and, where its bytes are known, `SPLIT/img/NAME`."""
    kinds, is_labelled = _kinds(dataset)
    classes = dataset.classes()
    with out.file(META) as file:
        file.write(canonical_json(_meta(classes[:-1] if is_labelled else classes, kinds)) + b"\n")
    for sample in dataset.samples():
        *folders, name = sample.file_name.split("/")
        place = f"/{_WITHIN}/".join([sample.split or NO_SPLIT, *folders])
        with out.file(f"{place}/ann/{name}.json") as file:
            file.write(canonical_json(_content(sample, kinds)) + b"\n")
        write_image(sample, out, f"{place}/img/{name}")


def _kinds(dataset: Dataset) -> tuple[dict[str, str], bool]:
    """Find the kind of each tag, and whether all objects have a label."""
    kinds: dict[str, str] = {}
    is_labelled = True
    for sample in dataset.samples():
        for each in sample.annotations:
            is_labelled &= each.label is not None
            for name, value in each.attributes.items():
                kind = _kind(value)
                kinds[name] = kind if kinds.get(name, kind) == kind else "any_string"
    return kinds, is_labelled


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "none"  # a tag without value says yes
    return "any_string" if isinstance(value, str) else "any_number"


def _meta(classes: tuple[str, ...], kinds: Mapping[str, str]) -> dict[str, object]:
    return {
        "classes": [{"title": each, "shape": "any", "color": _colour(each)} for each in classes],
        "tags": [
            {"name": name, "value_type": kinds[name], "color": _colour(name)} for name in kinds
        ],
        "projectType": "images",
    }


def _colour(name: str) -> str:
    return f"#{zlib.crc32(name.encode()) & 0xFFFFFF:06X}"


def _content(sample: Sample, kinds: Mapping[str, str]) -> dict[str, object]:
    height, width = sample.size_hw
    return {
        "description": "\n".join(sample.captions),
        "tags": [],
        "size": {"height": height, "width": width},
        "objects": [_object(each, kinds) for each in sample.annotations],
        "customBigData": {OWN: image_beside((), sample)},
    }


def _object(each: Annotation, kinds: Mapping[str, str]) -> dict[str, object]:
    held = {name: value for name, value in each.attributes.items() if _is_tag(value, kinds[name])}
    tags = [{"name": k, "value": None if v is True else v} for k, v in sorted(held.items())]
    own = told_beside({"caption": each.caption, "attributes": held}, each)
    if each.rle is None:
        own[_BOX] = list(each.box_xywh or ())  # which the corners round to pixels
    return {
        "classTitle": each.label or UNLABELLED,
        "description": each.caption or "",
        "tags": tags,
        **(_rectangle(each.box_xywh) if each.rle is None else _bitmap(each.rle)),
        OWN: own,
    }


def _is_tag(value: Value, kind: str) -> bool:
    return value is not False and _kind(value) == kind


def _bitmap(rle: RLE) -> dict[str, object]:
    part, origin = cut(rle)
    packed = zlib.compress(encode_bitmap(part))
    return {
        "geometryType": "bitmap",
        "bitmap": {"data": b64encode(packed).decode(), "origin": list(origin)},
    }


def _rectangle(box: Box | None) -> dict[str, object]:
    x, y, width, height = box or (0, 0, 1, 1)
    far = [math.ceil(x + width) - 1, math.ceil(y + height) - 1]  # the last pixel is within
    corners = [[math.floor(x), math.floor(y)], far]
    return {"geometryType": "rectangle", "points": {"exterior": corners, "interior": []}}


def read(source: Source, report: Report) -> Dataset:
    """Read all datasets of a project.

    Raises:
        DatasetError: there is no `meta.json`, or it has no list of classes.

    """
    meta = _meta_of(source)
    if meta is None:
        raise DatasetError(f"no {META} is there with a list `classes`")
    name, classes = meta
    try:
        titles = [checked_text(checked_fields(each).get("title")) for each in classes]
    except ValueError as error:
        raise DatasetError(str(error), file=name, field="classes") from None
    pictures = Pictures(source, lambda each: PurePosixPath(each).match("masks_*/*"))
    project = _Project(source, name.removesuffix(META), titles, pictures, report)

    def samples() -> Iterator[Sample]:
        for file in _annotation_files(source):
            try:
                yield project.sample(file)
            except ValueError as error:
                report(placed(error, file=file))

    return Dataset(labels_of(titles), samples)


def is_in(source: Source) -> bool:
    return bool(_annotation_files(source)) and _meta_of(source) is not None


def _annotation_files(source: Source) -> list[str]:
    return [name for name in source.names if PurePosixPath(name).match("*/ann/*.json")]


def _meta_of(source: Source) -> tuple[str, list[object]] | None:
    for name in source.names:
        if PurePosixPath(name).name == META:
            try:
                content = read_json(source, name)
            except DatasetError:
                continue
            classes = content.get("classes") if isinstance(content, dict) else None
            if isinstance(classes, list):
                return name, classes
    return None


@dataclass(frozen=True, slots=True)
class _Project:
    source: Source
    folder: str  # with "/" at its end, or none
    titles: list[str]
    pictures: Pictures
    report: Report

    def sample(self, name: str) -> Sample:
        content = checked_fields(read_json(self.source, name))
        sides = checked_fields(content.get("size"))
        size_hw = size(sides.get("height"), sides.get("width"))
        datasets, image = _image_of(name.removeprefix(self.folder))
        data, tags = content.get("customBigData"), _tags(content)
        own = own_of(data) if isinstance(data, dict) else None
        split = next((each for each in (*datasets, *tags) if each in SPLITS), None)
        sample = read_image(own, "/".join([*datasets, image]), size_hw, split)
        description = content.get("description")
        if own is None and description:
            sample = replace(sample, captions=(checked_text(description),))
        found = self.pictures.loader("/".join([*PurePosixPath(name).parts[:-2], "img", image]))
        annotations = tuple(self._annotations(content.get("objects"), name, size_hw))
        others = sum(each not in SPLITS for each in tags)
        left_out = {TAGS: others} if others else {}
        return replace(sample, annotations=annotations, load_bytes=found, left_out=left_out)

    def _annotations(self, objects: object, name: str, size_hw: Size) -> Iterator[Annotation]:
        for place, each in enumerate(objects if isinstance(objects, list) else [None]):
            try:
                yield _annotation(checked_fields(each), size_hw, self.titles)
            except ValueError as error:
                self.report(DatasetError(str(error), file=name, field="objects", index=place))


def _image_of(name: str) -> tuple[list[str], str]:
    """Return the datasets that a file's place tells, and the image's name."""
    *folders, _, file = PurePosixPath(name).parts
    datasets = [each for at, each in enumerate(folders) if each != _WITHIN or at % 2 == 0]
    return datasets, file.removesuffix(".json")


def _annotation(each: Fields, size_hw: Size, titles: list[str]) -> Annotation:
    title = checked_text(each.get("classTitle"))
    if title not in titles:
        raise ValueError(f"class {title[:40]!r} is not in {META}")
    own = own_of(each)
    native = {
        "caption": checked_text(each.get("description") or "") or None,
        "attributes": _tags(each),
        "id": str(each["id"]) if own is None and type(each.get("id")) is int else "",
        "extra": {key: each[key] for key in _ORIGINS if isinstance(each.get(key), str)},
    }
    rle, box = _drawn(each, size_hw)
    if own is not None and _BOX in own:
        box = box_of(own[_BOX]) if box else None
        own = {key: own[key] for key in own if key != _BOX}
    return read_object(own, native, rle, label_of(title), box)


def _tags(fields: Fields) -> dict[str, Value]:
    tags = fields.get("tags")
    listed = tags if isinstance(tags, list) else ()
    pairs = [(each.get("name"), each.get("value")) for each in listed if isinstance(each, dict)]
    return {
        checked_text(name): True if value is None else value
        for name, value in pairs
        if isinstance(value, str | int | float | None)
    }


def _drawn(each: Fields, size_hw: Size) -> tuple[RLE | None, Box | None]:
    kind = each.get("geometryType")
    if kind == "bitmap":
        return _mask(checked_fields(each.get("bitmap")), size_hw), None
    if kind not in ("polygon", "rectangle"):
        raise ValueError(f"is neither a bitmap, a polygon nor a rectangle, but {str(kind)[:20]}")
    corners = checked_fields(each.get("points"))
    ring = points(corners.get("exterior"))
    if kind == "rectangle":
        return None, box_around([*ring, *((x + 1, y + 1) for x, y in ring)])
    holes = corners.get("interior")
    rings = [points(hole) for hole in holes] if isinstance(holes, list) else []
    return polygon(_centres(ring), size_hw, [_centres(hole) for hole in rings]), None


def _centres(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x + _PIXEL, y + _PIXEL) for x, y in ring]


def _mask(bitmap: Fields, size_hw: Size) -> RLE:
    try:
        unpacked = zlib.decompressobj().decompress(
            b64decode(checked_text(bitmap.get("data"))), _MAX_PNG_BYTES
        )
    except zlib.error:
        raise ValueError("bitmap is not packed as zlib does") from None
    part = read_bitmap(unpacked, max_pixels=size_hw[0] * size_hw[1])
    (origin,) = points([bitmap.get("origin")])
    return pasted(part, (whole(origin[0]), whole(origin[1])), size_hw)


_OWN: Final = RECORDS - {Trait.MASK_CAPTIONS, Trait.ATTRIBUTES, Trait.CAPTIONS, Trait.SPLITS}
SUPERVISELY: Final = Format(
    "supervisely", "Supervisely project", ALL, _OWN, write, read, is_in, tells_splits=True
)
