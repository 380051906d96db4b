"""Masks as FiftyOne has them: NumPy's files, packed, in base64, and laid into boxes of an image.

Nothing is unpickled, and nothing unpacks to more than a mask of its image can have.
"""

import base64
import binascii
import io
import tokenize
import warnings
import zlib
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from engine.datasets.sample import Box
from engine.masks.rle import RLE, encode
from engine.masks.validate import MAX_PIXELS, InvalidMaskError, validate_rle

Mask = npt.NDArray[np.bool_]  # (H, W)

_SLACK_PX: Final = 2  # strangers' boxes stick out of the image a little
_HEADER_BYTES: Final = 2**16
_LONGEST_NUMBER_BYTES: Final = 8
_MOST_BYTES: Final = 2**28  # four of each pixel of the largest image that import accepts
# What NumPy's reader of headers raises on broken ones.
_BROKEN: Final = (
    ValueError, SyntaxError, tokenize.TokenError, TypeError, LookupError, RecursionError,
    MemoryError,
)  # fmt: skip


def packed(mask: Mask) -> dict[str, object]:
    """Return a mask as MongoDB's JSON spells bytes."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(mask), allow_pickle=False)
    text = base64.b64encode(zlib.compress(file.getvalue())).decode("ascii")
    return {"$binary": {"base64": text, "subType": "00"}}


def unpacked(value: object, size_hw: tuple[int, int]) -> Mask:
    """Read what `packed` wrote, or an older spelling: text, or text under `$binary`.

    Raises:
        InvalidMaskError: it is no such mask, or larger than the image.

    """
    if isinstance(value, dict):
        value = value.get("$binary")
    if isinstance(value, dict):
        value = value.get("base64")
    if not isinstance(value, str):
        raise InvalidMaskError("mask must be bytes in base64")
    height, width = size_hw
    pixels = (height + 2 * _SLACK_PX) * (width + 2 * _SLACK_PX)
    most_bytes = min(pixels * _LONGEST_NUMBER_BYTES, _MOST_BYTES)
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(
            base64.b64decode(value, validate=True), most_bytes + _HEADER_BYTES
        )
    except (binascii.Error, ValueError, zlib.error):
        raise InvalidMaskError("mask is not packed as FiftyOne does") from None
    if not unpacking.eof:
        raise InvalidMaskError("mask is cut short, or larger than its image")
    return np.asarray(_array(data) != 0)


def _array(data: bytes) -> npt.NDArray[np.generic]:
    """Read a NumPy file of a plain two-dimensional array, by its header and its length."""
    file = io.BytesIO(data)
    try:
        is_first = npy.read_magic(file) == (1, 0)
        read_header = npy.read_array_header_1_0 if is_first else npy.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of how Python 2 spelt numbers
            shape, is_column_major, dtype = read_header(file)
    except _BROKEN:
        raise InvalidMaskError("mask is no NumPy array") from None
    if dtype.kind not in "biuf" or len(shape) != len("HW"):
        raise InvalidMaskError("mask must be numbers in rows and columns")
    left = data[file.tell() :]
    if min(shape) < 1 or len(left) != shape[0] * shape[1] * dtype.itemsize:
        raise InvalidMaskError("mask has another length than its header says")
    return np.frombuffer(left, dtype).reshape(shape, order="F" if is_column_major else "C")


def placed_in(mask: Mask, box_xywh: Box, size_hw: tuple[int, int]) -> RLE:
    """Lay a mask into its box, as large as it is, or else stretched as FiftyOne shows it.

    Raises:
        InvalidMaskError: the box lies outside of the image, or nothing is left of the mask.

    """
    x, y, width, height = (round(value) for value in box_xywh)
    sides = np.array(size_hw) + _SLACK_PX
    if size_hw[0] * size_hw[1] > MAX_PIXELS:
        raise InvalidMaskError("no image is as large as this one's size says")
    if min(x, y) < -_SLACK_PX or y + height > sides[0] or x + width > sides[1]:
        raise InvalidMaskError("the box of a mask must lie in the image")
    if max(abs(mask.shape[0] - height), abs(mask.shape[1] - width)) > 1:  # else it is rounding
        rows = np.arange(height) * mask.shape[0] // max(height, 1)
        columns = np.arange(width) * mask.shape[1] // max(width, 1)
        mask = mask[np.ix_(rows, columns)]
    whole = np.zeros(size_hw, bool)
    inside = mask[max(-y, 0) :, max(-x, 0) :]
    part = whole[max(y, 0) :, max(x, 0) :]
    rows, columns = np.minimum(part.shape, inside.shape)
    part[:rows, :columns] = inside[:rows, :columns]
    return validate_rle(encode(whole), size_hw)
