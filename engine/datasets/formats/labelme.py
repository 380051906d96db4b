"""LabelMe of wkentaro: a JSON file beside each image, masks as PNG cut to their box, in text.

Format: https://github.com/wkentaro/labelme. Masks and rectangles are written, polygons and circles
read too. Shapes of one label and group are one object. The tool keeps keys that it does not know,
on opening and saving: there ours lie.
"""

import math
import posixpath
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final

from engine.canonical import canonical_json
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
    ellipse,
    pasted,
    points,
    polygon,
    size,
)
from engine.datasets.json_stream import Element, iter_elements
from engine.datasets.naming import with_slashes
from engine.datasets.sample import UNLABELLED, Annotation, Box, Dataset, Sample, Value, labels_of
from engine.datasets.traits import ALL, RECORDS, Trait
from engine.masks.rle import RLE, united
from engine.media.bitmaps import encode_bitmap, read_bitmap
from engine.media.images import read_size

VERSION: Final = "5.5.0"  # of the tool, that reads what is written here
LABELS_FILE: Final = "labels.txt"  # as the tool takes it on its command line
_NO_LABELS: Final = ("", "__ignore__", "_background_")
FLAGS: Final = "flags of images left out"  # how many that are set, in people's words
_LOOKED_AT: Final = 20  # files, and elements of each, before others are taken for another format's


def write(dataset: Dataset, out: Out) -> None:
    """Write `labels.txt`, `SPLIT/NAME.json` and, where its bytes are known, the image beside it."""
    with out.file(LABELS_FILE) as file:
        names = (label.name for label in dataset.labels)
        file.write("".join(f"{name}\n" for name in names if "\n" not in name).encode())
    for sample in dataset.samples():
        folder = f"{sample.split}/" if sample.split else ""
        with out.file(f"{folder}{sample.stem}.json") as file:
            file.write(canonical_json(_content(sample)) + b"\n")
        write_image(sample, out, folder + sample.file_name)


def _content(sample: Sample) -> dict[str, object]:
    height, width = sample.size_hw
    return {
        "version": VERSION,
        "flags": {},
        "shapes": [_shape(each) for each in sample.annotations],
        "imagePath": posixpath.basename(sample.file_name),
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
        OWN: image_beside((), sample),
    }


def _shape(each: Annotation) -> dict[str, object]:
    flags = {name: value for name, value in each.attributes.items() if isinstance(value, bool)}
    return {
        "label": each.label or UNLABELLED,
        "group_id": None,
        "description": each.caption or "",
        "flags": flags,
        **(_rectangle(each.box_xywh) if each.rle is None else _mask(each.rle)),
        OWN: told_beside({"caption": each.caption, "attributes": flags}, each),
    }


def _mask(rle: RLE) -> dict[str, object]:
    part, (x, y) = cut(rle)
    height, width = part.shape
    return {
        "shape_type": "mask",
        "points": [[x, y], [x + width - 1, y + height - 1]],  # the last pixel is within
        "mask": b64encode(encode_bitmap(part)).decode(),
    }


def _rectangle(box: Box | None) -> dict[str, object]:
    x, y, width, height = box or (0, 0, 0, 0)
    return {
        "shape_type": "rectangle",
        "points": [[x, y], [x + width, y + height]],
        "mask": None,
    }


def read(source: Source, report: Report) -> Dataset:
    """Read all JSON files of a folder, each twice: first for the labels that it uses."""
    names = dict.fromkeys(_listed(source))
    for name in source.names:
        if name.endswith(".json"):
            names |= dict.fromkeys(_labels_in(source, name))
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for name in source.names:
            if name.endswith(".json"):
                try:
                    yield _sample(source, pictures, name, report)
                except ValueError as error:
                    report(placed(error, file=name))

    return Dataset(labels_of(names), samples)


def is_in(source: Source) -> bool:
    names = (name for name in source.names if name.endswith(".json"))
    return any(_is_ours(source, name) for name in islice(names, _LOOKED_AT))


def _is_ours(source: Source, name: str) -> bool:
    try:
        with source.file(name) as file:
            return any(_tells(each) for each in islice(iter_elements(file, name), _LOOKED_AT))
    except DatasetError:
        return False


def _tells(element: Element) -> bool:
    shape = element.value if isinstance(element.value, dict) else {}
    return element.key == "imagePath" or (
        element.key == "shapes" and {"label", "points"} <= {*shape}
    )


def _listed(source: Source) -> list[str]:
    if LABELS_FILE not in source.names:
        return []
    lines = source.read(LABELS_FILE).decode("utf-8-sig", errors="replace").split("\n")
    return [line.strip() for line in lines if line.strip() not in _NO_LABELS]


def _labels_in(source: Source, name: str) -> Iterator[str]:
    try:
        shapes = checked_fields(read_json(source, name)).get("shapes")
    except ValueError:  # reported when the image is read
        return
    for shape in shapes if isinstance(shapes, list) else ():
        try:
            yield label_of(checked_fields(shape).get("label")) or UNLABELLED
        except ValueError:
            continue


