"""No content word is added unflagged, and none is dropped unlisted."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.speech.clean import clean_caption
from engine.speech.compare import compare, content_words

texts = st.lists(
    st.sampled_from(
        ["um", "the", "A", "red", "dog,", "Dog.", "left", "left.", "not", "two", "it\u2019s"]
    ),
    max_size=15,
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "clean", "added", "dropped"),
    [
        ("um a a red bucket", "A red bucket.", [], []),
        ("a red bucket", "A red bucket on sand.", ["sand"], []),
        ("a red, I mean a blue car", "A blue car.", [], ["red", "mean"]),
        ("there is a dog", "There is no dog.", ["no"], []),
        ("a dog under the table", "A dog on the table.", [], ["under"]),
        ("a dog and a cat", "A cat and a dog.", [], []),
        ("a dog", "Two dogs.", ["two", "dogs"], ["dog"]),
        ("", "", [], []),
    ],
)
def test_content_words_that_came_and_went_are_named(
    raw: str, clean: str, added: list[str], dropped: list[str]
) -> None:
    found = compare(raw, clean)

    assert (found.added, found.dropped) == (added, dropped)


def test_parts_read_as_both_texts() -> None:
    parts = compare("um a red, I mean a blue car", "A blue car.").parts

    assert [(part.kind, part.text, part.is_content) for part in parts] == [
        ("dropped", "um a red, I mean", True),
        ("same", "A blue car.", True),
    ]


@given(texts, texts)
def test_added_and_dropped_explain_every_difference(raw: str, clean: str) -> None:
    found = compare(raw, clean)
    had, has = Counter(content_words(raw)), Counter(content_words(clean))

    assert had + Counter(found.added) == has + Counter(found.dropped)
    assert not set(found.added) & set(found.dropped)
    shown = [part.text for part in found.parts if part.kind != "dropped"]
    assert " ".join(shown).split() == clean.split()
    said = [part.text for part in found.parts if part.kind != "added"]
    assert content_words(" ".join(said)) == content_words(raw)


def test_a_word_that_comes_again_and_again_between_others_costs_no_more() -> None:
    raw, clean = (" ".join(f"a {other}{at}" for at in range(600)) for other in "xy")
    began = time.process_time()

    found = compare(raw, clean)

    assert len([part for part in found.parts if part.kind == "same"]) == 600
    assert time.process_time() - began < 5  # seconds; it takes a tenth of one


@given(texts)
def test_the_rules_never_add_a_content_word(raw: str) -> None:
    assert compare(raw, clean_caption(raw)).added == []
