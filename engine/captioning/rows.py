"""What a caption model is given for one image, and what it shall say."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.captioning.features import SeenTokens
from engine.captioning.items import Caption, DescribedImage, Style


@dataclass(frozen=True, slots=True)
class Row:
    """An image, what was seen of it, and what is known about it as text."""

    image: DescribedImage
    seen: SeenTokens
    knowledge: str
    has_grid: bool  # whether the grid's tokens are given
    has_masks: bool  # whether the masks' are
    has_length: bool  # whether captions are asked for by their length
    captions: Sequence[Caption] = ()  # to learn


@dataclass(frozen=True, slots=True)
class Wanted:
    """What text is asked for, and how it is searched."""

    style: Style
    words: int | None  # None: no hint
    beams: int = 6
    samples: int = 0  # further candidates, drawn rather than searched
    most_tokens: int = 40
    seed: int = 0
