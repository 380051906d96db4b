"""The lists find what a description speaks of; the browser's tests read the same cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.speech import aspects
from engine.speech.aspects import find_aspects

CASES = json.loads(Path(__file__).with_name("aspects_cases.json").read_text("utf-8"))
LISTS = json.loads(Path(aspects.__file__).with_name("aspects.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES)
def test_a_text_answers_questions_and_fills_counters(case: Any) -> None:
    found = find_aspects(case["text"])

    assert found.counters == case["counters"]
    assert found.answered == case["answered"]


def test_lists_hold_what_a_text_can_match_each_once() -> None:
    assert len(LISTS["questions"]) == 7
    named = {name for needs in LISTS["questions"] for need in needs for name in need["of"]}
    assert named | set(LISTS["counters"]) == set(LISTS["words"])
    for name, phrases in LISTS["words"].items():
        assert len(set(phrases)) == len(phrases), name


@pytest.mark.parametrize("name", LISTS["counters"])
def test_every_phrase_of_a_counter_is_found(name: str) -> None:
    phrases = LISTS["words"][name]

    assert [find_aspects(phrase.upper()).counters[name] for phrase in phrases] == [
        [phrase] for phrase in phrases
    ]
