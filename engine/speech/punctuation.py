"""Where a word's own punctuation begins and ends. Light, and linear in the text's length."""

import re
from typing import Final

_MARKS: Final = re.compile(r"\W*")


def parted(text: str) -> tuple[str, str, str]:
    """Return what stands before the first letter or digit, the word, and what stands after it.

    Marks alone are all before. Each end is looked at once: one pattern for all three would try
    every run of marks inside the word as its end, and read the rest of it each time.
    """
    start = _leading_marks(text)
    end = len(text) - _leading_marks(text[:start:-1]) if start < len(text) else start
    return text[:start], text[start:end], text[end:]


def _leading_marks(text: str) -> int:
    match = _MARKS.match(text)
    assert match is not None  # noqa: S101  # the pattern fits any text
    return match.end()
