"""Word errors are the fewest changes between what was said and what was heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.speech.word_errors import (
    WordErrors,
    edit_distance,
    spoken_words,
    word_error_rate,
    word_errors,
)

texts = st.lists(st.sampled_from("abcd"), max_size=12)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a red bucket", "a red bucket", WordErrors(0, 0, 0, 3)),
        ("a red bucket", "a rat bucket", WordErrors(1, 0, 0, 3)),
        ("a red bucket", "red bucket", WordErrors(0, 1, 0, 3)),
        ("a red bucket", "a red red bucket", WordErrors(0, 0, 1, 3)),
        ("a red bucket", "", WordErrors(0, 3, 0, 3)),
        ("", "thank you", WordErrors(0, 0, 2, 0)),
    ],
)
def test_each_kind_of_error_is_counted(said: str, heard: str, errors: WordErrors) -> None:
    assert word_errors(said.split(), heard.split()) == errors


@given(texts, texts)
def test_counts_explain_the_lengths_and_are_the_same_backwards(
    said: list[str], heard: list[str]
) -> None:
    there, back = word_errors(said, heard), word_errors(heard, said)

    assert len(said) - there.dropped + there.added == len(heard)
    assert there.count == back.count <= max(len(said), len(heard))
    assert (there.count == 0) == (said == heard)


def test_rates_of_several_texts_weigh_by_their_words() -> None:
    total = word_errors(["a"], ["b"]) + word_errors(["a"] * 9, ["a"] * 9)

    assert total.rate == pytest.approx(0.1)
    with pytest.raises(ValueError, match="nothing was said"):
        _ = WordErrors().rate


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
