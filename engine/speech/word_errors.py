"""How far one text is from another, counted in words."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # noqa: RUF001  # people type both apostrophes


def spoken_words(text: str) -> list[str]:
    """Return the words as they sound: without punctuation, in lower case."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]  # noqa: RUF001  # as above


def word_error_rate(heard: str, said: str) -> float | None:
    """Return the word edits that lead from one to the other, for each word that was said."""
    words = spoken_words(said)
    return edit_distance(spoken_words(heard), words) / len(words) if words else None


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the least number of words to put in, take out or replace (Levenshtein 1966).

    Time grows with the product of what differs, memory with its length: equal ends cost nothing.
    """
    start, most = 0, min(len(a), len(b))
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    numbers = {word: number for number, word in enumerate(dict.fromkeys([*a, *b]))}
    columns = np.array([numbers[word] for word in b], dtype=np.int64)
    steps = np.arange(len(b) + 1)
    row = steps
    for word in a:
        without = np.minimum(row[1:] + 1, row[:-1] + (columns != numbers[word]))
        row = np.concatenate(([row[0] + 1], without))
        # What is put in after the best of all earlier columns.
        row = np.minimum.accumulate(row - steps) + steps
    return int(row[-1])
