"""Any Pillow image to upright 8-bit RGB, with a note for each thing that was normalised."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]  # (H, W, 3) RGB

SIDEWAYS: Final = (5, 6, 7, 8)  # EXIF orientations that swap height and width
_DEEP_MODES: Final = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_ROWS_AT_ONCE: Final = 512
_OPAQUE: Final = 255


def to_rgb(image: Image.Image) -> tuple[Pixels, list[str]]:
    """Return a loaded image's pixels as they lie in the file, before orientation."""
    if image.mode in _DEEP_MODES:
        return _scale_deep(image)
    if image.has_transparency_data:
        return _flatten(image)
    notes = [] if image.mode in ("1", "L", "P", "RGB", "RGBX") else [f"{image.mode} converted"]
    return np.array(image.convert("RGB")), notes


def turn_upright(pixels: Pixels, orientation: int) -> Pixels:
    """Undo an EXIF orientation (1-8), in a new array where anything moves."""
    if orientation in SIDEWAYS:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def _scale_deep(image: Image.Image) -> tuple[Pixels, list[str]]:
    """Spread the values in use over 0-255: deep images seldom fill their range."""
    values = np.asarray(image)
    low, high = _range(values)
    scale = 255 / (high - low) if high > low else 0.0
    grey = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), _ROWS_AT_ONCE):  # bounds the float copy
        part = np.nan_to_num(values[row : row + _ROWS_AT_ONCE].astype(np.float64), nan=low)
        grey[row : row + _ROWS_AT_ONCE] = np.rint((np.clip(part, low, high) - low) * scale)
    note = f"{8 * values.dtype.itemsize} bit scaled to 8 ({low:g} to {high:g})"
    return np.repeat(grey[:, :, None], 3, axis=2), [note]


def _range(values: npt.NDArray[np.generic]) -> tuple[float, float]:
    if values.dtype.kind != "f":
        return float(values.min()), float(values.max())
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _flatten(image: Image.Image) -> tuple[Pixels, list[str]]:
    rgba = image if image.mode == "RGBA" else image.convert("RGBA")
    alpha = rgba.getchannel("A")
    if alpha.getextrema() == (_OPAQUE, _OPAQUE):
        return np.array(rgba.convert("RGB")), []
    page = Image.new("RGB", image.size, "white")
    page.paste(rgba, mask=alpha)
    return np.array(page), ["transparency laid on white"]
