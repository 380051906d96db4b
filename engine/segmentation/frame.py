"""SAM's frame of reference: a 1024 px square, the image scaled into its top left corner.

The browser mirrors this module (same formulas, same fixtures). Light: numpy and scipy only.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SIDE = 1024  # px, side of the square frame
LOGITS_SIDE = 256  # side of the decoder's masks
SIZES = (
    ("small", 64.0),
    ("medium", 192.0),
    ("large", float("inf")),
)  # px, root of area; upper ends

Floats: TypeAlias = NDArray[np.floating]


def scale_of(size_hw: tuple[int, int]) -> float:
    """Frame pixels per image pixel."""
    return SIDE / max(size_hw)


def size_of(size_px: float) -> str:
    """Name the size of an object by the root of its area in the frame."""
    return next(name for name, upper in SIZES if size_px < upper)


def scaled_size(size_hw: tuple[int, int]) -> tuple[int, int]:
    """Height and width of the image inside the frame, rounded as SAM's ResizeLongestSide."""
    scale = scale_of(size_hw)
    height, width = size_hw
    return int(height * scale + 0.5), int(width * scale + 0.5)


def to_frame(points_xy: Floats, size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Image pixels to frame pixels; any shape that ends in x, y."""
    return (np.asarray(points_xy) * scale_of(size_hw)).astype(np.float32)


def to_image(points_xy: Floats, size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Frame pixels to image pixels."""
    return (np.asarray(points_xy) / scale_of(size_hw)).astype(np.float32)


def upscale_logits(low_res: Floats, size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Resize low-resolution logits to the image, with the frame's padding removed.

    Equal to SAM's postprocess_masks (bilinear to 1024, crop, bilinear to the image, corners not
    aligned); both steps are linear and separable, so they are one sparse matrix an axis.

    Shapes:
        low_res: (..., 256, 256).
        returns: (..., H, W).
    """
    height, width = size_hw
    scaled_h, scaled_w = scaled_size(size_hw)
    rows, columns = _axis_weights(height, scaled_h), _axis_weights(width, scaled_w)
    leading = low_res.shape[:-2]
    flat = np.asarray(low_res, np.float32).reshape(-1, LOGITS_SIDE, LOGITS_SIDE)
    out = np.empty((len(flat), height, width), np.float32)
    for index, logits in enumerate(flat):
        out[index] = (columns @ np.ascontiguousarray((rows @ logits).T)).T
    return out.reshape(*leading, height, width)


@lru_cache(maxsize=64)
def _axis_weights(length: int, scaled_length: int) -> csr_array:
    """One axis of the resize: (length, 256), two to four weights a row."""
    to_square = _bilinear(SIDE, LOGITS_SIDE)[:scaled_length]
    return csr_array(_bilinear(length, scaled_length) @ to_square)


def _bilinear(out: int, source: int) -> csr_array:
    """Bilinear interpolation of one axis as a matrix (out, source); corners not aligned."""
    at = np.maximum((np.arange(out) + 0.5) * (source / out) - 0.5, 0).astype(np.float32)
    below = np.minimum(at.astype(int), source - 1)
    above = np.minimum(below + 1, source - 1)
    share = at - below.astype(np.float32)
    index = np.arange(out)
    return csr_array(
        (
            np.concatenate([1 - share, share]).astype(np.float32),
            (np.concatenate([index, index]), np.concatenate([below, above])),
        ),
        shape=(out, source),
    )
