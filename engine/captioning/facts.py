"""What the loop already knows about an image, as text that a language model reads.

Labels are named as people named them ("2 dog"), since a model that is trained on it needs no
grammar, and a plural by rule would be wrong for some label of some language.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from engine.captioning.features import largest
from engine.captioning.items import LabelledMask, Style
from engine.masks.rle import area, bbox_xywh

MOST_LABELS: Final = 12
MOST_PLACES: Final = 3  # of one label
_LARGE_SHARE: Final = 0.2
_SMALL_SHARE: Final = 0.02
_INSTRUCTIONS: Final[dict[Style, str]] = {
    "clean": "Caption",
    "raw": "Spoken description",
}
_EXACT_WORDS: Final = 20


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which of what is known a captioner is given; each can be left out."""

    image: bool = True  # cells of the encoders' maps
    mask_features: bool = True  # the same maps under each mask
    labels: bool = True  # of masks, with counts
    places: bool = True  # and sizes of labelled masks
    tags: bool = True  # what a classifier would call the image, where no mask has a label
    neighbours: int = 0  # captions that the nearest images agree on, to read
    agreement: bool = True  # with other candidates and the nearest images' captions, to choose by
    length: bool = True  # a hint how many words are wanted


def leave_out(inputs: Inputs, names: Collection[str]) -> Inputs:
    """Switch inputs off.

    Raises:
        ValueError: there is no such input.

    """
    given = asdict(inputs)
    if not given.keys() >= set(names):
        raise ValueError(f"known inputs are {', '.join(given)}; got {', '.join(sorted(names))}")
    return Inputs(**{name: type(v)() if name in names else v for name, v in given.items()})


def knowledge(
    masks: Sequence[LabelledMask],
    size_hw: tuple[int, int],
    tags: Sequence[str],
    neighbours: Sequence[str],
    inputs: Inputs,
) -> str:
    """Return what is known, a line for each kind; "" when nothing is, or is wanted."""
    lines = []
    objects = _objects(masks, size_hw, has_places=inputs.places) if inputs.labels else ""
    if objects:
        lines.append(f"Objects: {objects}.\n")
    elif tags and inputs.tags:  # beside names that people gave, guesses make captions worse
        lines.append(f"Looks like: {', '.join(tags)}.\n")
    if neighbours[: inputs.neighbours]:
        alike = " / ".join(" ".join(text.split()) for text in neighbours[: inputs.neighbours])
        lines.append(f"Similar images: {alike}\n")
    return "".join(lines)


def instruction(style: Style, words: int | None) -> str:
    """Ask for a text of a kind, and about how long it shall be."""
    if words is None:
        return f"{_INSTRUCTIONS[style]}:"
    return f"{_INSTRUCTIONS[style]} of {rounded(words)} words:"


def rounded(words: int) -> int:
    """Round a length as a person would say it."""
    if words <= _EXACT_WORDS:
        return words
    return round(words / 10) * 10


def _objects(masks: Sequence[LabelledMask], size_hw: tuple[int, int], *, has_places: bool) -> str:
    """Return "2 dog (large left, small top right), 1 frisbee (small)", the largest first."""
    by_label: dict[str, list[LabelledMask]] = {}
    for mask in largest(masks, len(masks)):
        if mask.label:
            by_label.setdefault(" ".join(mask.label.split()), []).append(mask)
    parts = []
    for label, ones in list(by_label.items())[:MOST_LABELS]:
        places = [_place(mask, size_hw) for mask in ones[:MOST_PLACES]] if has_places else []
        parts.append(f"{len(ones)} {label}" + (f" ({', '.join(places)})" if places else ""))
    return ", ".join(parts)


def _place(mask: LabelledMask, size_hw: tuple[int, int]) -> str:
    """Size and third of the image, as "large left" or "small top right"."""
    height, width = size_hw
    x, y, w, h = bbox_xywh(mask.rle)
    row = ("top", "", "bottom")[_third((y + h / 2) / height)]
    column = ("left", "", "right")[_third((x + w / 2) / width)]
    share = area(mask.rle) / (height * width)
    size = "large" if share > _LARGE_SHARE else "small" if share < _SMALL_SHARE else ""
    return " ".join(filter(None, [size, row, column or ("" if row else "centre")]))


def _third(share: float) -> int:
    return min(2, int(3 * share))
