"""Word errors are counted as anybody would by hand."""

import numpy as np
import pytest

from engine.speech.word_errors import edit_distance, spoken_words, word_error_rate


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("", "", 0),
        ("a red cup", "a red cup", 0),
        ("a cup", "a red cup", 1),
        ("a very red cup", "a red cup", 1),
        ("a read cup", "a red cup", 1),
        ("cup red a", "a red cup", 2),
        ("", "a red cup", 3),
    ],
)
def test_the_fewest_words_to_change_are_counted(a: str, b: str, distance: int) -> None:
    assert edit_distance(a.split(), b.split()) == distance


def test_the_count_is_that_of_the_plain_table() -> None:
    draw = np.random.default_rng(4)

    for _ in range(200):
        a, b = (draw.choice(list("abcd"), draw.integers(9)).tolist() for _ in range(2))
        assert edit_distance(a, b) == plain(a, b), (a, b)


def test_case_and_punctuation_are_no_errors() -> None:
    assert spoken_words("It's a well-known Cup, isn’t it?") == [  # noqa: RUF001  # typed so
        "it's",
        "a",
        "well-known",
        "cup",
        "isn't",
        "it",
    ]
    assert word_error_rate("a red cup", "A red cup.") == 0


def test_errors_are_told_for_each_word_that_was_said() -> None:
    assert word_error_rate("the red", "A red cup, and a spoon.") == pytest.approx(5 / 6)
    assert word_error_rate("uh", "") is None


def plain(a: list[str], b: list[str]) -> int:
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        last, row = row, [i]
        for j, other in enumerate(b, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (word != other)))
    return row[-1]
