"""Objects in JSON as COCO tells them, their classes by name; what only we tell is beside that."""

from collections.abc import Iterator
from typing import Final

from engine.datasets.bounds import box_of
from engine.datasets.errors import DatasetError
from engine.datasets.formats.checked import Fields, checked_fields, label_of, plain
from engine.datasets.formats.fields import annotation_of, object_fields
from engine.datasets.formats.own_fields import OWN, own_of
from engine.datasets.sample import Annotation
from engine.masks.rle import area, bbox_xywh
from engine.masks.validate import rle_from_coco

_NATIVE: Final = ("iscrowd", "predicted_iou", "stability_score")
_TOLD: Final = {"category", "area", "bbox", "segmentation"}


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
    fields = checked_fields(value)
    segmentation = fields.get("segmentation")
    rle = rle_from_coco(segmentation, size_hw) if segmentation else None
    box = None if rle else box_of(fields.get("bbox"))
    native: Fields = {key: fields[key] for key in _NATIVE if key in fields}
    told: Fields = (
        {**(own_of(fields) or {}), **native}
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
