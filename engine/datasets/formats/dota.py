"""DOTA, and Roboflow's YOLO with oriented boxes: texts in `labelTxt` for images in `images`.

A line is four corners in pixels, the class and how difficult it is
(https://captain-whu.github.io/DOTA/dataset.html). Turned boxes become those around them, and are
counted.
"""

from collections import Counter
from typing import Final

from engine.datasets.files import Source
from engine.datasets.formats.box_lines import pairs_of, read_pairs
from engine.datasets.formats.checked import checked_text
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import FOLDER, split_and_name
from engine.datasets.formats.shapes import TURNS, box_around
from engine.datasets.sample import Annotation, Box, Dataset, label_or_none

LABELS: Final = "labelTxt"
_CORNER_NUMBERS: Final = 8
_ROUNDED_PX: Final = 0.01
_HEADS: Final = ("imagesource:", "gsd:")  # lines at the top that tell of no object


def read(source: Source, report: Report) -> Dataset:
    """Read all images, also those that no text tells of."""
    pairs = list(pairs_of(source, (FOLDER, LABELS), lambda name: split_and_name(name, {FOLDER})))
    return read_pairs(source, pairs, _object, report)


def is_in(source: Source) -> bool:
    return any(name.endswith(".txt") and LABELS in name.split("/")[:-1] for name in source.names)


def _object(words: list[str], left_out: Counter[str]) -> Annotation | None:
    if words[0].startswith(_HEADS):
        return None
    if len(words) not in {_CORNER_NUMBERS + 1, _CORNER_NUMBERS + 2}:
        raise ValueError("each line is x and y of four corners, a class and a difficulty")
    try:
        numbers = [float(word) for word in words[:_CORNER_NUMBERS]]
    except ValueError:
        raise ValueError("corners must be numbers") from None
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    label, *difficulty = words[_CORNER_NUMBERS:]
    is_difficult = difficulty not in ([], ["0"])
    box = box_around(corners)
    left_out[TURNS] += not _is_straight(corners, box)
    return Annotation(
        None,
        label_or_none(checked_text(label)),
        box,
        attributes={"difficult": True} if is_difficult else {},
    )


def _is_straight(corners: list[tuple[float, float]], box: Box) -> bool:
    """Say whether corners are those of the box around them, but for what tools round away."""
    left, top, width, height = box
    return all(
        min(abs(x - left), abs(x - left - width)) < _ROUNDED_PX
        and min(abs(y - top), abs(y - top - height)) < _ROUNDED_PX
        for x, y in corners
    )


DOTA: Final = Reader("dota", "DOTA and YOLO with oriented boxes", read, is_in)
