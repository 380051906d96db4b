"""label-studio-sdk: its converter, and its decoder of what a brush painted."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

from label_studio_sdk.converter import Converter, brush
from label_studio_sdk.converter.imports.coco import convert_coco_to_ls
from label_studio_sdk.converter.imports.yolo import convert_yolo_to_ls

from tests.strangers.readers.said import Images, Object, boxed, labelled, masked, other, say

# Of exports that lie there without the configuration of their project.
CONFIGURATION = """<View><Image name="image" value="$image"/>
<RectangleLabels name="label" toName="image"><Label value="Car"/></RectangleLabels>
<RectangleLabels name="docling" toName="image"><Label value="Table"/></RectangleLabels></View>"""
SHAPES = {"RectangleLabels", "PolygonLabels", "BrushLabels", "EllipseLabels"}


def tasks(folder: Path) -> Images:
    config = (folder / "label_config.xml").read_text("utf-8")
    converter = Converter(config, str(folder), download_resources=False)
    urls = {
        task["id"]: task["data"]["image"]
        for task in json.loads((folder / "tasks.json").read_text("utf-8"))
    }
    images: Images = {}
    for task in converter.iter_from_json_file(str(folder / "tasks.json")):
        name = parse_qs(urlsplit(urls[task["id"]]).query)["d"][0]
        found = images[name.removeprefix("images/")] = []
        for result in task["output"].get("brush", []):
            (label,) = result["brushlabels"]
            (mask,) = brush.decode_from_annotation("brush", [result]).values()
            found.append(masked(label, mask))
        for result in task["output"].get("box", []):
            (label,) = result["rectanglelabels"]
            height, width = result["original_height"], result["original_width"]
            x, w = result["x"] * width / 100, result["width"] * width / 100
            y, h = result["y"] * height / 100, result["height"] * height / 100
            found.append(boxed(label, x, y, w, h))
    return images


def counted(file: Path) -> Images:
    """Tell the labels of somebody else's tasks, each without those who skipped it."""
    converter = Converter(_config_of(file), str(file.parent), download_resources=False)
    images: Images = {}
    for task in converter.iter_from_json_file(str(file)):
        found = images.setdefault(str(task["id"]), [])
        for values in task["output"].values():
            found += [_told(value) for value in values]
    return images


def counted_coco(file: Path) -> Images:
    """Tell the labels that its importer finds in a file of COCO."""
    with TemporaryDirectory() as written:
        convert_coco_to_ls(str(file), f"{written}/tasks.json")
        return _imported(Path(written) / "tasks.json")


def counted_yolo(folder: Path) -> Images:
    with TemporaryDirectory() as written:
        convert_yolo_to_ls(str(folder), f"{written}/tasks.json")
        return _imported(Path(written) / "tasks.json")


def _imported(file: Path) -> Images:
    images: Images = {}
    for task in json.loads(file.read_text("utf-8")):
        found: list[Object] = images.setdefault(task["data"]["image"], [])
        for result in (each for one in task.get("annotations", ()) for each in one["result"]):
            value = result["value"]
            found.append(labelled(value[result["type"]][0]))
    return images


def _config_of(file: Path) -> str | dict[str, Any]:
    beside = file.with_name(file.name.replace("data", "label_config"))
    if beside != file and beside.exists():
        return dict(json.loads(beside.read_text("utf-8")))
    written = beside.with_suffix(".xml")
    return written.read_text("utf-8") if written.exists() else CONFIGURATION


def _told(value: dict[str, Any]) -> Object:
    kind = value["type"]
    return labelled(value[kind.lower()][0]) if kind in SHAPES else other(kind)


if __name__ == "__main__":
    say(
        "label-studio-sdk",
        {
            "label_studio": tasks,
            "counted_label_studio": counted,
            "counted_coco": counted_coco,
            "counted_yolo": counted_yolo,
        },
    )
