"""An image, what people marked and said about it, and what encoders saw of it. Light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.rle import RLE

FeatureMap: TypeAlias = NDArray[np.float16] | NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8]
Style: TypeAlias = Literal["clean", "raw"]  # as one writes, as one speaks


@dataclass(frozen=True, slots=True)
class Caption:
    """A text that a person wrote, or spoke and corrected."""

    text: str
    style: Style = "clean"


@dataclass(frozen=True, slots=True)
class LabelledMask:
    """An accepted mask; its label is None where nobody has named it."""

    rle: RLE  # at image size
    label: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """What frozen encoders make of an image."""

    maps: Sequence[FeatureMap]  # each (C, h, w) over the whole image
    tags: Sequence[str] = ()  # what a classifier would call it, the likeliest first


@dataclass(frozen=True, slots=True)
class DescribedImage:
    """One image; looks and pixels are only read when they are needed."""

    key: str  # known by it; the sha256 of its bytes, in the loop
    size_hw: tuple[int, int]
    look: Callable[[], Look]
    load_pixels: Callable[[], Pixels]  # (H, W, 3) RGB; only other image-to-text models ask
    masks: Sequence[LabelledMask] = ()
    captions: Sequence[Caption] = ()


def labels_of(image: DescribedImage) -> tuple[str, ...]:
    """Return the labels of an image's masks, each once, in order."""
    return tuple(sorted({mask.label for mask in image.masks if mask.label}))
