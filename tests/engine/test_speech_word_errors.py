"""Word errors are the fewest changes between what was said and what was heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.speech.word_errors import WordErrors, word_errors

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
