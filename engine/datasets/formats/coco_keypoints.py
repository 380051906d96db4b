"""COCO keypoints: each object as one point, its centre, beside its mask and box.

Format: https://cocodataset.org/#format-data, 2. The point is the pixel of the mask that lies
farthest from its edge, so it is always on the object, also of a ring; of a box its middle. It
follows from these, and the reader, which is COCO's, does not keep it.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from engine.datasets.files import Out
from engine.datasets.formats.coco import CENTRED, COCO, is_named, write_as
from engine.datasets.formats.format import Format
from engine.datasets.sample import Annotation, Dataset, Sample
from engine.datasets.traits import ALL
from engine.masks.geometry import innermost_xy
from engine.masks.rle import RLE, bbox_xywh, decode

FILE: Final = "keypoints.json"
_VISIBLE: Final = 2  # neither missing nor hidden


def write(dataset: Dataset, out: Out) -> None:
    """Write `keypoints.json` and, where their bytes are known, `images/`."""

    def samples() -> Iterator[Sample]:
        for sample in dataset.samples():
            pointed = tuple(_with_point(each) for each in sample.annotations)
            yield replace(sample, annotations=pointed)

    told = {"supercategory": "", **CENTRED}
    write_as(FILE, replace(dataset, samples=samples), out, told)


def _with_point(each: Annotation) -> Annotation:
    x, y = _centre(each)
    point = {"keypoints": [x, y, _VISIBLE], "num_keypoints": 1}
    return replace(each, extra={**each.extra, **point})


def _centre(each: Annotation) -> tuple[float, float]:
    if each.rle is not None:
        return _innermost(each.rle)
    x, y, width, height = each.box_xywh or (0, 0, 0, 0)
    return x + width / 2, y + height / 2


def _innermost(rle: RLE) -> tuple[int, int]:
    left, top, width, height = map(int, bbox_xywh(rle))
    x, y = innermost_xy(decode(rle)[top : top + height, left : left + width])
    return left + x, top + y


COCO_KEYPOINTS: Final = Format(
    "coco_keypoints",
    "COCO keypoints (centres)",
    ALL,
    COCO.own,
    write,
    COCO.read,
    partial(is_named, "keypoints"),
)
