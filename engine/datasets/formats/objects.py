"""Objects in JSON as COCO tells them, their classes by name; what only we tell is beside that.

What a format has no field for stands in one object of ours, OWN, which whoever does not know it
passes over. Whatever cannot be used raises ValueError.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.formats.fields import annotation_of, box_of, object_fields
from engine.datasets.sample import Annotation, label_or_none
from engine.masks.rle import area, bbox_xywh
from engine.masks.validate import rle_from_coco

OWN: Final = "anneal"
Fields: TypeAlias = dict[str, object]
_NATIVE: Final = ("iscrowd", "predicted_iou", "stability_score")
_TOLD: Final = {"category", "area", "bbox", "segmentation"}
_MOST: Final = 2**31


def object_as_coco(each: Annotation) -> Fields:
    """Return an object's mask or box and class, and what else COCO and SA-1B have fields for."""
    told = object_fields(each)
    shape: Fields = (
        {"bbox": list(each.box_xywh or ())}
        if each.rle is None
        else {"segmentation": each.rle, "area": area(each.rle), "bbox": list(bbox_xywh(each.rle))}
    )
    return shape | {
        "category": each.label,
        "iscrowd": int(each.is_crowd),
        "predicted_iou": each.predicted_iou,
        "stability_score": each.stability_score,
        OWN: {key: value for key, value in told.items() if key not in _NATIVE},
    }


def object_of(value: object, size_hw: tuple[int, int]) -> Annotation:
    """Read what `object_as_coco` returned, or SA-1B's masks, or COCO's that name their classes."""
    fields = fields_of(value)
    segmentation = fields.get("segmentation")
    rle = rle_from_coco(segmentation, size_hw) if segmentation else None
    box = None if rle else box_of(fields.get("bbox"))
    native: Fields = {key: fields[key] for key in _NATIVE if key in fields}
    told: Fields = (
        {**own_of(fields), **native}
        if OWN in fields
        else plain({key: each for key, each in fields.items() if key not in _TOLD})
    )
    return annotation_of(told, rle, label_of(fields.get("category")), box_xywh=box)


def labels_in(listed: object, key: str = "category") -> Iterator[str]:
    """Yield the labels of objects; what is broken of them is told when they are read."""
    for each in listed if isinstance(listed, list) else ():
        try:
            label = label_of(each.get(key) if isinstance(each, dict) else None)
        except DatasetError:
            continue
        if label:
            yield label


def label_of(value: object) -> str | None:
    """Return a label; some tools leave it empty where there is none."""
    return None if value is None else label_or_none(text_of(value)) or None


def text_of(value: object) -> str:
    """Return text that any file and database holds: without NUL and halves of characters."""
    if not isinstance(value, str) or re.search("[\0\ud800-\udfff]", value):
        raise DatasetError("a label, a name or a caption must be text")
    return value


def fields_of(value: object) -> Fields:
    if not isinstance(value, dict):
        raise DatasetError("must be an object")
    return value


def list_of(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise DatasetError(f"{name} must be a list")
    return value


def own_of(fields: Fields) -> Fields:
    """Return our own fields; none where another tool wrote."""
    own = fields.get(OWN)
    return plain(own) if isinstance(own, dict) else {}


def plain(fields: Fields) -> Fields:
    """Return fields that can be written again: JSON spells numbers and text that are none."""
    try:
        canonical_json(fields)
    except (ValueError, RecursionError):
        raise DatasetError("holds numbers or text that cannot be written again") from None
    return fields


def is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < _MOST


def placed(
    error: ValueError, *, file: str, field: str = "", index: int | None = None
) -> DatasetError:
    """Say of a fault where it is, unless it already tells the file."""
    is_placed = isinstance(error, DatasetError) and error.file
    return error if is_placed else DatasetError(str(error), file=file, field=field, index=index)  # type: ignore[return-value]  # just told
