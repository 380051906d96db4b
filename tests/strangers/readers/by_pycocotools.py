"""pycocotools: COCO's own reader; SA-1B's masks are its RLEs."""

import json
from pathlib import Path
from typing import Any

from pycocotools import mask as masks
from pycocotools.coco import COCO

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


def coco(folder: Path) -> Images:
    return _read(folder / "annotations.json")


def keypoints(folder: Path) -> Images:
    """The masks of the objects whose centres are told."""
    return _read(folder / "keypoints.json")


def stuff(folder: Path) -> Images:
    """One mask for each class of an image."""
    return _read(folder / "stuff.json")


def captions(folder: Path) -> Images:
    """Its captions as results of a captioner, which COCO's code checks against the file."""
    read = COCO(str(folder / "captions.json"))
    found = [
        {key: each[key] for key in ("image_id", "caption")}
        for each in read.loadAnns(read.getAnnIds())
    ]
    results = read.loadRes(found)
    return {
        image["file_name"]: [
            captioned(each["caption"])
            for each in results.loadAnns(results.getAnnIds(imgIds=image["id"]))
        ]
        for image in read.loadImgs(read.getImgIds())
    }


def _read(file: Path) -> Images:
    read = COCO(str(file))
    images: Images = {}
    for image in read.loadImgs(read.getImgIds()):
        found = images[image["file_name"]] = []
        for each in read.loadAnns(read.getAnnIds(imgIds=image["id"])):
            label = read.cats[each["category_id"]]["name"]
            has_mask = "segmentation" in each
            found.append(
                masked(label, read.annToMask(each)) if has_mask else boxed(label, *each["bbox"])
            )
    return images


def sa1b(folder: Path) -> Images:
    """SA-1B has no classes."""
    images: Images = {}
    for file in sorted(folder.glob("*.json")):
        content = json.loads(file.read_text("utf-8"))
        decoded = (masks.decode(each["segmentation"]) for each in content["annotations"])
        images[content["image"]["file_name"]] = [masked(None, mask) for mask in decoded]
    return images


def counted_coco(file: Path) -> Images:
    """Tell the labels of somebody else's file, or its captions."""
    return _counted(COCO(str(file)))


def counted_results(folder: Path) -> Images:
    """Tell the results of models, whose classes and images nothing names."""
    images: Images = {}
    for file in sorted(folder.glob("*.json")):
        results = json.loads(file.read_text("utf-8"))
        listing = COCO()
        listing.dataset = {
            "images": [{"id": number} for number in {each["image_id"] for each in results}],
            "categories": [],
            "annotations": [],
        }
        listing.createIndex()
        for name, found in _counted(listing.loadRes(results)).items():
            images.setdefault(name, []).extend(found)
    return images


def counted_sa1b(folder: Path) -> Images:
    return {name: [labelled(None) for _ in found] for name, found in sa1b(folder).items()}


def _counted(read: COCO) -> Images:
    images: Images = {str(image["id"]): [] for image in read.loadImgs(read.getImgIds())}
    for each in read.loadAnns(read.getAnnIds()):
        images[str(each["image_id"])].append(_told(read, each))
    return images


def _told(read: COCO, each: dict[str, Any]) -> Object:
    if "caption" in each:
        return captioned(each["caption"])
    if read.cats:
        return labelled(read.cats[each["category_id"]]["name"])
    return other("keypoints") if "keypoints" in each else labelled(None)


if __name__ == "__main__":
    say(
        "pycocotools",
        {
            "coco": coco,
            "coco_keypoints": keypoints,
            "coco_captions": captions,
            "coco_stuff": stuff,
            "sa1b": sa1b,
            "counted_coco": counted_coco,
            "counted_results": counted_results,
            "counted_sa1b": counted_sa1b,
        },
    )
