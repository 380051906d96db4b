"""Read what people said from the table that `huggingface_voices` writes, beside the images.

Rows are kept on the disk until their image comes: files may have them in any order, and memory does
not grow with them. Sounds stay where they are until somebody asks for them.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final, NamedTuple
from weakref import finalize

from engine.datasets.bounds import FAR
from engine.datasets.descriptions import LinkedPhrase
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_list, checked_text, placed
from engine.datasets.formats.fields import number_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.huggingface_features import AUDIO, TRACE
from engine.datasets.formats.parquet_file import Files, ParquetRows, Place
from engine.datasets.localized_narratives import Narrative, TracePoint, Utterance
from engine.datasets.sample import NO_SIZE, Sample
from engine.datasets.texts_on_disk import open_nameless, spelt
from engine.datasets.voices import LARGEST_SOUND_BYTES, Sound, Voice
from engine.speech.clean import MAX_CHARACTERS
from engine.speech.grounding.pointer import MAX_POINTS

_TEXTS: Final = ("text", "speaker_name", "recording", "recorded_at", "mask", "maker")
_COLUMNS: Final = (
    *_TEXTS,
    *("utterances", TRACE, "speaker", "is_corrected", "phrases", "image_sha256", "split"),
    f"{AUDIO}.path",
)
_TABLES: Final = """
CREATE TABLE voice (
    number INTEGER PRIMARY KEY,
    image TEXT NOT NULL,
    row TEXT NOT NULL,
    is_met INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX voice_by_image ON voice (image);
"""


class _Kept(NamedTuple):
    """A row as it waits on the disk."""

    told: dict[str, Any]  # a Voice, as JSON
    sound: tuple[str, str, int, int] | None  # its name; its file, group and row there


class VoicesRead:
    """All takes of a dataset, by the sha256 of their images."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sounds = Files()
        self._files: dict[str, ParquetRows] = {}
        self._database = open_nameless(_TABLES)
        finalize(self, self._database.close)

    def add(self, name: str, report: Report) -> None:
        """Keep the rows of a file; one that is none is told."""
        file = self._opened(name)
        try:
            for number, (place, fields) in enumerate(file.rows(_COLUMNS)):
                try:
                    image, kept = _kept(fields, (name, place.group, place.row))
                except ValueError as error:
                    report(placed(error, file=name, field="row", index=number))
                else:
                    self._database.execute(
                        "INSERT INTO voice (image, row) VALUES (?, ?)", (image, spelt(kept))
                    )
        except DatasetError as problem:  # of the file as a whole: what came before it is kept
            report(problem)

    def beside(self, samples: Callable[[], Iterator[Sample]]) -> Iterator[Sample]:
        """Yield images with what was said of them, then those of which that is all there is."""
        self._database.execute("UPDATE voice SET is_met = 0")
        for sample in samples():
            voices = self._of(sample.sha256) if sample.sha256 else ()
            yield replace(sample, voices=voices) if voices else sample
        rest = "SELECT DISTINCT image FROM voice WHERE is_met = 0 ORDER BY image"
        for (sha256,) in self._database.execute(rest).fetchall():
            yield Sample(sha256, NO_SIZE, sha256=sha256, voices=self._of(sha256))

    def _of(self, sha256: str) -> tuple[Voice, ...]:
        self._database.execute("UPDATE voice SET is_met = 1 WHERE image = ?", (sha256,))
        rows = self._database.execute(
            "SELECT row FROM voice WHERE image = ? ORDER BY number", (sha256,)
        )
        return tuple(self._voice(_Kept(*json.loads(row))) for (row,) in rows)

    def _voice(self, kept: _Kept) -> Voice:
        told = kept.told
        narrative = Narrative(
            **told.pop("narrative"),
            utterances=tuple(_utterance(each) for each in told.pop("utterances")),
            traces=tuple(
                tuple(TracePoint(**point) for point in stroke) for stroke in told.pop("traces")
            ),
        )
        phrases = tuple(
            LinkedPhrase(each["first"], each["end"], tuple(each["masks"]))
            for each in told.pop("phrases")
        )
        if kept.sound is None:
            return Voice(narrative=narrative, phrases=phrases, weight=0, load=_silence, **told)
        sound_name, name, group, row = kept.sound
        load = partial(_load, self._opened(name), Place(group, row), sound_name)
        return Voice(narrative=narrative, phrases=phrases, weight=1, load=load, **told)

    def _opened(self, name: str) -> ParquetRows:
        if name not in self._files:
            self._files[name] = ParquetRows(self._source, name, self._sounds, AUDIO)
        return self._files[name]


def read_voices(source: Source, names: Sequence[str], report: Report) -> VoicesRead:
    """Go through files of takes once; their sounds are read when they are asked for."""
    voices = VoicesRead(source)
    for name in names:
        voices.add(name, report)
    return voices


def _silence() -> None:
    return None


def _load(file: ParquetRows, place: Place, name: str) -> Sound:
    """Return a take's sound.

    Raises:
        DatasetError: the file is broken, or the sound is larger than ours are in a table.

    """
    data = file.file(place)
    if len(data) > LARGEST_SOUND_BYTES:
        fault = f"the sound {name} is over {LARGEST_SOUND_BYTES >> 20} MiB"
        raise DatasetError(fault, file=file.name)
    return Sound(name, data)


def _kept(fields: Fields, place: tuple[str, int, int]) -> tuple[str, _Kept]:
    """Check a row, and return its image and how it is kept.

    Raises:
        DatasetError: it tells no take.

    """
    image = checked_text(fields.get("image_sha256"))
    recording = checked_text(fields.get("recording"))
    if not image or not recording:
        raise DatasetError("a take has an id (recording) and an image (image_sha256)")
    text = checked_text(fields.get("text"))
    if len(text) > MAX_CHARACTERS:
        raise DatasetError(f"the text of a take has at most {MAX_CHARACTERS} characters")
    speaker = fields.get("speaker")
    words = [_checked_utterance(each) for each in checked_list(fields.get("utterances"), "words")]
    traced = checked_list(fields.get(TRACE) or [], TRACE)
    if len(traced) > MAX_POINTS:
        raise DatasetError(f"the trace of a take has at most {MAX_POINTS} points")
    stroke = [_checked_point(each) for each in traced]
    phrases = checked_list(fields.get("phrases") or [], "phrases")
    told = {
        "recording": recording,
        "split": _text_or_none(fields.get("split")),
        "speaker": _text_or_none(fields.get("speaker_name")) or "",
        "mask": _text_or_none(fields.get("mask")),
        "maker": _text_or_none(fields.get("maker")) or "",
        "is_corrected": fields.get("is_corrected") is True,
        "recorded_at": _text_or_none(fields.get("recorded_at")) or "",
        "narrative": {
            "dataset_id": "",
            "image_id": image,
            "annotator_id": speaker if type(speaker) is int else 0,
            "caption": text,
        },
        "utterances": [asdict(each) for each in words],
        "traces": [[asdict(point) for point in stroke]] if stroke else [],
        "phrases": [asdict(_checked_phrase(each, len(words))) for each in phrases],
    }
    audio = fields.get(AUDIO)
    name = audio.get("path") if isinstance(audio, dict) else None
    return image, _Kept(told, None if name is None else (checked_text(name), *place))


def _checked_utterance(value: object) -> Utterance:
    fields = _fields(value)
    start_s, end_s = _seconds(fields.get("start_s")), _seconds(fields.get("end_s"))
    if end_s < start_s:
        raise DatasetError("a word must not end before it starts")
    return Utterance(checked_text(fields.get("text")), start_s, end_s, _ids(fields.get("masks")))


def _utterance(told: Fields) -> Utterance:
    return Utterance(**{**told, "masks": tuple(told["masks"])})  # type: ignore[arg-type]  # as kept


def _checked_point(value: object) -> TracePoint:
    fields = _fields(value)
    x, y = number_of(fields.get("x")), number_of(fields.get("y"))
    if x is None or y is None:
        raise DatasetError("a point of a trace must have t, x and y")
    return TracePoint(_seconds(fields.get("t")), x, y)


def _checked_phrase(value: object, words: int) -> LinkedPhrase:
    fields = _fields(value)
    first, end = fields.get("first"), fields.get("end")
    if type(first) is not int or type(end) is not int or not 0 <= first < end <= words:
        raise DatasetError(f"a phrase must be some of the {words} words")
    return LinkedPhrase(first, end, _ids(fields.get("masks")))


def _fields(value: object) -> Fields:
    if not isinstance(value, dict):
        raise DatasetError("words, points and phrases must be objects")
    return value


def _ids(value: object) -> tuple[str, ...]:
    return tuple(checked_text(each) for each in checked_list(value or [], "masks"))


def _seconds(value: object) -> float:
    seconds = number_of(value)
    if seconds is None or not 0 <= seconds < FAR:
        raise DatasetError("times must be seconds from the beginning")
    return seconds


def _text_or_none(value: object) -> str | None:
    return None if value is None else checked_text(value)
