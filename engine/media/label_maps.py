"""PNGs whose pixels are numbers of classes or objects: indices, 16 bits, or colours."""

from typing import Final

import numpy as np
import numpy.typing as npt

from engine.media.errors import MediaError
from engine.media.opened import opened

Numbers = npt.NDArray[np.int64]  # (H, W)

_DEEP_MODES: Final = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def read_numbers(data: bytes) -> Numbers:
    """Return the number of each pixel, (H, W); a colour counts as R + 256 G + 65536 B.

    Of an image with a palette the number is the index, whatever colour that has.

    Raises:
        MediaError: it is no PNG or other image without loss, or broken.

    """
    with opened(data) as (image, kind):
        if kind not in {"PNG", "BMP", "TIFF", "GIF"}:
            raise MediaError("lossy", f"A map of numbers is a PNG: {kind} changes its pixels.")
        if image.mode in {"1", "L", "P", *_DEEP_MODES}:
            return np.asarray(image).astype(np.int64)
        colours = np.asarray(image.convert("RGB")).astype(np.int64)
    numbers: Numbers = colours @ np.array([1, 1 << 8, 1 << 16])
    return numbers
