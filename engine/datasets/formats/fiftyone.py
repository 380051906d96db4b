"""FiftyOne: samples with detections in `samples.json`, masks in them cropped to their boxes.

Format: FiftyOneDataset of https://docs.voxel51.com/user_guide/export_datasets.html. Of metadata
without a version FiftyOne finds out by itself which fields samples have.
"""

from typing import Final

import numpy as np

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats.checked import Fields
from engine.datasets.formats.fields import (
    image_fields,
    object_fields,
)
from engine.datasets.formats.fiftyone_masks import packed
from engine.datasets.formats.fiftyone_read import FIELD, FILE, FOLDER, is_in, read
from engine.datasets.formats.format import Format
from engine.datasets.formats.own_fields import OWN
from engine.datasets.formats.pictures import write_images
from engine.datasets.sample import (
    Annotation,
    Dataset,
    Sample,
)
from engine.datasets.traits import ALL, RECORDS, Trait
from engine.masks.rle import bbox_xywh, decode

_NATIVE: Final = ("attributes", "predicted_iou", "iscrowd")


def write(dataset: Dataset, out: Out) -> None:
    """Write `metadata.json`, `samples.json` and `data/NAME`."""
    with out.file("metadata.json") as file:
        classes = [label.name for label in dataset.labels]
        info = {"classes": classes, "description": dataset.name, "version": dataset.version}
        file.write(canonical_json({"name": dataset.name, "media_type": "image", "info": info}))
    with out.file(FILE) as file:
        separator = b'{"samples":[\n'
        for sample in dataset.samples():
            file.write(separator + canonical_json(_fields(sample)))
            separator = b",\n"
        file.write(b"]}\n" if separator == b",\n" else b'{"samples":[]}\n')
    write_images(dataset, out, FOLDER)


def _fields(sample: Sample) -> Fields:
    height, width = sample.size_hw
    detections = [_detection(each, sample.size_hw) for each in sample.annotations]
    return {
        "filepath": f"{FOLDER}/{sample.file_name}",
        "tags": [sample.split] if sample.split else [],
        "metadata": {"_cls": "ImageMetadata", "height": height, "width": width},
        FIELD: {"_cls": "Detections", "detections": detections},
        OWN: image_fields(sample),
    }


def _detection(each: Annotation, size_hw: tuple[int, int]) -> Fields:
    box = bbox_xywh(each.rle) if each.rle else each.box_xywh or (0, 0, 0, 0)
    told: Fields = {
        "_cls": "Detection",
        "bounding_box": (np.array(box) / np.tile(size_hw[::-1], 2)).tolist(),
        "attributes": {
            name: {"_cls": _kind_of(value), "value": value}
            for name, value in each.attributes.items()
        },
        "iscrowd": int(each.is_crowd),  # as FiftyOne keeps COCO's
        OWN: {key: value for key, value in object_fields(each).items() if key not in _NATIVE},
    }
    if each.rle is not None:
        x, y, width, height = map(int, box)
        told["mask"] = packed(decode(each.rle)[y : y + height, x : x + width])
    optional = {"label": each.label, "confidence": each.predicted_iou}
    return told | {name: value for name, value in optional.items() if value is not None}


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "BooleanAttribute"
    return "CategoricalAttribute" if isinstance(value, str) else "NumericAttribute"


FIFTYONE: Final = Format(
    "fiftyone",
    "FiftyOne",
    ALL,
    RECORDS - {Trait.ATTRIBUTES, Trait.CROWDS, Trait.SPLITS},  # of estimates it has a confidence
    write,
    read,
    is_in,
    tells_splits=True,
)
