"""What JSON of strangers may hold at once: a megabyte of zip can unpack to gigabytes of lists."""

import json
import re
from typing import Final

from engine.canonical import refuse_constant

# About what Python takes for an empty list or object, for an entry of an object with its key, and
# for a number or a short text in a list.
_HELD_BYTES: Final = {"[": 64, "{": 64, ":": 100, ",": 50}
_MAX_HELD_BYTES: Final = 640 * 2**20  # COCO's fields take half of it in 64 MiB
TOO_MUCH: Final = "it holds more values than are read at once"


def is_too_much(text: str) -> bool:
    """Tell whether what a text holds would take over 640 MiB or so, without decoding it.

    What of its strings looks like values counts as such.
    """
    if len(text) * max(_HELD_BYTES.values()) <= _MAX_HELD_BYTES:
        return False
    held_bytes = sum(text.count(mark) * each for mark, each in _HELD_BYTES.items())
    return held_bytes > _MAX_HELD_BYTES


# Possessive, and without its end where there is none: no text is read twice.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def has_more_values(text: bytes, most: int) -> bool:
    """Tell whether JSON has more values than that, without decoding it; keys are none."""
    if sum(text.count(mark) for mark in b",[{") < most:
        return False
    # A packed mask looks as if it held many: what is in strings does not count.
    values, at = 1, 0
    for strings, match in enumerate(_STRING.finditer(text)):
        between = text[at : match.start()]
        values += sum(between.count(mark) for mark in b",[{")
        if values > most or strings > 2 * most:  # no JSON has so many strings for its values
            return True
        at = match.end()
    return values + sum(text.count(mark, at) for mark in b",[{") > most


def loads(text: str | bytes) -> object:
    """Decode JSON that anyone may have written.

    Raises:
        ValueError: it is not JSON, has a NaN or infinity, or holds too much.
        RecursionError: it nests too deeply.

    """
    # What values begin with is ASCII, whatever else is there.
    if is_too_much(text if isinstance(text, str) else text.decode("latin-1")):
        raise ValueError(TOO_MUCH)
    value: object = json.loads(text, parse_constant=refuse_constant)
    return value
