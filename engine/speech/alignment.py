"""Which words of two texts are the same, in the order of both. Light: numpy alone."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_NONE: Final = -1_000_000_000  # no words are joined here; far below what any could gain


def same_words(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the runs of words that both have: where each begins in a and in b, and its length.

    A word gains one, and one more where it goes on a run: of as many words the longer runs are
    taken, and of equal ones the last. Takes len(a) x len(b) steps, a row at a time, and three bits
    for each (the longest common subsequence, with the gaps of Gotoh 1982).
    """
    if not a or not b:
        return []
    numbers = {word: number for number, word in enumerate(dict.fromkeys([*a, *b]))}
    columns = np.array([numbers[word] for word in b])
    best = np.zeros(len(b) + 1, np.int64)  # of a so far, and b up to each word
    ending = np.full(len(b) + 1, _NONE)  # the same, where the last two words are one pair
    rows = []
    for word in a:
        before, ending_before = best, ending
        joined = ending_before[:-1] + 2
        alone = before[:-1] + 1
        ending = np.full(len(b) + 1, _NONE)
        ending[1:] = np.where(columns == numbers[word], np.maximum(joined, alone), _NONE)
        best = np.maximum.accumulate(np.maximum(before, ending))
        rows.append(_Row(best == ending, best == before, joined >= alone))
    return _runs(rows, len(b))


class _Row:
    """How the best of a row came about, for each word of b."""

    def __init__(
        self,
        pairs: npt.NDArray[np.bool_],
        skips: npt.NDArray[np.bool_],
        joins: npt.NDArray[np.bool_],
    ) -> None:
        self._bits = [np.packbits(each).tobytes() for each in (pairs[1:], skips[1:], joins)]

    def pairs(self, at: int) -> bool:
        """Tell whether it ends with the pair of its own word and the one before place `at`."""
        return self._bit(0, at)

    def skips(self, at: int) -> bool:
        """Tell whether it is as good without the row's word."""
        return self._bit(1, at)

    def joins(self, at: int) -> bool:
        """Tell whether such a pair goes on a run."""
        return self._bit(2, at)

    def _bit(self, which: int, at: int) -> bool:
        byte, bit = divmod(at - 1, 8)
        return bool(self._bits[which][byte] >> (7 - bit) & 1)


def _runs(rows: Sequence[_Row], end: int) -> list[tuple[int, int, int]]:
    """Follow the best way back from the ends of both texts."""
    runs: list[tuple[int, int, int]] = []
    i, j = len(rows), end
    while i and j:
        row = rows[i - 1]
        if row.pairs(j):
            length = 1
            while rows[i - length].joins(j - length + 1):
                length += 1
            i, j = i - length, j - length
            runs.append((i, j, length))
        elif row.skips(j):
            i -= 1
        else:
            j -= 1
    return runs[::-1]
