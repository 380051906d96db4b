"""Datumaro: a JSON file for each split with all kinds of annotations, images in folders beside it.

Format: https://openvinotoolkit.github.io/datumaro/latest/docs/data-formats/datumaro_format.html.
CVAT's exports of that name and files from before the format had a version are read too.
"""

import re
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.files import Out
from engine.datasets.formats.checked import Fields
from engine.datasets.formats.datumaro_read import DEFAULT, is_in, read
from engine.datasets.formats.fields import (
    image_fields,
    object_fields,
)
from engine.datasets.formats.format import Format
from engine.datasets.formats.own_fields import OWN
from engine.datasets.formats.pictures import write_image
from engine.datasets.sample import DECLARED_SINCE, Annotation, Dataset, Label, Sample
from engine.datasets.traits import ALL, RECORDS, Trait

VERSION: Final = "1.0"
_OWN_OF_IMAGE: Final = ("split", "group", "sha256")  # the subset names a split nearly always
_UNSAFE: Final = re.compile(r"^\.+|[^\w. -]")


def write(dataset: Dataset, out: Out) -> None:
    """Write `annotations/SUBSET.json` and `images/SUBSET/NAME`."""
    subsets = sorted({_subset(sample) for sample in dataset.samples()})
    for subset in subsets or [DEFAULT]:
        with out.file(f"annotations/{subset}.json") as file:
            head = {
                "dm_format_version": VERSION,
                "infos": {"name": dataset.name, "version": dataset.version, "author": "Anneal"},
                "categories": {"label": {"labels": _labels(dataset), "attributes": []}},
            }
            file.write(canonical_json(head)[:-1] + b',"items":[')
            separator = b"\n"
            for sample in dataset.samples():
                if _subset(sample) == subset:
                    file.write(separator + canonical_json(_item(sample, dataset)))
                    separator = b",\n"
            file.write(b"]}\n")
    for sample in dataset.samples() if dataset.has_images else ():
        write_image(sample, out, f"images/{_subset(sample)}/{sample.file_name}")


def _subset(sample: Sample) -> str:
    return _UNSAFE.sub("_", sample.split or DEFAULT)


def _labels(dataset: Dataset) -> list[Fields]:
    """Tell labels; until attributes were declared, in a way that Datumaro cannot read them."""
    if dataset.edition >= DECLARED_SINCE:
        return [_label(each) for each in dataset.labels]
    return [
        {"parent": "", "attributes": [], **each.extra, "name": each.name} for each in dataset.labels
    ]


def _label(label: Label) -> Fields:
    """Tell a label: Datumaro knows its attributes by their names alone."""
    parent, listed = label.extra.get("parent"), label.extra.get("attributes")
    told = (
        [each.get("name") for each in listed if isinstance(each, dict)]
        if isinstance(listed, list)
        else []
    )
    return {
        "name": label.name,
        "parent": parent if isinstance(parent, str) else "",
        "attributes": sorted({name for name in told if isinstance(name, str)}),
        **({OWN: dict(label.extra)} if label.extra else {}),
    }


def _item(sample: Sample, dataset: Dataset) -> Fields:
    numbers = {label.name: number for number, label in enumerate(dataset.labels)}
    objects = [_object(each, numbers) for each in sample.annotations]
    captions: list[Fields] = [{"type": "caption", "caption": text} for text in sample.captions]
    common: Fields = {"group": 0, "attributes": {}}
    own = {key: told for key, told in image_fields(sample).items() if key in _OWN_OF_IMAGE}
    return {
        "id": sample.stem,
        "image": {"path": sample.file_name, "size": list(sample.size_hw)},
        "annotations": [
            {**common, **each, "id": identity} for identity, each in enumerate(objects + captions)
        ],
        OWN: own,
    }


def _object(each: Annotation, numbers: dict[str, int]) -> Fields:
    # Datumaro's own names of what COCO and models tell.
    told: Fields = {"is_crowd": True} if each.is_crowd else {}
    if each.predicted_iou is not None:
        told["score"] = each.predicted_iou
    shape: Fields = (
        {"type": "bbox", "bbox": list(each.box_xywh or ())}
        if each.rle is None
        else {"type": "mask", "rle": each.rle}
    )
    return shape | {
        "label_id": None if each.label is None else numbers[each.label],
        "attributes": {**each.attributes, **told},
        "z_order": each.z,
        OWN: object_fields(each),
    }


DATUMARO: Final = Format(
    "datumaro",
    "Datumaro",
    ALL,
    # Of estimates it has a score.
    RECORDS - {Trait.DEPTHS, Trait.ATTRIBUTES, Trait.CROWDS, Trait.CAPTIONS, Trait.SPLITS},
    write,
    read,
    is_in,
    tells_splits=True,
)
