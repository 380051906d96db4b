"""What strangers' files hold, counted plainly by each format's own definition: no reader of ours.

Each function takes a folder and returns how many there are of what, in the order in which to tell.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image

Held: TypeAlias = dict[str, int]
IMAGES = {".jpg", ".jpeg", ".png"}


def files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def whole(path: Path) -> Any:
    return json.loads(path.read_text("utf-8-sig"))


def pictures(folder: Path, *patterns: str) -> int:
    found = [path for pattern in patterns or ("**/*",) for path in files(folder, pattern)]
    return sum(path.suffix in IMAGES for path in found)


def lines_of(texts: str, *images: str) -> Callable[[Path], Held]:
    """Count images, and lines of texts beside them."""

    def held(folder: Path) -> Held:
        lines = [line for path in files(folder, texts) for line in path.read_text().splitlines()]
        return {"images": pictures(folder, *images), "lines": sum(bool(each) for each in lines)}

    return held


def numbers_of(maps: str, *images: str) -> Callable[[Path], Held]:
    """Count images, and the numbers or colours of their maps but 0 and black."""

    def held(folder: Path) -> Held:
        found = 0
        for path in files(folder, maps):
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB") if image.mode == "P" else image)
            flat = pixels.reshape(pixels.shape[0] * pixels.shape[1], -1)
            found += sum(bool(each.any()) for each in np.unique(flat, axis=0))
        return {"images": pictures(folder, *images), "numbers in maps": found}

    return held


def coco(folder: Path) -> Held:
    """Count images by name, and annotations by what they have; panoptic files are another's."""
    names: set[str] = set()
    kinds: Counter[str] = Counter()
    for path in files(folder, "**/*.json"):
        content = whole(path)
        if any("segments_info" in each for each in content["annotations"]):
            continue
        names |= {each["file_name"] for each in content["images"]}
        kinds.update(
            "segmentations" if each.get("segmentation")
            else "boxes" if "bbox" in each
            else "captions" if "caption" in each
            else "labels of images"
            for each in content["annotations"]
        )  # fmt: skip
    return {"images": len(names), **kinds}


def panoptic(folder: Path) -> Held:
    found: Held = {"images": 0, "segments": 0}
    for path in files(folder, "**/*panoptic*.json"):
        for each in whole(path)["annotations"]:
            found["images"] += 1
            found["segments"] += len(each["segments_info"])
    return found


def results(folder: Path) -> Held:
    return {path.stem: len(whole(path)) for path in files(folder, "*.json")}


def ade(folder: Path) -> Held:
    contents = [whole(path)["annotation"] for path in files(folder, "**/[0-9].json")]
    return {"images": len(contents), "objects": sum(len(each["object"]) for each in contents)}


def cvat(folder: Path) -> Held:
    images = [each for path in files(folder, "*.xml") for each in ET.parse(path).iter("image")]  # noqa: S314  # files of ours
    return {"images": len(images), **Counter(shape.tag for image in images for shape in image)}


def voc(folder: Path) -> Held:
    roots = [ET.parse(path).getroot() for path in files(folder, "**/*.xml")]  # noqa: S314  # files of ours
    objects = [each for root in roots for each in root.iter("object")]
    parts = sum(1 for root in roots for _ in root.iter("part"))
    pattern = "JPEGImages/*" if (folder / "JPEGImages").is_dir() else "**/*"
    found = {"images": pictures(folder, pattern), "objects": len(objects), "parts": parts}
    return {name: number for name, number in found.items() if number}


def labelme_xml(folder: Path) -> Held:
    roots = [ET.parse(path).getroot() for path in files(folder, "**/*.xml")]  # noqa: S314  # files of ours
    objects = [each for root in roots for each in root.iter("object")]
    kinds = Counter("masks" if each.find("segm") is not None else "polygons" for each in objects)
    boxes = sum(
        each.findtext("type") == "bounding_box" and each.find("segm") is None for each in objects
    )
    return {
        "images": len(roots),
        "polygons": kinds["polygons"] - boxes,
        "masks": kinds["masks"],
        "boxes": boxes,
    }


def datumaro(folder: Path) -> Held:
    items = [each for path in files(folder, "annotations/*.json") for each in whole(path)["items"]]
    kinds = Counter(each["type"] for item in items for each in item["annotations"])
    return {"images": len(items), **kinds}


def sa1b(folder: Path) -> Held:
    contents = [whole(path) for path in files(folder, "*.json")]
    return {"images": len(contents), "masks": sum(len(each["annotations"]) for each in contents)}


def vott(folder: Path) -> Held:
    contents = [whole(path) for path in files(folder, "*-export.json")]
    assets = [each for content in contents for each in content["assets"].values()]
    return {"images": len(assets), "regions": sum(len(each["regions"]) for each in assets)}


def createml(folder: Path) -> Held:
    entries = [each for path in files(folder, "**/*.json") for each in whole(path)]
    return {"images": len(entries), "boxes": sum(len(each["annotations"]) for each in entries)}


def open_images(folder: Path) -> Held:
    def rows(pattern: str) -> Iterator[dict[str, str]]:
        for path in files(folder, pattern):
            with path.open(newline="") as file:
                yield from csv.DictReader(file)

    found = {
        "images": pictures(folder, "images/**/*"),
        "boxes": len(list(rows("**/*bbox.csv"))),
        "masks": len(list(rows("**/*segmentation.csv"))),
        "labels of images": len(list(rows("**/*imagelabels.csv"))),
    }
    return {name: number for name, number in found.items() if number}


def label_studio(folder: Path) -> Held:
    """Count tasks, and results by their type, without those of annotations that were cancelled."""
    tasks = [each for path in files(folder, "*.json") for each in _tasks(whole(path))]
    kinds = Counter(
        result["type"]
        for task in tasks
        for annotation in task["annotations"]
        if not annotation.get("was_cancelled")
        for result in annotation["result"]
    )
    predicted = [each for task in tasks for each in task.get("predictions", ())]
    count = sum(len(each["result"]) for each in predicted)
    return {"tasks": len(tasks), **kinds} | ({"predictions": count} if count else {})


def _tasks(content: Any) -> list[Any]:
    return [each for each in content if isinstance(each, dict) and "annotations" in each]


def multiclass(folder: Path) -> Held:
    tables = [path.read_text().splitlines()[1:] for path in files(folder, "**/_classes.csv")]
    return {"images": sum(map(len, tables))}


def tfrecord(folder: Path) -> Held:
    found = (path.read_bytes().count(b"image/encoded") for path in files(folder, "**/*.tfrecord"))
    return {"images": sum(found)}


def kitti_raw(folder: Path) -> Held:
    text = (folder / "tracklet_labels.xml").read_text()
    return {
        "frames": pictures(folder),
        "point clouds": len(files(folder, "**/*.pcd")),
        "tracklets": text.count("<objectType>"),
    }


def only_pictures(folder: Path) -> Held:
    return {"images": pictures(folder)}
