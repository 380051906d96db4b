"""Narratives leave as Localized Narratives has them, and are read back."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.localized_narratives import (
    Narrative,
    TracePoint,
    Utterance,
    read_localized_narratives,
    strokes,
    write_localized_narratives,
)

# The fields of the published files and their loader, which takes a line with these alone:
# github.com/google/localized-narratives, localized_narratives.py.
PUBLISHED = {
    "dataset_id": str,
    "image_id": str,
    "annotator_id": int,
    "caption": str,
    "timed_caption": list,
    "traces": list,
    "voice_recording": str,
}
NARRATIVE = Narrative(
    dataset_id="Cells",
    image_id="a" * 64,
    annotator_id=3,
    caption="A red bucket.",
    utterances=(Utterance("A", 0.0, 0.1), Utterance("red", 0.2, 0.4, ("m",))),
    traces=strokes([{"t": 0.25, "x": 50.0, "y": 25.0, "kind": "move"}], (100, 200)),
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
number = st.floats(allow_nan=False, allow_infinity=False)
narratives = st.builds(
    Narrative,
    dataset_id=text,
    image_id=text,
    annotator_id=st.integers(0, 2**31),
    caption=text,
    utterances=st.lists(
        st.builds(Utterance, text, number, number, st.lists(text, max_size=2).map(tuple)),
        max_size=4,
    ).map(tuple),
    traces=st.lists(
        st.lists(st.builds(TracePoint, number, number, number), max_size=3).map(tuple), max_size=2
    ).map(tuple),
    voice_recording=text,
)


def written(*several: Narrative) -> bytes:
    out = io.BytesIO()
    assert write_localized_narratives(out, several) == len(several)
    return out.getvalue()


@given(st.lists(narratives, max_size=3))
def test_what_was_written_is_read_back(several: list[Narrative]) -> None:
    assert list(read_localized_narratives(io.BytesIO(written(*several)))) == several


def test_a_line_has_the_published_fields_and_no_other() -> None:
    silent = replace(NARRATIVE, utterances=(), traces=())

    for line in written(NARRATIVE, silent).splitlines():
        row = json.loads(line)
        assert {name: type(value) for name, value in row.items()} == PUBLISHED


def test_words_have_times_and_masks_and_the_pointer_is_told_in_shares_of_the_image() -> None:
    line = json.loads(written(NARRATIVE))

    assert line["timed_caption"] == [
        {"utterance": "A", "start_time": 0.0, "end_time": 0.1},
        {"utterance": "red", "start_time": 0.2, "end_time": 0.4, "masks": ["m"]},
    ]
    assert line["traces"] == [[{"t": 0.25, "x": 0.25, "y": 0.25}]]


def test_a_line_as_it_was_published_is_read() -> None:
    line = {
        "dataset_id": "mscoco_val2017",
        "image_id": "137576",
        "annotator_id": 93,
        "caption": "In this image there are group of cows standing.",
        "timed_caption": [{"utterance": "In this", "start_time": 0.0, "end_time": 0.4}],
        "traces": [[{"x": 0.2086, "y": -0.0533, "t": 0.022}], []],
        "voice_recording": "coco_val/coco_val_137576_93.ogg",
    }

    [narrative] = read_localized_narratives(io.BytesIO(json.dumps(line).encode()))

    assert narrative.utterances == (Utterance("In this", 0.0, 0.4),)
    assert narrative.traces == ((TracePoint(0.022, 0.2086, -0.0533),), ())


@pytest.mark.parametrize("line", [b"[]", b"{", b'{"caption": "a"}', b'{"caption": NaN}'])
def test_a_line_that_is_none_is_named(line: bytes) -> None:
    with pytest.raises(DatasetError, match="line 2"):
        list(read_localized_narratives(io.BytesIO(written(NARRATIVE) + line)))
