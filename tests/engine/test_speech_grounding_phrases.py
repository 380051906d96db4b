"""Noun phrases of a transcript, found offline and with their words' places."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.speech.grounding.names import is_same_name, may_name
from engine.speech.grounding.phrases import noun_phrases
from engine.speech.grounding.tagger import tag_english
from engine.speech.grounding.tokens import tokens_of
from engine.speech.transcript import MAX_WORDS
from tests.engine.grounding import NAMES, spoken

letters = st.sampled_from("DCJVRANSOX")
PATTERN = re.compile(r"D*(?:R(?=[RJC])|C|JA(?=J)|J|(?<=[DCJR])V(?=[JCVNS]))*[NS]+")
texts = st.lists(
    st.one_of(
        st.sampled_from(
            ["a", "the", "red", "cup,", "cups.", "dog's", "of", "and", "left", "-board", "two"]
        ),
        st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=6),
    ),
    max_size=25,
)


@pytest.mark.parametrize(
    ("said", "phrases"),
    [
        ("There is a red bucket on the table.", ["a red bucket", "the table"]),
        ("A big, red bucket stands behind the dog.", ["A big red bucket", "the dog"]),
        ("Three cups and a white plate.", ["Three cups", "a white plate"]),
        ("The dog's tail is brown.", ["The dog", "tail"]),
        ("A group of people in front of a parked car.", ["A group of people", "a parked car"]),
        ("A man wearing a black hat holds an umbrella.", ["A man", "a black hat", "an umbrella"]),
        ("In the background, on the left side, I can see a traffic light.", ["a traffic light"]),
        ("The picture shows a very small kitten sitting on a wooden chair.",
         ["a very small kitten", "a wooden chair"]),
        ("A black and white cat looks at the camera.", ["A black and white cat"]),
        ("Um, there are two, uh, two skateboards.", ["two skateboards"]),
        ("The skate -board is blue.", ["The skate-board"]),
        ("To the left of the plate there is a cup of coffee.",
         ["the plate", "a cup", "coffee"]),
    ],
)  # fmt: skip
def test_things_are_found_and_places_and_fillers_are_not(said: str, phrases: list[str]) -> None:
    found = noun_phrases(spoken(said), NAMES, tag_english)

    assert [phrase.text for phrase in found] == phrases


def test_a_group_names_what_it_is_of_and_a_pair_counts_two() -> None:
    people, shoes = noun_phrases(
        spoken("A group of people and a pair of shoes."), NAMES, tag_english
    )

    assert (people.noun, people.is_plural, people.count) == ("people", True, None)
    assert (shoes.noun, shoes.count) == ("shoes", 2)


def test_a_label_of_two_words_is_the_noun_and_a_label_is_never_a_verb() -> None:
    light, surf = noun_phrases(
        spoken("A green traffic light. A man surf."), [*NAMES, "surf"], tag_english
    )

    assert light.noun == "traffic light"
    assert surf.noun == "surf" or surf.text == "A man surf"


@given(texts, st.data())
@settings(max_examples=80, deadline=None)
def test_phrases_lie_in_order_apart_and_within_the_words(
    said: list[str], data: st.DataObject
) -> None:
    words = spoken(" ".join(said))

    def tag(sentence: object) -> str:
        return "".join(data.draw(letters) for _ in sentence)  # type: ignore[attr-defined]  # a list

    found = noun_phrases(words, NAMES, tag)

    bounds = [at for phrase in found for at in (phrase.first, phrase.end)]
    assert bounds == sorted(bounds)
    assert all(phrase.first < phrase.end <= len(words) for phrase in found)
    assert all(phrase.noun for phrase in found)


@given(texts)
@settings(max_examples=50, deadline=None)
def test_any_words_can_be_tagged_one_letter_each(said: list[str]) -> None:
    assert len(tag_english(said)) == len(said)


@given(st.text(letters, max_size=12))
def test_phrases_are_the_runs_that_lead_to_a_noun(kinds: str) -> None:
    words = spoken(" ".join(f"w{at}" for at in range(len(kinds))))

    found = noun_phrases(words, [], lambda _: kinds)

    places = [(phrase.first, phrase.end) for phrase in found]
    assert places == [match.span() for match in PATTERN.finditer(kinds)]


@pytest.mark.parametrize(("last", "nouns"), [("N", ["red bucket"]), ("X", [])])
def test_a_sentence_without_an_end_is_read_at_once(last: str, nouns: list[str]) -> None:
    words = spoken("red " * (MAX_WORDS - 1) + "bucket")
    began = time.process_time()

    found = noun_phrases(words, ["red bucket"], lambda said: "J" * (len(said) - 1) + last)

    assert [phrase.noun for phrase in found] == nouns
    assert time.process_time() - began < 20  # seconds; it takes one


@given(texts)
@settings(max_examples=80, deadline=None)
def test_every_word_that_says_something_is_in_one_token(said: list[str]) -> None:
    words = spoken(" ".join(said))

    covered = [at for token in tokens_of(words) for at in range(token.first, token.end)]

    assert len(covered) == len(set(covered))
    assert {at for at, word in enumerate(words) if any(c.isalnum() for c in word.text)} <= set(
        covered
    )


@pytest.mark.parametrize(
    ("noun", "label"),
    [
        ("cups", "cup"), ("Buses", "bus"), ("horses", "horse"), ("people", "person"),
        ("knives", "Knife"), ("traffic lights", "traffic light"), ("puppies", "puppy"),
        ("glass", "glasses"), ("woman", "person"), ("boys", "person"),
    ],
)  # fmt: skip
def test_a_noun_names_its_label_in_singular_and_plural(noun: str, label: str) -> None:
    assert may_name(noun, label)


@pytest.mark.parametrize(("a", "b"), [("cup", "cap"), ("light", "traffic light"), ("bus", "boss")])
def test_different_names_stay_different(a: str, b: str) -> None:
    assert not is_same_name(a, b)
