"""pycocotools: COCO's own reader; SA-1B's masks are its RLEs."""

import json
from pathlib import Path

from pycocotools import mask as masks
from pycocotools.coco import COCO

from tests.strangers.readers.said import Images, boxed, captioned, masked, say


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


if __name__ == "__main__":
    say(
        "pycocotools",
        {
            "coco": coco,
            "coco_keypoints": keypoints,
            "coco_captions": captions,
            "coco_stuff": stuff,
            "sa1b": sa1b,
        },
    )
