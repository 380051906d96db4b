"""Localized Narratives in JSON lines: what was said, when, and where the pointer was meanwhile.

The format of Pont-Tuset et al. 2020 (arXiv:1912.03098): one narrative a line; times in seconds of
the recording, places as shares of the image's width and height. The links to masks, which that
format does not have, stand beside its own fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from engine.canonical import canonical_json
from engine.speech.transcript import Word

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class GroundedPhrase:
    """The words `first` up to but not including `end`, and the masks that they speak of."""

    first: int
    end: int
    masks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Narrative:
    """One person's spoken description of one image."""

    dataset_id: str
    image_id: str
    annotator_id: str
    size_hw: tuple[int, int]
    caption: str
    words: Sequence[Word]
    trace: Sequence[Mapping[str, Any]]  # [{"t", "x", "y"}], seconds and image pixels
    phrases: Sequence[GroundedPhrase] = ()
    voice_recording: str | None = None  # its path beside the file; only with consent


def write_localized_narratives(out: BinaryIO, narratives: Iterable[Narrative]) -> int:
    """Stream narratives, one line each; return how many."""
    written = 0
    for narrative in narratives:
        out.write(canonical_json(_line(narrative)) + b"\n")
        written += 1
    return written


def _line(narrative: Narrative) -> dict[str, Any]:
    line: dict[str, Any] = {
        "dataset_id": narrative.dataset_id,
        "image_id": narrative.image_id,
        "annotator_id": narrative.annotator_id,
        "caption": narrative.caption,
        "timed_caption": [
            {"utterance": word.text, "start_time": word.start_s, "end_time": word.end_s}
            for word in narrative.words
        ],
        "traces": _traces(narrative),
        "phrases": [
            {"first": each.first, "end": each.end, "masks": list(each.masks)}
            for each in narrative.phrases
        ],
    }
    if narrative.voice_recording is not None:
        line["voice_recording"] = narrative.voice_recording
    return line


def _traces(narrative: Narrative) -> list[list[dict[str, float]]]:
    """Return the pointer as the format's list of strokes: one, as ours is never lifted."""
    height, width = narrative.size_hw
    points = [
        {
            "t": float(point["t"]),
            "x": round(point["x"] / width, _DIGITS),
            "y": round(point["y"] / height, _DIGITS),
        }
        for point in narrative.trace
    ]
    return [points] if points else []
