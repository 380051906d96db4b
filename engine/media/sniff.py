"""What a file is, by its first bytes: never by its name or declared type."""

import re
from typing import Final

from engine.media.errors import MediaError

_SVG_WITHIN_BYTES: Final = 1024
_ISO_BRANDS_WITHIN_BYTES: Final = 64

IMAGE_SIGNATURES: Final[tuple[tuple[str, bytes], ...]] = (
    ("JPEG", rb"\xff\xd8\xff"),
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("WEBP", rb"RIFF....WEBP"),
    ("TIFF", rb"II\*\0|MM\0\*|II\+\0|MM\0\+"),
    ("GIF", rb"GIF8[79]a"),
    ("BMP", rb"BM"),
)

# What people drop on an image import by mistake, with what to do instead.
_REFUSALS: Final[tuple[tuple[str, bytes, str], ...]] = (
    ("pdf", rb"%PDF", "a PDF document: export its pages as PNG or JPEG"),
    ("psd", rb"8BPS", "a Photoshop document: export it as PNG"),
    ("eps", rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript document: export it as PNG"),
    ("zip", rb"PK\x03\x04|PK\x05\x06", "an archive: import it as one, not as an image"),
    ("archive", rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ", "an archive: unpack it or use a zip"),
    ("jpeg2000", rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 image: convert it to PNG"),
    ("jxl", rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL image: convert it to PNG or JPEG"),
    ("dicom", rb".{128}DICM", "a DICOM file: convert its frames to 16-bit PNG or TIFF"),
    ("webm", rb"\x1aE\xdf\xa3", "a video: export the frames to annotate"),
    ("html", rb"\s*<(?:!doctype html|html)", "a web page: download the image itself"),
)
_HEIF: Final = ("heif", "a HEIF/HEIC image: convert it to JPEG or AVIF")
_VIDEO: Final = ("video", "a video: export the frames to annotate")
_SVG: Final = ("svg", "an SVG drawing, which may hold scripts: export it as PNG")


def image_format(data: bytes) -> str:
    """Return Pillow's name of the format, one of the allowed, or raise MediaError by name."""
    if not data:
        raise MediaError("empty", "This file is empty: upload it again.")
    for name, signature in IMAGE_SIGNATURES:
        if re.match(signature, data, re.DOTALL):
            return name
    if data[4:8] == b"ftyp":
        return _iso_format(data)
    for code, signature, what in _REFUSALS:
        if re.match(signature, data, re.DOTALL | re.IGNORECASE):
            raise MediaError(code, f"This is {what}.")
    if re.search(rb"<svg\b", data[:_SVG_WITHIN_BYTES], re.IGNORECASE):
        raise MediaError(_SVG[0], f"This is {_SVG[1]}.")
    raise MediaError(
        "unknown_format",
        "This is not an image that can be read: use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF.",
    )


def _iso_format(data: bytes) -> str:
    """Tell AVIF from its relatives by the brands in the first box."""
    box_bytes = min(int.from_bytes(data[:4], "big"), _ISO_BRANDS_WITHIN_BYTES)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, box_bytes, 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    code, what = _HEIF if brands & {b"heic", b"heix", b"hevc", b"heim", b"mif1"} else _VIDEO
    raise MediaError(code, f"This is {what}.")
