"""Narratives leave as Localized Narratives has them."""

import io
import json

from engine.datasets.localized_narratives import (
    GroundedPhrase,
    Narrative,
    write_localized_narratives,
)
from engine.speech.transcript import Word


def narrative(**changes: object) -> Narrative:
    given: dict[str, object] = {
        "dataset_id": "Cells",
        "image_id": "a" * 64,
        "annotator_id": "3",
        "size_hw": (100, 200),
        "caption": "A red bucket.",
        "words": [Word("A", 0.0, 0.1, 0.9), Word("red", 0.2, 0.4, 0.9), Word("bucket.", 0.5, 1, 1)],
        "trace": [{"t": 0.25, "x": 50.0, "y": 25.0, "kind": "move"}],
        "phrases": [GroundedPhrase(0, 3, ["m"])],
    }
    return Narrative(**(given | changes))  # type: ignore[arg-type]  # checked by the class


def test_a_line_holds_the_words_times_and_the_pointer_as_shares_of_the_image() -> None:
    out = io.BytesIO()

    written = write_localized_narratives(out, [narrative(), narrative(trace=[], words=[])])

    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert written == 2
    assert first["timed_caption"][1] == {"utterance": "red", "start_time": 0.2, "end_time": 0.4}
    assert first["traces"] == [[{"t": 0.25, "x": 0.25, "y": 0.25}]]
    assert first["phrases"] == [{"first": 0, "end": 3, "masks": ["m"]}]
    assert (second["traces"], second["timed_caption"]) == ([], [])


def test_a_voice_is_named_only_where_it_goes_along() -> None:
    out = io.BytesIO()

    write_localized_narratives(out, [narrative(), narrative(voice_recording="voices/1.webm")])

    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert "voice_recording" not in first
    assert second["voice_recording"] == "voices/1.webm"
