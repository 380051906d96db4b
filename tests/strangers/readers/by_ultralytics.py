"""ultralytics: how it finds images and labels by `data.yaml`, and its parser of labels.

Its own drawing of polygons counts their edges to them. So corners are compared: here they are
filled as COCO fills them, by pycocotools.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.strangers.readers.absent import without

without("torch", "torchvision")

import numpy as np  # noqa: E402  # what is absent must be told first
from pycocotools import mask as masks  # noqa: E402
from ultralytics.data.utils import (  # noqa: E402
    check_det_dataset,
    img2label_paths,
    verify_image_label,
)
from ultralytics.utils import USER_CONFIG_DIR  # noqa: E402

from tests.strangers.readers.said import Images, boxed, labelled, masked, say  # noqa: E402


def found(folder: Path) -> Iterator[tuple[str, Any, Any]]:
    """Yield each image's name, what the parser returns, and the names of classes."""
    for font in ("Arial.ttf", "Arial.Unicode.ttf"):  # which it would fetch
        (USER_CONFIG_DIR / font).touch()
    data = check_det_dataset(str(folder / "data.yaml"), autodownload=False)
    for split in sorted({data[key] for key in ("train", "val", "test") if data.get(key)}):
        for image in sorted(Path(split).rglob("*.png")):
            (label_file,) = img2label_paths([str(image)])
            parsed = verify_image_label(
                (str(image), label_file, "", False, data["nc"], 0, 0, False)
            )
            if parsed[0] is None or parsed[5]:
                raise ValueError(f"{image}: no labels, or {parsed[-1]}")
            yield image.relative_to(folder / "images").as_posix(), parsed, data["names"]


def segments(folder: Path) -> Images:
    images: Images = {}
    for name, (_, rows, size_hw, polygons, *_), names in found(folder):
        height, width = size_hw
        images[name] = []
        for row, polygon in zip(rows, polygons, strict=True):
            corners = (polygon * np.array([width, height])).ravel().tolist()
            rles = masks.frPyObjects([corners], height, width)
            images[name].append(masked(names[int(row[0])], masks.decode(masks.merge(rles))))
    return images


def boxes(folder: Path) -> Images:
    images: Images = {}
    for name, (_, rows, size_hw, *_), names in found(folder):
        height, width = size_hw
        images[name] = []
        for number, x, y, w, h in rows.tolist():
            left, top = (x - w / 2) * width, (y - h / 2) * height
            images[name].append(boxed(names[int(number)], left, top, w * width, h * height))
    return images


def counted(folder: Path) -> Images:
    """Tell the labels of somebody else's texts, with names in `classes.txt`.

    Texts are where it looks for them by itself: in `labels`, beside `images`.
    """
    names = (folder / "classes.txt").read_text("utf-8").splitlines()
    images: Images = {}
    for image in sorted((folder / "images").iterdir()):
        (label_file,) = img2label_paths([str(image)])
        parsed = verify_image_label((str(image), label_file, "", False, len(names), 0, 0, False))
        if parsed[0] is None:
            raise ValueError(f"{image}: {parsed[-1]}")
        images[str(image)] = [labelled(names[int(row[0])]) for row in parsed[1].tolist()]
    return images


if __name__ == "__main__":
    say("ultralytics", {"yolo": segments, "yolo_detection": boxes, "counted_yolo": counted})
