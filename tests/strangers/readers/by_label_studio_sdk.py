"""label-studio-sdk: its converter, and its decoder of what a brush painted."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from label_studio_sdk.converter import Converter, brush

from tests.strangers.readers.said import Images, boxed, masked, say


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


if __name__ == "__main__":
    say("label-studio-sdk", {"label_studio": tasks})
