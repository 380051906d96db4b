"""A table with a dog's picture and cups: known masks, spoken words and a pointer to ground."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.masks.rle import RLE, encode
from engine.speech.grounding.pointer import Trace, read_trace
from engine.speech.grounding.scene import NamedMask
from engine.speech.transcript import Word

HEIGHT, WIDTH = 120, 200
WORD_S = 0.4


def box(x0: int, y0: int, x1: int, y1: int) -> RLE:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y0:y1, x0:x1] = True
    return encode(mask)


def named(id_: str, label: str | None, xyxy: tuple[int, int, int, int], **more: Any) -> NamedMask:
    return NamedMask(id_, label, box(*xyxy), **more)


# A table over the lower half; on it a plate and two cups, the left one with its handle; a dog.
MASKS = (
    named("table", "table", (0, 60, 200, 120)),
    named("plate", "plate", (90, 70, 120, 90)),
    named("cup", "cup", (20, 65, 50, 95)),
    named("handle", None, (45, 72, 50, 82), parent="cup"),
    named("cup 2", "cup", (150, 70, 170, 95)),
    named("dog", "dog", (60, 5, 110, 50)),
)
NAMES = ("table", "plate", "cup", "dog", "traffic light", "person")


def spoken(text: str, *, start_s: float = 0.0) -> list[Word]:
    """Say one word every 0.4 s."""
    return [
        Word(each, start_s + at * WORD_S, start_s + (at + 1) * WORD_S - 0.05, 0.9)
        for at, each in enumerate(text.split())
    ]


def pointing(
    words: Sequence[Word], targets: dict[str, tuple[float, float]], *, late_s: float = 0.0
) -> Trace:
    """Go to each target when its word begins, and rest there."""
    points = [
        {"t": word.start_s + late_s, "x": xy[0], "y": xy[1], "kind": "move"}
        for word in words
        if (xy := targets.get(word.text.strip(".,"))) is not None
    ]
    return read_trace(points)
