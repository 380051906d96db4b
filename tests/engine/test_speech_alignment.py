"""The words that two texts share are found in as few and as long runs as gain the most."""

import time
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.speech.alignment import same_words

words = st.lists(st.sampled_from("abc"), max_size=7)


def _most(a: Sequence[str], b: Sequence[str]) -> int:
    """Try everything: a word gains one, and one more right after another of its run."""

    @cache
    def gain(i: int, j: int, follows: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        found = max(gain(i + 1, j, 0), gain(i, j + 1, 0))
        return max(found, 1 + follows + gain(i + 1, j + 1, 1)) if a[i] == b[j] else found

    return gain(0, 0, 0)


@given(words, words)
def test_the_runs_are_in_order_the_same_in_both_and_the_best(a: list[str], b: list[str]) -> None:
    runs = same_words(a, b)

    at = (0, 0)
    for i, j, length in runs:
        assert length
        assert (i, j) >= at
        assert min(i - at[0], j - at[1]) >= 0
        assert a[i : i + length] == b[j : j + length]
        at = (i + length, j + length)
    assert sum(2 * length - 1 for _, _, length in runs) == _most(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([f"x{at}" for at in range(2500)], [f"y{at}" for at in range(2500)]),
        ([word for at in range(1250) for word in ("a", f"x{at}")],
         [word for at in range(1250) for word in ("a", f"y{at}")]),
        (["a"] * 2500, ["a"] * 2500),
    ],
    ids=["nothing", "every other word", "everything"],
)  # fmt: skip
def test_what_two_long_texts_share_is_found_at_once(a: list[str], b: list[str]) -> None:
    began = time.process_time()

    same_words(a, b)

    assert time.process_time() - began < 5  # seconds; it takes a tenth of one
