"""A folder of speech whose words are known: `transcripts.csv` beside its clips."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.media.audio import RATE_HZ, decode_audio
from engine.media.errors import MediaError
from engine.speech.transcript import Audio


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is said in it."""

    file: str
    speaker: str
    text: str
    audio: Audio

    @property
    def duration_s(self) -> float:
        return self.audio.size / RATE_HZ


def read_clips(folder: Path) -> Iterator[Clip]:
    """Decode the clips whose words are known.

    Raises:
        ValueError: the table lacks a column, or a clip cannot be decoded.

    """
    with (folder / "transcripts.csv").open(newline="") as file:
        table = csv.DictReader(file)
        missing = {"file", "text", "speaker"} - set(table.fieldnames or ())
        if missing:
            raise ValueError(f"{folder}/transcripts.csv has no column {', '.join(sorted(missing))}")
        for row in table:
            if row["text"].strip():
                try:
                    audio = decode_audio((folder / row["file"]).read_bytes())
                except MediaError as error:
                    raise ValueError(f"{row['file']}: {error}") from error
                yield Clip(row["file"], row["speaker"], row["text"], audio)


def surrounded(audio: Audio, padding_s: float, level: float) -> Audio:
    """Put so much before and after a clip: white noise of this deviation, 0 for silence."""
    length = round(padding_s * RATE_HZ)
    noise = np.random.default_rng(0).normal(0, level, 2 * length).astype(np.float32)
    return np.concatenate((noise[:length], audio, noise[length:]))
