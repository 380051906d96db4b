"""The run lengths in which Label Studio keeps what a brush painted.

They are rle-pack's (https://github.com/thi-ng/umbrella), of the bytes of an RGBA image along its
rows. The object is where alpha is not 0.

A stream of bits, the highest first: 32 for the number of bytes, 5 for the bits of a word less one,
four times 4 for the bits of a count less one. Then groups until all bytes are there: 1 bit that
says whether one word repeats or each is given, 2 that choose the bits of the count, the count less
one, the word or words.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from engine.datasets.formats.shapes import Size, row_runs
from engine.masks.rle import Mask

Ints = npt.NDArray[np.int64]

_COUNT_BITS: Final = np.array([3, 4, 8, 16])  # as Label Studio chooses them itself
_MOST: Final = 2**16  # of one count
_CHANNELS: Final = 4
_HEAD_BITS: Final = 53
_HEAD_BYTES: Final = 7
_WINDOW_BITS: Final = 64
_BYTE: Final = 8
_CHUNK: Final = 2**14  # groups at a time, so that memory stays small


def pack(mask: Mask) -> bytes:
    """Pack a mask as opaque white on nothing."""
    runs = np.array(row_runs(mask)) * _CHANNELS
    parts = -(-runs // _MOST)  # a count holds no more
    counts = np.full(parts.sum(), _MOST)
    words = np.repeat(np.arange(len(runs)) % 2 * 255, parts)
    is_used = parts > 0
    counts[np.cumsum(parts)[is_used] - 1] = (runs - (parts - 1) * _MOST)[is_used]
    choice = np.searchsorted(1 << _COUNT_BITS, counts)
    bits = _COUNT_BITS[choice]
    groups = ((((4 | choice) << bits) | (counts - 1)) << _BYTE) | words
    lengths = 3 + bits + _BYTE
    head = np.frombuffer(_head(mask.size * _CHANNELS), np.uint8)
    stream = [np.unpackbits(head)[:_HEAD_BITS]]
    for start in range(0, len(groups), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        stream.append(_bits(groups[chunk], lengths[chunk]))
    return np.packbits(np.concatenate(stream)).tobytes()


def _bits(groups: Ints, lengths: Ints) -> npt.NDArray[np.uint8]:
    """Spell each group in as many bits as it has, the highest first."""
    shifts = lengths[:, None] - 1 - np.arange(lengths.max())
    spelt = (groups[:, None] >> np.maximum(shifts, 0)) & 1
    return spelt[shifts >= 0].astype(np.uint8)


def _head(length: int) -> bytes:
    head = length << 5 | _BYTE - 1
    for bits in _COUNT_BITS.tolist():
        head = head << 4 | bits - 1
    return (head << 8 * _HEAD_BYTES - _HEAD_BITS).to_bytes(_HEAD_BYTES)


def unpack(packed: bytes, size_hw: Size) -> Mask:
    """Return where an image of this size is not transparent.

    Raises:
        ValueError: it is of another size, or cut short.

    """
    length = size_hw[0] * size_hw[1] * _CHANNELS
    head = int.from_bytes(packed[:_HEAD_BYTES].ljust(_HEAD_BYTES, b"\0"))
    if head >> 24 != length:
        raise ValueError(
            f"brush has {head >> 24} bytes, but the image {size_hw[0]} x {size_hw[1]} pixels of "
            f"{_CHANNELS} (height x width)"
        )
    if head >> 19 & 31 != _BYTE - 1:
        raise ValueError("brush has words that are not of 8 bits")
    pixels = _bytes(packed, length, [(head >> shift & 15) + 1 for shift in (15, 11, 7, 3)])
    alpha = np.frombuffer(pixels, np.uint8)[_CHANNELS - 1 : length : _CHANNELS]
    return alpha.reshape(size_hw) > 0


def _bytes(packed: bytes, length: int, count_bits: list[int]) -> bytearray:
    """Cost: a step in Python for each group, of which a painted image has some ten thousand."""
    end = _BYTE * len(packed)
    packed += bytes(_WINDOW_BITS // _BYTE)
    out, at = bytearray(), _HEAD_BITS
    while len(out) < length:
        window = int.from_bytes(packed[at >> 3 : (at >> 3) + 8]) << (at & 7) & (1 << 64) - 1
        bits = count_bits[window >> 61 & 3]
        count = (window >> 61 - bits & (1 << bits) - 1) + 1
        at += 3 + bits
        words = 1 if window >> 63 else count
        if at + _BYTE * words > end:
            raise ValueError("brush is cut short")
        start, shift = at >> 3, at & 7
        read = int.from_bytes(packed[start : start + words + 1]) >> (_BYTE - shift)
        given = (read & (1 << _BYTE * words) - 1).to_bytes(words)
        out += given * count if window >> 63 else given
        at += _BYTE * words
    return out
