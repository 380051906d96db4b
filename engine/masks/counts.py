"""The COCO counts string and the run lengths in it, in numpy alone, safe on any input.

A string holds run lengths of a column-major mask, background first. From the fourth run on, the
difference to the run two before is stored. Each number is little-endian groups of five bits in the
characters 48-111; bit 32 says that more follows and bit 16 of the last group is the sign
(`rleToString` in pycocotools' common/maskApi.c).
"""

import re
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

Runs = npt.NDArray[np.int64]

MAX_CHARACTERS = 8_000_000  # a 64-megapixel mask of ordinary shape takes a few thousand
_MAX_CHARACTERS_PER_RUN = 7  # 35 bits hold any run or difference below 2**32
_LAST_DIGIT = 0x3F
_SIGN = 0x10
_MORE = 0x20
_SHORT: Final = 2000  # characters; numpy is faster on longer ones
_NUMBER: Final = re.compile("[P-o]{0,6}[0-O]")
_NUMBERS: Final = re.compile(f"(?:{_NUMBER.pattern})+")


def parse_counts(text: str) -> Runs:
    """Read a counts string. Raise ValueError, naming the character, when it is not one."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"counts has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    if not text.isascii():
        raise ValueError("counts has a character that is not ASCII")
    if not text:
        return np.zeros(0, np.int64)
    digits = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - 48
    _refuse(digits, (digits < 0) | (digits > _LAST_DIGIT), "is outside '0' to 'o'")
    is_last = (digits & _MORE) == 0
    if not is_last[-1]:
        raise ValueError("counts ends in the middle of a number")

    ends = np.flatnonzero(is_last)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _MAX_CHARACTERS_PER_RUN:
        raise ValueError(f"counts has a number of {lengths.max()} characters; 7 is the most")
    shifts = 5 * (np.arange(digits.size) - np.repeat(starts, lengths))
    numbers = np.add.reduceat((digits & 0x1F) << shifts, starts)
    is_negative = (digits[ends] & _SIGN) != 0
    numbers -= np.where(is_negative, np.int64(1) << (5 * lengths), 0)

    numbers[1::2] = np.cumsum(numbers[1::2])  # the second run is whole, later ones differences
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers


def parse_canonical(text: str) -> list[int] | None:
    """Read a short string of which nothing would change: as `format_counts` writes canonical runs.

    None stands for any other, good or bad. Plain Python: on the few dozen runs of an ordinary
    object it is ten times as fast as numpy.
    """
    if len(text) > _SHORT or not _NUMBERS.fullmatch(text):
        return None
    try:
        runs = list(map(_number, _NUMBER.findall(text)))
    except ValueError:
        return None
    runs[1::2] = accumulate(runs[1::2])
    runs[2::2] = accumulate(runs[2::2])
    return runs if runs[0] >= 0 and min(runs[1:], default=1) > 0 else None


@lru_cache(maxsize=2**14)
def _number(characters: str) -> int:
    """Read one number. Raise ValueError if fewer characters would do."""
    number = 0
    for place, character in enumerate(characters):
        number |= (ord(character) - 48 & 0x1F) << 5 * place
    bits = 5 * len(characters)
    number -= (number >> bits - 1) << bits  # the sign
    if len(characters) > 1 and -(1 << bits - 6) <= number < 1 << bits - 6:
        raise ValueError("a number has more characters than it needs")
    return number


def format_counts(runs: Runs) -> str:
    """Write run lengths, each below 2**32, as the string that pycocotools writes."""
    numbers = runs.astype(np.int64)
    numbers[3:] -= runs[1:-2]
    groups = np.arange(_MAX_CHARACTERS_PER_RUN)
    rests = numbers[:, None] >> (5 * groups)  # (R, 7)
    # A number may end at the group after which only copies of its sign bit are left.
    is_end = (rests >= -_SIGN) & (rests < _SIGN)
    lengths = is_end.argmax(axis=1) + 1
    characters = (rests & 0x1F) + 48 + np.where(is_end, 0, _MORE)
    kept = groups < lengths[:, None]
    text: bytes = characters[kept].astype(np.uint8).tobytes()
    return text.decode("ascii")


def canonical_runs(runs: Runs) -> Runs:
    """Join runs that zero-length ones separate; only a leading zero may stay."""
    is_kept = runs > 0
    kept = runs[is_kept]
    if not kept.size:
        return np.zeros(0, np.int64)
    is_object = (np.flatnonzero(is_kept) % 2).astype(bool)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(is_object)) + 1))
    joined = np.add.reduceat(kept, starts)
    return np.concatenate(([0], joined)) if is_object[0] else joined


def show(value: object) -> str:
    """Print any value from outside in a few characters, for an error message."""
    if isinstance(value, int) and value.bit_length() > _MAX_CHARACTERS_PER_RUN * 5:
        return "a huge number"  # Python itself refuses to print thousands of digits
    return repr(value)[:40]


def _refuse(digits: Runs, is_bad: npt.NDArray[np.bool_], why: str) -> None:
    if is_bad.any():
        at = int(is_bad.argmax())
        raise ValueError(f"counts: character {at} ({chr(int(digits[at]) + 48)!r}) {why}")
