"""KITTI's objects: a text file of boxes for each image, a line for each object.

Layout: `training/image_2/NAME.png` and `training/label_2/NAME.txt`, as the object development kit
tells (https://www.cvlibs.net/datasets/kitti/eval_object.php). Of 15 words, or 16 with a score, the
first eight are of the image; size, place and turn in space are left out.
"""

from typing import Final

from engine.datasets.files import Source
from engine.datasets.formats.box_lines import pairs_of, read_pairs
from engine.datasets.formats.checked import checked_text
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import split_and_name
from engine.datasets.formats.shapes import box_around, number, whole
from engine.datasets.sample import Annotation, Dataset, Value, label_or_none

IMAGES: Final = "image_2"
LABELS: Final = "label_2"
KITTI_SPLITS: Final = {"training": "train", "testing": "test"}
_NOT_TOLD: Final = "DontCare"  # where objects are that nobody listed
_WORDS: Final = 15


def read(source: Source, report: Report) -> Dataset:
    """Read all images, also those that no text tells of."""
    pairs = list(pairs_of(source, (IMAGES, LABELS), place_of))
    return read_pairs(source, pairs, lambda words, _: _object(words), report)


def is_in(source: Source) -> bool:
    return any(name.endswith(".txt") and LABELS in name.split("/")[:-1] for name in source.names)


def place_of(name: str) -> tuple[str | None, str]:
    """Return the split of an image's path and the name: KITTI calls its splits otherwise."""
    parts = [KITTI_SPLITS.get(part, part) for part in name.split("/")]
    return split_and_name("/".join(parts), {IMAGES})


def _object(words: list[str]) -> Annotation:
    if len(words) not in {_WORDS, _WORDS + 1}:
        raise ValueError(f"each line has {_WORDS} words, or {_WORDS + 1}; this has {len(words)}")
    label, *told = words
    try:
        values = [number(float(word)) for word in told]
    except ValueError:
        raise ValueError("all but the first word must be numbers") from None
    truncated, occluded, _, left, top, right, bottom = values[:7]
    attributes: dict[str, Value] = {}
    if truncated > 0:
        attributes["truncated"] = truncated  # the share that lies outside the image
    if occluded > 0:
        attributes["occluded"] = whole(occluded)  # 1 partly, 2 largely, 3 unknown
    return Annotation(
        None,
        label_or_none(checked_text(label)),
        box_around([(left, top), (right, bottom)]),
        is_crowd=label == _NOT_TOLD,
        attributes=attributes,
        predicted_iou=values[_WORDS - 1] if len(words) > _WORDS else None,
    )


KITTI: Final = Reader("kitti", "KITTI object detection", read, is_in)
