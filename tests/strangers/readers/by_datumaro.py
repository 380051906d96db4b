"""Datumaro: the formats that it reads, each by its own importer."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from datumaro import AnnotationType, Dataset

from tests.strangers.readers.said import Images, Object, boxed, captioned, masked, say

WITH_MASKS = {AnnotationType.mask}
WITH_CAPTIONS = {AnnotationType.caption}
WITH_BOXES = {AnnotationType.bbox}


def read(name: str, kinds: set[AnnotationType], folder: Path) -> Images:
    """Read a folder as it is; errors of single objects are errors."""
    dataset = Dataset.import_from(str(folder), name)
    labels = dataset.categories().get(AnnotationType.label, ())
    images: Images = {}
    for item in dataset:
        found: list[Object] = images.setdefault(item.id, [])
        for each in item.annotations:
            number = getattr(each, "label", None)  # captions have none
            label = None if number is None else labels[number].name
            if each.type == AnnotationType.mask and each.type in kinds:
                found.append(masked(label, each.image))
            if each.type == AnnotationType.bbox and each.type in kinds:
                found.append(boxed(label, *each.get_bbox()))
            if each.type == AnnotationType.caption and each.type in kinds:
                found.append(captioned(each.caption))
    return images


def coco(file: str, kind: str, kinds: set[AnnotationType], folder: Path) -> Images:
    """Read one of COCO's files where Datumaro looks for it."""
    with TemporaryDirectory() as laid:
        (Path(laid) / "annotations").mkdir()
        shutil.copy(folder / file, Path(laid) / "annotations" / f"{kind}_default.json")
        shutil.copytree(folder / "images", Path(laid) / "images")
        return read(f"coco_{kind}", kinds, Path(laid))


def panoptic(folder: Path) -> Images:
    with TemporaryDirectory() as laid:
        annotations = Path(laid) / "annotations"
        shutil.copytree(folder / "panoptic", annotations / "panoptic_default")
        shutil.copy(folder / "panoptic.json", annotations / "panoptic_default.json")
        shutil.copytree(folder / "images", Path(laid) / "images")
        return read("coco_panoptic", WITH_MASKS, Path(laid))


READINGS: dict[str, Callable[[Path], Images]] = {
    "coco": partial(coco, "annotations.json", "instances", WITH_MASKS),
    "coco_captions": partial(coco, "captions.json", "captions", WITH_CAPTIONS),
    "coco_panoptic": panoptic,
    "yolo_detection": partial(read, "yolo", WITH_BOXES),
    "voc": partial(read, "voc", WITH_MASKS),
    "cityscapes": partial(read, "cityscapes", WITH_MASKS),
    "cvat": partial(read, "cvat", WITH_MASKS | WITH_BOXES),
    "sa1b": partial(read, "segment_anything", WITH_MASKS),
    "datumaro": partial(read, "datumaro", WITH_MASKS | WITH_BOXES),
}


if __name__ == "__main__":
    say("datumaro", READINGS)
