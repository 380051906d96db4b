"""PNGs of one bit a pixel, as tools keep the mask of one object: cut to its box, in text."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.media.label_maps import read_numbers
from engine.media.opened import opened

Mask = npt.NDArray[np.bool_]  # (H, W)


def encode_bitmap(mask: Mask) -> bytes:
    """Encode a mask as a black and white PNG: white is the object."""
    out = BytesIO()
    Image.fromarray(mask).save(out, "PNG")
    return out.getvalue()


def read_bitmap(data: bytes, *, max_pixels: int) -> Mask:
    """Return what is opaque or, in an image without transparency, what is not zero.

    Raises:
        MediaError: it is no image without loss, larger than that, or broken.

    """
    with opened(data, max_pixels=max_pixels) as (image, _):
        if "A" in image.getbands() or "transparency" in image.info:
            opaque: Mask = np.asarray(image.convert("RGBA"))[..., -1] > 0
            return opaque
    shown: Mask = read_numbers(data) != 0
    return shown
