"""A mask as a row of numbers: what a frozen network sees of its object, looked at closely."""

import hashlib
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.masks.rle import RLE, area, bbox_xywh, decode

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8]  # (H, W, 3) RGB
Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom; may reach beyond the image

SQUARE_PX: Final = 160  # larger ones tell no more of photos, and take longer
_CONTEXT: Final = 1.5  # side of what is looked at, in longer sides of the mask's box
_LEAST_PX: Final = 16  # of that side: in less there is nothing to see


class Eye(Protocol):
    """A frozen network that sees a square, (S, S, 3), as a map, (C, h, w)."""

    @property
    def digest(self) -> str:
        """Tell it from other networks."""
        ...

    def encode_square(self, square: Pixels) -> Floats:
        """Embed RGB pixels, 0 to 255."""
        ...


def features_digest(eye: Eye) -> str:
    """Name how features were made: those of another network or another square are not the same."""
    return hashlib.sha256(f"{eye.digest} {SQUARE_PX} {_CONTEXT}".encode()).hexdigest()


def mask_features(pixels: Pixels, mask: RLE, eye: Eye) -> Floats:
    """Look at the square around a mask, and pool its map under the mask; 30 ms on one core.

    Shapes:
        returns: (C,), of mean 0 and variance 1. A cell counts by how much of it the mask covers;
            what lies beyond the image is black.

    Raises:
        ValueError: the mask is empty.

    """
    if not area(mask):
        raise ValueError("an empty mask has no features")
    box = _square_around(mask)
    around = Image.fromarray(pixels).crop(box)
    square = around.resize((SQUARE_PX, SQUARE_PX), Image.Resampling.BICUBIC)
    seen = eye.encode_square(np.asarray(square))
    pooled = seen.reshape(len(seen), -1) @ _shares(mask, box, seen.shape[1:])
    return np.asarray((pooled - pooled.mean()) / (pooled.std() + 1e-6), np.float32)


def _square_around(mask: RLE) -> Box:
    left, top, width, height = bbox_xywh(mask)
    half = max(_CONTEXT * max(width, height), _LEAST_PX) / 2
    x, y = left + width / 2, top + height / 2
    return round(x - half), round(y - half), round(x + half), round(y + half)


def _shares(mask: RLE, box: Box, map_hw: tuple[int, ...]) -> Floats:
    """Return the cells' weights, (h * w,), of sum 1."""
    height, width = map_hw
    inside = Image.fromarray(decode(mask).view(np.uint8)).crop(box).convert("F")
    cells = np.asarray(inside.resize((width, height), Image.Resampling.BOX), np.float32).ravel()
    return np.asarray(cells / cells.sum(), np.float32)
