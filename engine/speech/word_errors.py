"""How far what was heard is from what was said, counted in words. Light: no torch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")  # noqa: RUF001  # people type both apostrophes


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Counts of one or more texts; they add up."""

    substituted: int = 0
    dropped: int = 0
    added: int = 0
    words: int = 0  # that were said

    @property
    def count(self) -> int:
        return self.substituted + self.dropped + self.added

    @property
    def rate(self) -> float:
        """Errors for each word that was said; above 1 where much was added."""
        if not self.words:
            raise ValueError("nothing was said, so there is no rate")
        return self.count / self.words

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(
            self.substituted + other.substituted,
            self.dropped + other.dropped,
            self.added + other.added,
            self.words + other.words,
        )


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


_Cell = tuple[int, int, int, int]  # errors, substituted, dropped, added


def word_errors(said: Sequence[str], heard: Sequence[str]) -> WordErrors:
    """Count the fewest changes from one to the other. Words are compared as they are given.

    Takes len(said) x len(heard) steps.
    """
    row: list[_Cell] = [(at, 0, 0, at) for at in range(len(heard) + 1)]
    for dropped, word in enumerate(said, 1):
        diagonal, row[0] = row[0], (dropped, 0, dropped, 0)
        for at, other in enumerate(heard, 1):
            above = row[at]
            row[at] = min(_changed(diagonal, word, other), _dropped(above), _added(row[at - 1]))
            diagonal = above
    _, substituted, dropped, added = row[-1]
    return WordErrors(substituted, dropped, added, len(said))


def _changed(cell: _Cell, word: str, other: str) -> _Cell:
    errors, substituted, dropped, added = cell
    differs = int(word != other)
    return errors + differs, substituted + differs, dropped, added


def _dropped(cell: _Cell) -> _Cell:
    errors, substituted, dropped, added = cell
    return errors + 1, substituted, dropped + 1, added


def _added(cell: _Cell) -> _Cell:
    errors, substituted, dropped, added = cell
    return errors + 1, substituted, dropped, added + 1
