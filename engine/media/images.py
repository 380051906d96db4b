"""Decode an image once, on import: everything after works on upright 8-bit RGB.

Stored values are kept as they are: an embedded colour profile is not applied.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image, TiffImagePlugin

from engine.media.errors import MediaError
from engine.media.opened import BROKEN, MAX_PIXELS, opened
from engine.media.pixels import SIDEWAYS, Pixels, to_rgb, turn_upright

__all__ = [
    "DecodedImage",
    "MediaError",
    "decode_image",
    "encode_rendition",
    "encode_thumbnail",
    "needs_rendition",
    "read_size",
]

_BROWSER_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_PLAIN_GAMMA: Final = 45_455  # of 100,000: what screens have anyway
_EIGHT_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """An image as the model and people see it."""

    pixels: Pixels  # (H, W, 3) uint8 RGB, upright
    size_hw: tuple[int, int]
    orientation: int  # EXIF 1-8, as it was in the file; already applied to the pixels
    format: str  # JPEG, PNG, WEBP, TIFF, GIF, BMP or AVIF
    notes: tuple[str, ...]  # what was normalised


def decode_image(data: bytes, *, max_pixels: int = MAX_PIXELS) -> DecodedImage:
    """Decode untrusted bytes or raise MediaError. The size is checked before pixels are read."""
    with opened(data, max_pixels=max_pixels) as (image, name):
        return _decode(image, name, data)


def read_size(data: bytes, *, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return height and width of an image, upright, from its header. Raise MediaError."""
    with opened(data, max_pixels=max_pixels) as (image, _):
        width, height = image.size
        is_turned = _orientation(image) in SIDEWAYS
    return (width, height) if is_turned else (height, width)


def needs_rendition(decoded: DecodedImage, data: bytes) -> bool:
    """Tell whether a browser shows the original bytes as anything else than these pixels."""
    if decoded.format not in _BROWSER_FORMATS or decoded.notes:
        return True
    return decoded.format == "PNG" and _has_own_gamma(data)


def encode_rendition(pixels: Pixels) -> bytes:
    """Encode what people shall see instead of the original, without loss, as PNG."""
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=6)
    return out.getvalue()


def encode_thumbnail(pixels: Pixels, side_px: int = 256) -> bytes:
    """Encode a WebP whose longer side is at most `side_px`."""
    image = Image.fromarray(pixels)
    image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "WEBP", quality=80)
    return out.getvalue()


def _decode(image: Image.Image, name: str, data: bytes) -> DecodedImage:
    frames = int(getattr(image, "n_frames", 1))
    orientation = _orientation(image)
    is_reduced = _bits_per_channel(image, name, data) > _EIGHT_BITS
    image.load()
    pixels, notes = to_rgb(image)
    if is_reduced and not any("bit scaled" in note for note in notes):
        notes.append("16 bit scaled to 8")
    if frames > 1:
        notes.append(f"first of {frames} frames")
    if orientation != 1:
        notes.append(f"orientation {orientation} applied")
        if name != "TIFF":  # Pillow turns TIFF pixels itself while it loads them
            pixels = turn_upright(pixels, orientation)
    height, width, _ = pixels.shape
    return DecodedImage(pixels, (height, width), orientation, name, tuple(notes))


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except BROKEN:
        return 1  # broken EXIF must not lose an image whose pixels are whole
    return value if isinstance(value, int) and 1 <= value <= 8 else 1  # noqa: PLR2004  # EXIF's range


def _bits_per_channel(image: Image.Image, name: str, data: bytes) -> int:
    """Return the file's own depth: Pillow silently reduces deep colour images."""
    if name == "PNG":
        return data[24]
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        depths = image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (1,))
        return max(depths) if isinstance(depths, tuple) else int(depths)
    return _EIGHT_BITS


def _has_own_gamma(data: bytes) -> bool:
    """Find a gAMA chunk, which browsers apply, before the first pixels."""
    at = data.find(b"gAMA", 0, max(data.find(b"IDAT"), 0))
    return at > 0 and abs(int.from_bytes(data[at + 4 : at + 8], "big") - _PLAIN_GAMMA) > 100  # noqa: PLR2004  # rounding
