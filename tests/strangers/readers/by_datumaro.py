"""Datumaro: the formats that it reads, each by its own importer."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from datumaro import AnnotationType, Dataset

from tests.strangers.readers.said import (
    Images,
    Object,
    boxed,
    captioned,
    labelled,
    masked,
    other,
    say,
)

WITH_MASKS = {AnnotationType.mask}
WITH_CAPTIONS = {AnnotationType.caption}
WITH_BOXES = {AnnotationType.bbox}
OBJECTS = {
    *(AnnotationType.mask, AnnotationType.polygon),
    *(AnnotationType.bbox, AnnotationType.rotated_bbox),
}
# What it calls the formats of other tools.
FORMATS = (
    *("ade20k2020", "camvid", "cityscapes", "coco", "cvat", "datumaro", "kitti3d"),
    *("kitti_detection", "kitti_raw", "kitti_segmentation", "label_me", "mapillary_vistas", "mots"),
    *("open_images", "roboflow_coco", "roboflow_create_ml", "roboflow_multiclass", "roboflow_voc"),
    *("roboflow_yolo", "roboflow_yolo_obb", "segment_anything", "voc", "vott_json", "yolo"),
)


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


def counted(name: str, folder: Path) -> Images:
    """Tell the labels of somebody else's files: what is of one group and label is one object."""
    dataset = Dataset.import_from(str(folder), name)
    labels = dataset.categories().get(AnnotationType.label, ())
    images: Images = {}
    for item in dataset:
        found = images.setdefault(f"{item.subset}/{item.id}", [])
        groups: set[tuple[int, int | None]] = set()
        for each in item.annotations:
            number = getattr(each, "label", None)
            label = None if number is None else labels[number].name
            if each.type == AnnotationType.caption:
                found.append(captioned(each.caption))
            elif each.type not in OBJECTS:
                found.append(other(each.type.name))
            elif each.group == 0 or (each.group, number) not in groups:
                groups.add((each.group, number))
                found.append(labelled(label))
    return images


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
    **{f"counted_{name}": partial(counted, name) for name in FORMATS},
}


if __name__ == "__main__":
    say("datumaro", READINGS)
