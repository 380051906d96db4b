"""Localized Narratives in JSON lines: what was said, when, and where the pointer was meanwhile.

The format of Pont-Tuset et al. 2020 (arXiv:1912.03098): one narrative a line; times in seconds of
the recording, places as shares of the image's width and height. Their published loader takes a line
with exactly these seven fields, so all are there, and ours hides nothing beside them: an utterance
names the masks that it speaks of, as the loader hands utterances through as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.json_lines import iter_objects

NARRATIVES_FILE: Final = "localized_narratives.jsonl"  # in an export
_DIGITS: Final = 4  # of a share: a tenth of a pixel in an image of 1000
_NUMBER: Final = (int, float)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A word, or a few, and the masks that a person linked to it."""

    text: str
    start_s: float
    end_s: float
    masks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TracePoint:
    """Where the pointer was. Shares of the image; outside of it they leave 0 to 1."""

    t: float  # seconds
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Narrative:
    """One person's spoken description of one image."""

    dataset_id: str
    image_id: str
    annotator_id: int
    caption: str
    utterances: tuple[Utterance, ...]
    traces: tuple[tuple[TracePoint, ...], ...]  # strokes; ours is never lifted, and is one
    voice_recording: str = ""  # its path beside the file, where it goes along


def write_localized_narratives(out: BinaryIO, narratives: Iterable[Narrative]) -> int:
    """Stream narratives, one line each; return how many."""
    written = 0
    for narrative in narratives:
        out.write(canonical_json(_line(narrative)) + b"\n")
        written += 1
    return written


def read_localized_narratives(file: BinaryIO) -> Iterator[Narrative]:
    """Yield narratives, of ours or as they were published. Raise DatasetError naming the line."""
    for number, line in iter_objects(file):
        try:
            yield _narrative(line)
        except (KeyError, TypeError, ValueError) as error:
            fault = f"is no narrative: {type(error).__name__} {error}"
            raise DatasetError(fault, index=number) from None


def strokes(
    trace: Iterable[Mapping[str, Any]], size_hw: tuple[int, int]
) -> tuple[tuple[TracePoint, ...], ...]:
    """Turn points in image pixels to shares of the image: one stroke, or none."""
    height, width = size_hw
    points = tuple(
        TracePoint(
            float(point["t"]),
            round(point["x"] / width, _DIGITS),
            round(point["y"] / height, _DIGITS),
        )
        for point in trace
    )
    return (points,) if points else ()


def _line(narrative: Narrative) -> dict[str, Any]:
    return {
        "dataset_id": narrative.dataset_id,
        "image_id": narrative.image_id,
        "annotator_id": narrative.annotator_id,
        "caption": narrative.caption,
        "timed_caption": [_timed(each) for each in narrative.utterances],
        "traces": [
            [{"t": point.t, "x": point.x, "y": point.y} for point in stroke]
            for stroke in narrative.traces
        ],
        "voice_recording": narrative.voice_recording,
    }


def _timed(said: Utterance) -> dict[str, Any]:
    timed = {"utterance": said.text, "start_time": said.start_s, "end_time": said.end_s}
    return timed | ({"masks": list(said.masks)} if said.masks else {})


def _narrative(line: Mapping[str, Any]) -> Narrative:
    return Narrative(
        dataset_id=_text(line["dataset_id"]),
        image_id=_text(line["image_id"]),
        annotator_id=int(line["annotator_id"]),
        caption=_text(line["caption"]),
        utterances=tuple(_utterance(each) for each in line["timed_caption"]),
        traces=tuple(tuple(_point(each) for each in stroke) for stroke in line["traces"]),
        voice_recording=_text(line["voice_recording"]),
    )


def _utterance(timed: Mapping[str, Any]) -> Utterance:
    masks: Sequence[Any] = timed.get("masks", ())
    return Utterance(
        _text(timed["utterance"]),
        _number(timed["start_time"]),
        _number(timed["end_time"]),
        tuple(_text(mask) for mask in masks),
    )


def _point(point: Mapping[str, Any]) -> TracePoint:
    return TracePoint(_number(point["t"]), _number(point["x"]), _number(point["y"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is not text")
    return value


def _number(value: object) -> float:
    if type(value) not in _NUMBER:
        raise TypeError(f"{value!r:.60} is not a number")
    return float(value)  # type: ignore[arg-type]  # one of _NUMBER
