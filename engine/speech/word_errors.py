"""Word error rate: how far what was heard is from what was said. Light: no torch."""

from collections.abc import Sequence
from dataclasses import dataclass


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
