"""A word and the marks around it are told apart as one pattern would, but in linear time."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from engine.speech.punctuation import parted

PATTERN = re.compile(r"^([^\w]*)(.*?)([^\w]*)$", re.DOTALL)


@given(st.text(max_size=12) | st.text("a.-_'\n \u0301\u00e9\u0663", max_size=12))
def test_the_parts_are_what_the_pattern_finds(text: str) -> None:
    match = PATTERN.match(text)

    assert match is not None
    assert parted(text) == match.groups()


def test_marks_within_a_word_cost_no_more_than_others() -> None:
    text = "a" + "." * 200_000 + "a"
    began = time.process_time()

    assert parted(text) == ("", text, "")
    assert time.process_time() - began < 5