def _sample(source: Source, pictures: Pictures, name: str, report: Report) -> Sample:
    content = checked_fields(read_json(source, name))
    shapes = content.get("shapes")
    if not isinstance(shapes, list):
        raise ValueError("has no list `shapes`: it is not LabelMe's")  # noqa: TRY004  # one error kind
    image = _image_of(name, checked_text(content.get("imagePath")))
    data = partial(_embedded, source, name) if isinstance(content.get("imageData"), str) else None
    if {"imageHeight", "imageWidth"} <= {k for k, v in content.items() if v is not None}:
        size_hw = size(content["imageHeight"], content["imageWidth"])
    else:
        size_hw = read_size(data()) if data else pictures.size_of(image)
    found: list[tuple[Annotation, object]] = []
    for place, shape in enumerate(shapes):
        try:
            found.append((_annotation(checked_fields(shape), size_hw), shape.get("group_id")))
        except ValueError as error:
            report(DatasetError(str(error), file=name, field="shapes", index=place))
    flags = content.get("flags")
    set_flags = sum(each is True for each in flags.values()) if isinstance(flags, dict) else 0
    folders = image.split("/")[:-1]
    split = next((folder for folder in folders if folder in SPLITS), None)
    return replace(
        read_image(own_of(content), image, size_hw, split),
        annotations=_united(found),
        load_bytes=pictures.loader(image) or data,
        left_out={FLAGS: set_flags} if set_flags else {},
    )


def _image_of(name: str, path: str) -> str:
    """Follow the path from a JSON file to its image, but not out of the folder."""
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(name), with_slashes(path)))
    return posixpath.basename(whole) if whole.startswith(("/", "..")) else whole


def _embedded(source: Source, name: str) -> bytes:
    """Return the image that a JSON file holds itself.

    Raises:
        DatasetError: it cannot be read any more, or is not in base64.

    """
    data = checked_fields(read_json(source, name)).get("imageData")
    try:
        return b64decode(checked_text(data))
    except ValueError as error:
        raise placed(error, file=name, field="imageData") from None


def _annotation(shape: Fields, size_hw: Size) -> Annotation:
    own, flags = own_of(shape), shape.get("flags")
    attributes: dict[str, Value] = {
        checked_text(key): each
        for key, each in (flags.items() if isinstance(flags, dict) else ())
        if isinstance(each, bool)
    }
    native = {
        "caption": checked_text(shape.get("description") or "") or None,
        "attributes": attributes,
        "extra": {} if shape.get("group_id") is None else {"group_id": shape["group_id"]},
    }
    rle, box = _drawn(shape, size_hw)
    return read_object(own, native, rle, label_of(shape.get("label")), box)


def _drawn(shape: Fields, size_hw: Size) -> tuple[RLE | None, Box | None]:
    kind = shape.get("shape_type") or "polygon"  # what the first versions had alone
    if kind == "polygon":
        return polygon(shape.get("points"), size_hw), None
    if kind == "rectangle":
        return None, box_around(shape.get("points"))
    if kind == "circle":
        match points(shape.get("points")):
            case [centre, rim]:
                radius = math.dist(centre, rim)
                return ellipse(centre, (radius, radius), 0, size_hw), None
        raise ValueError("a circle has two points, its centre and one on its rim")
    if kind == "mask":
        png = b64decode(checked_text(shape.get("mask")))
        part = read_bitmap(png, max_pixels=size_hw[0] * size_hw[1])
        (x, y), *_ = points(shape.get("points")) or [(-1, -1)]
        return pasted(part, (int(x), int(y)), size_hw), None
    raise ValueError(f"is no polygon, mask, circle or rectangle, but {str(kind)[:20]}")


def _united(found: Sequence[tuple[Annotation, object]]) -> tuple[Annotation, ...]:
    """Make one object of masks that share their label and the number of their group."""
    annotations: list[Annotation] = []
    places: dict[tuple[str | None, int], int] = {}
    for each, group in found:
        place = places.get((each.label, group)) if isinstance(group, int) else None
        if each.rle is None or place is None:
            if each.rle is not None and isinstance(group, int):
                places[each.label, group] = len(annotations)
            annotations.append(each)
            continue
        annotations[place] = _joined(annotations[place], each)
    return tuple(annotations)


def _joined(whole: Annotation, part: Annotation) -> Annotation:
    """Add a part and what is told of it; a flag of either is one of the whole."""
    rles = [rle for rle in (whole.rle, part.rle) if rle is not None]
    lines = dict.fromkeys(f"{whole.caption or ''}\n{part.caption or ''}".strip().split("\n"))
    return replace(
        whole,
        rle=united(rles),
        id=whole.id or part.id,
        parent=whole.parent or part.parent,
        caption="\n".join(lines) or None,
        attributes={
            **part.attributes,
            **{
                key: value or part.attributes.get(key, value)
                for key, value in whole.attributes.items()
            },
        },
        extra={**part.extra, **whole.extra},
    )


LABELME: Final = Format(
    "labelme",
    "LabelMe JSON",
    ALL,
    RECORDS - {Trait.MASK_CAPTIONS, Trait.SPLITS},  # its flags are attributes without text
    write,
    read,
    is_in,
)
