"""panopticapi: COCO panoptic's own colours, and its own measure, by which a folder equals itself.

It is in the registry as panopticapi-lite, by somebody else than its makers.
"""

import json
from pathlib import Path

import numpy as np
from panopticapi.evaluation import PQStat, pq_compute_single_core
from panopticapi.utils import rgb2id
from PIL import Image

from tests.strangers.readers.said import Images, labelled, masked, say


def panoptic(folder: Path) -> Images:
    content = json.loads((folder / "panoptic.json").read_text("utf-8"))
    categories = {each["id"]: each for each in content["categories"]}
    names = {each["id"]: each["file_name"] for each in content["images"]}
    images: Images = {}
    for each in content["annotations"]:
        ids = rgb2id(np.array(Image.open(folder / "panoptic" / each["file_name"]), np.uint32))
        images[names[each["image_id"]]] = [
            masked(categories[segment["category_id"]]["name"], ids == segment["id"])
            for segment in each["segments_info"]
        ]
    pairs = [(each, each) for each in content["annotations"]]
    maps = str(folder / "panoptic")
    found: PQStat = pq_compute_single_core(0, pairs, maps, maps, categories)
    if found.pq_average(categories, isthing=None)[0]["pq"] != 1:
        raise ValueError("by its own measure the folder is not like itself")
    return images


def counted(folder: Path) -> Images:
    """Tell the labels of somebody else's files, of what is in the colours of the maps as well."""
    images: Images = {}
    for file in sorted(folder.rglob("*panoptic*.json")):
        content = json.loads(file.read_text("utf-8"))
        names = {each["id"]: each["name"] for each in content["categories"]}
        maps = file.with_suffix("") if file.with_suffix("").is_dir() else file.parent
        for each in content["annotations"]:
            path = maps / each["file_name"]
            ids = rgb2id(np.array(Image.open(path).convert("RGB"), np.uint32))
            images[str(path)] = [
                labelled(names[segment["category_id"]])
                for segment in each["segments_info"]
                if (ids == segment["id"]).any()
            ]
    return images


if __name__ == "__main__":
    say("panopticapi-lite", {"coco_panoptic": panoptic, "counted_panoptic": counted})
