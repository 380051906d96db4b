"""A description that a synthesiser reads into the fake microphone, and the times of its nouns."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.signal import resample_poly

from tests.e2e.browser import BEFORE_S, RATE
from tests.synthesiser import RATE_HZ, Samples, speak

SILENT: Final = 0.01  # of full scale
PAUSE_S: Final = 0.35  # between two pieces
AFTER_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that end in the noun of one thing."""

    words: str
    thing: str

    @property
    def noun(self) -> str:
        return self.words.split()[-1].strip(".")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece as it is heard, in seconds from the moment the microphone is opened."""

    piece: Piece
    point_at_s: float  # halfway between the noun before and this one
    end_s: float


def read_aloud(pieces: Sequence[Piece]) -> tuple[Samples, list[Spoken]]:
    """Speak piece after piece; return the sound, (T,) float32 at 16 kHz, and when they are said."""
    sound, spoken, now_s = [_silence(BEFORE_S)], list[Spoken](), BEFORE_S
    for piece in pieces:
        said = _trimmed(speak(piece.words))
        end_s = now_s + said.size / RATE_HZ
        noun_s = end_s - _trimmed(speak(piece.noun)).size / RATE_HZ
        spoken.append(Spoken(piece, (now_s - PAUSE_S + noun_s) / 2, end_s))
        sound += [said, _silence(PAUSE_S)]
        now_s = end_s + PAUSE_S
    return np.concatenate([*sound, _silence(AFTER_S)]), spoken


def write_microphone(samples: Samples, wav: Path) -> None:
    """Let Chromium's fake microphone say this from the next time that it is opened."""
    played = resample_poly(samples, RATE // RATE_HZ, 1)
    with wave.open(str(wav), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(played, -1, 1) * 32_767).astype("<i2").tobytes())


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > SILENT)
    return samples[loud[0] : loud[-1] + 1]


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.float32)
