"""Descriptions leave as rows that PixMo's readers know, with all that ours know besides."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.descriptions import (
    CaptionedMask,
    CaptionPart,
    CleanCaption,
    Description,
    LinkedPhrase,
    SpokenText,
    Take,
    read_descriptions,
    write_descriptions,
)
from engine.datasets.errors import DatasetError
from engine.speech.transcript import Word

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
number = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(0, 1000)


def several(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=2).map(tuple)


spoken = st.builds(
    SpokenText,
    id=text,
    maker=text,
    text=text,
    words=several(st.builds(Word, text, number, number, number)),
    phrases=several(st.builds(LinkedPhrase, whole, whole, several(text))),
)
descriptions = st.builds(
    Description,
    image_sha256=text,
    file_name=text,
    size_hw=st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    split=text,
    takes=several(
        st.builds(Take, text, text, st.none() | spoken, st.none() | spoken, st.none() | text)
    ),
    captions=several(
        st.builds(
            CleanCaption,
            text,
            text,
            several(st.builds(CaptionPart, st.none() | text, st.none() | text, text)),
        )
    ),
    masks=several(st.builds(CaptionedMask, text, st.none() | text, text, text, st.none() | text)),
)


def take(name: str, raw: str, corrected: str | None = None, mask: str | None = None) -> Take:
    made = corrected and SpokenText("c", name, corrected)
    return Take(f"take of {name}", name, SpokenText("r", "tiny.en", raw), made or None, mask)


def written(*rows: Description) -> bytes:
    out = io.BytesIO()
    assert write_descriptions(out, rows) == len(rows)
    return out.getvalue()


@given(st.lists(descriptions, max_size=2))
def test_what_was_written_is_read_back(rows: list[Description]) -> None:
    assert list(read_descriptions(io.BytesIO(written(*rows)))) == rows


def test_a_row_has_pixmos_fields_the_corrected_text_of_each_person_and_the_newest_caption() -> None:
    row = Description(
        "a" * 64,
        "kitchen/a cup.png",
        (4, 5),
        "train",
        takes=(
            *(take("ada", "uh a cub", "A cup."), take("bob", "it is red"), take("eve", "")),
            take("bob", "its handle", mask="a mask"),
        ),
        captions=(
            CleanCaption("1", "A cup.", (CaptionPart("ada", None, "A cup.", "b0071e"),)),
            CleanCaption("2", "A red cup.", (CaptionPart("bob", None, "A red cup."),)),
        ),
    )

    line = json.loads(written(row))

    assert line["image_url"] == "kitchen/a%20cup.png"
    assert line["caption"] == "A red cup."
    assert line["transcripts"] == ["A cup.", "it is red"]


@pytest.mark.parametrize("line", [b"[]", b"{}", b'{"size_hw": [0, 1]}', b"nothing"])
def test_a_line_that_is_none_is_named(line: bytes) -> None:
    with pytest.raises(DatasetError, match="line 1"):
        list(read_descriptions(io.BytesIO(line)))
