"""What people said, as a second table beside the images of a Hugging Face dataset.

A row for each take, which names its image by the sha256 of its file. Only who loads `voices` by
name fetches the sound: see https://huggingface.co/docs/datasets/en/repository_structure.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from engine.datasets.files import Out
from engine.datasets.formats.huggingface_features import AUDIO, TRACE, VOICES, voice_features
from engine.datasets.formats.parquet_table import Row, Table, WrittenFile, write_table
from engine.datasets.localized_narratives import Narrative
from engine.datasets.voices import Voice, Voices

_POINT_BYTES: Final = 200  # of a trace, as Python's own values


def write_voices(voices: Voices, out: Out) -> list[WrittenFile]:
    """Write `voices/SPLIT-00000-of-0000N.parquet` and so on; sounds are loaded one at a time."""
    table = Table(
        VOICES,
        voice_features(),
        items=voices,
        split_of=lambda voice: voice.split,
        weight_of=lambda voice: voice.weight,
        row_of=_row,
        bytes_of=_bytes_of,
    )
    return write_table(table, out)


def _row(voice: Voice) -> Row:
    told, sound = voice.narrative, voice.load()
    return {
        AUDIO: None if sound is None else {"bytes": sound.data, "path": sound.name},
        "text": told.caption,
        "utterances": [
            {
                "text": each.text,
                "start_s": each.start_s,
                "end_s": each.end_s,
                "masks": list(each.masks),
            }
            for each in told.utterances
        ],
        TRACE: list(_points(told)),
        "speaker": told.annotator_id,
        "speaker_name": voice.speaker,
        "recording": voice.recording,
        "recorded_at": voice.recorded_at,
        "mask": voice.mask,
        "maker": voice.maker,
        "is_corrected": voice.is_corrected,
        "phrases": [
            {"first": each.first, "end": each.end, "masks": list(each.masks)}
            for each in voice.phrases
        ],
        "image_sha256": told.image_id,
        "split": voice.split,
    }


def _points(told: Narrative) -> Iterator[Row]:
    for point in chain.from_iterable(told.traces):
        yield {"t": point.t, "x": point.x, "y": point.y}


def _bytes_of(row: Row) -> int:
    audio, trace = row[AUDIO], row[TRACE]
    held = len(audio["bytes"]) if isinstance(audio, dict) else 0
    return held + _POINT_BYTES * (len(trace) if isinstance(trace, list) else 0)
