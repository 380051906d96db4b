"""Read what people said from the table that `huggingface_voices` writes, beside the images.

Rows are kept on the disk until their image comes: files may have them in any order, and memory does
not grow with them. Sounds stay where they are until somebody asks for them.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias
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
from engine.speech.transcript import MAX_WORD_CHARACTERS, MAX_WORDS

MAX_ID: Final = 200  # characters of an id or a name
MAX_TAKES: Final = 1000  # of an image
MAX_IMAGE_BYTES: Final = 2**26  # of an image's takes as kept, which are all read at once
MAX_KEPT_BYTES: Final = 2**33  # of all
_SHORT: Final = ("speaker_name", "recording", "recorded_at", "mask", "maker", "split")
_COLUMNS: Final = (
    *_SHORT,
    *("text", "utterances", TRACE, "speaker", "is_corrected", "phrases", "image_sha256"),
    f"{AUDIO}.path",
)
_SHA256: Final = re.compile("[0-9a-f]{64}")
_TABLES: Final = """
CREATE TABLE voice (
    number INTEGER PRIMARY KEY,
    image TEXT NOT NULL,
    row TEXT NOT NULL,
    is_met INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX voice_by_image ON voice (image);
"""
_Trace: TypeAlias = list[tuple[float, float, float]]  # t, x, y


class _Kept(NamedTuple):
    """A row as it waits on the disk, as JSON."""

    told: dict[str, Any]  # the fields of a Voice that are as they are
    caption: str
    annotator: int
    words: list[tuple[str, float, float, tuple[str, ...]]]
    trace: _Trace
    phrases: list[tuple[int, int, tuple[str, ...]]]
    sound: tuple[str, str, int, int] | None  # its name; its file, group and row there


class VoicesRead:
    """All takes of a dataset, by the sha256 of their images. They are gone through when asked."""

    def __init__(self, source: Source, names: Sequence[str], report: Report) -> None:
        self._sounds = Files()
        self._files = {name: ParquetRows(source, name, self._sounds, AUDIO) for name in names}
        self._report = report
        self._is_read = False
        self._bytes = 0
        self._database = open_nameless(_TABLES)
        finalize(self, self._database.close)

    def beside(self, samples: Callable[[], Iterator[Sample]]) -> Iterator[Sample]:
        """Yield images with what was said of them, then those of which that is all there is."""
        if not self._is_read:
            for file in self._files.values():
                self._read(file)
            self._is_read = True
        self._database.execute("UPDATE voice SET is_met = 0")
        for sample in samples():
            voices = self._of(sample.sha256) if sample.sha256 else ()
            yield replace(sample, voices=voices) if voices else sample
        rest = "SELECT image FROM voice WHERE is_met = 0 ORDER BY image LIMIT 1"
        while left := self._database.execute(rest).fetchone():
            [sha256] = left
            yield Sample(sha256, NO_SIZE, sha256=sha256, voices=self._of(sha256))

    def _read(self, file: ParquetRows) -> None:
        """Keep the rows of a file; one that tells no take is told."""
        try:
            for number, (place, fields) in enumerate(file.rows(_COLUMNS)):
                try:
                    self._keep(*_kept(fields, (file.name, place.group, place.row)))
                except ValueError as error:
                    self._report(placed(error, file=file.name, field="row", index=number))
        except DatasetError as problem:  # of the file as a whole: what came before it is kept
            self._report(problem)

    def _keep(self, image: str, kept: _Kept) -> None:
        row = spelt(kept)
        counted = "SELECT count(*), coalesce(sum(length(row)), 0) FROM voice WHERE image = ?"
        takes, of_image = self._database.execute(counted, (image,)).fetchone()
        if takes >= MAX_TAKES or of_image + len(row) > MAX_IMAGE_BYTES:
            raise DatasetError("its image has more takes than are read")
        if self._bytes + len(row) > MAX_KEPT_BYTES:
            raise DatasetError("there are more takes than are read")
        self._bytes += len(row)
        self._database.execute("INSERT INTO voice (image, row) VALUES (?, ?)", (image, row))

    def _of(self, sha256: str) -> tuple[Voice, ...]:
        self._database.execute("UPDATE voice SET is_met = 1 WHERE image = ?", (sha256,))
        rows = self._database.execute(
            "SELECT row FROM voice WHERE image = ? ORDER BY number", (sha256,)
        )
        return tuple(self._voice(sha256, _Kept(*json.loads(row))) for (row,) in rows)

    def _voice(self, sha256: str, kept: _Kept) -> Voice:
        narrative = Narrative(
            dataset_id="",
            image_id=sha256,
            annotator_id=kept.annotator,
            caption=kept.caption,
            utterances=tuple(
                Utterance(text, start_s, end_s, tuple(masks))
                for text, start_s, end_s, masks in kept.words
            ),
            traces=(tuple(TracePoint(*point) for point in kept.trace),) if kept.trace else (),
        )
        phrases = tuple(LinkedPhrase(first, end, tuple(ids)) for first, end, ids in kept.phrases)
        load: Callable[[], Sound | None] = _silence
        if kept.sound is not None:
            name, file, group, row = kept.sound
            load = partial(_load, self._files[file], Place(group, row), name)
        weight = int(kept.sound is not None)
        return Voice(narrative=narrative, phrases=phrases, weight=weight, load=load, **kept.told)


def _silence() -> None:
    return None


def _load(file: ParquetRows, place: Place, name: str) -> Sound:
    """Return a take's sound.

    Raises:
        DatasetError: the file is broken, or the sound is larger than ours are in a table.

    """
    data = file.read_file(place)
    if len(data) > LARGEST_SOUND_BYTES:
        fault = f"the sound {name} is over {LARGEST_SOUND_BYTES >> 20} MiB"
        raise DatasetError(fault, file=file.name)
    return Sound(name, data)


def _kept(fields: Fields, place: tuple[str, int, int]) -> tuple[str, _Kept]:
    """Check a row, and return its image and how it is kept.

    Raises:
        DatasetError: it tells no take.

    """
    short = {key: _short(fields, key) for key in _SHORT}
    image = fields.get("image_sha256")
    if not short["recording"] or not isinstance(image, str) or not _SHA256.fullmatch(image):
        raise DatasetError("a take has an id (recording) and an image (image_sha256)")
    text = checked_text(fields.get("text"))
    if len(text) > MAX_CHARACTERS:
        raise DatasetError(f"the text of a take has at most {MAX_CHARACTERS} characters")
    words = [_word(each) for each in _listed(fields, "utterances", MAX_WORDS)]
    audio, speaker = fields.get(AUDIO), fields.get("speaker")
    return image, _Kept(
        {
            "recording": short["recording"],
            "split": short["split"] or None,
            "speaker": short["speaker_name"],
            "mask": short["mask"] or None,
            "maker": short["maker"],
            "is_corrected": fields.get("is_corrected") is True,
            "recorded_at": short["recorded_at"],
        },
        text,
        speaker if type(speaker) is int else 0,
        words,
        [_point(each) for each in _listed(fields, TRACE, MAX_POINTS)],
        list(_phrases(_listed(fields, "phrases", MAX_WORDS), len(words) or len(text.split()))),
        (_short(audio, "path"), *place) if isinstance(audio, dict) else None,
    )


def _short(fields: Fields, key: str) -> str:
    """Return an id or a name, "" where there is none."""
    value = fields.get(key)
    text = "" if value is None else checked_text(value)
    if len(text) > MAX_ID:
        raise DatasetError(f"{key} has at most {MAX_ID} characters")
    return text


def _listed(fields: Fields, key: str, most: int) -> list[object]:
    found = checked_list(fields.get(key) or [], key)
    if len(found) > most:
        raise DatasetError(f"{key} of a take has at most {most} entries")
    return found


def _word(value: object) -> tuple[str, float, float, tuple[str, ...]]:
    fields = _fields(value)
    text = checked_text(fields.get("text"))
    if len(text) > MAX_WORD_CHARACTERS:
        raise DatasetError(f"a word has at most {MAX_WORD_CHARACTERS} characters")
    start_s, end_s = _seconds(fields.get("start_s")), _seconds(fields.get("end_s"))
    return text, start_s, end_s, _ids(fields)


def _point(value: object) -> tuple[float, float, float]:
    fields = _fields(value)
    x, y = number_of(fields.get("x")), number_of(fields.get("y"))
    if x is None or y is None:
        raise DatasetError("a point of a trace must have t, x and y")
    return _seconds(fields.get("t")), x, y


def _phrases(found: Sequence[object], words: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield phrases, of which each begins where the one before it has ended, or later."""
    at = 0
    for value in found:
        fields = _fields(value)
        first, end = fields.get("first"), fields.get("end")
        if type(first) is not int or type(end) is not int or not at <= first < end <= words:
            raise DatasetError(f"phrases must be some of the {words} words, one after another")
        yield first, end, _ids(fields)
        at = end


def _fields(value: object) -> Fields:
    if not isinstance(value, dict):
        raise DatasetError("words, points and phrases must be objects")
    return value


def _ids(fields: Fields) -> tuple[str, ...]:
    ids = tuple(checked_text(each) for each in _listed(fields, "masks", MAX_TAKES))
    if any(len(each) > MAX_ID for each in ids):
        raise DatasetError(f"the id of a mask has at most {MAX_ID} characters")
    return ids


def _seconds(value: object) -> float:
    seconds = number_of(value)
    if seconds is None or not 0 <= seconds < FAR:
        raise DatasetError("times must be seconds from the beginning")
    return seconds
