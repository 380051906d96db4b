"""What a transcriber returns. Light: no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

MAX_WORDS: Final = 40_000  # of a take; two hours of fast speech are some 25,000
MAX_WORD_CHARACTERS: Final = 200
Audio = npt.NDArray[np.float32]  # (T,) mono at 16 kHz, within [-1, 1]


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word with its punctuation, on the recording's own clock."""

    text: str
    start_s: float
    end_s: float
    probability: float  # the model's own, 0 to 1


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text that the model gave and nobody said."""

    text: str
    reason: str  # "loop", "silence", "no speech" or "vocabulary"
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class RawTranscript:
    """The words as heard, before anyone corrects them."""

    text: str
    words: list[Word]
    dropped: list[Dropped]
    model: str


class Transcriber(Protocol):
    """Anything that hears words with times."""

    model: str

    def transcribe(
        self, audio: Audio, *, from_s: float = 0.0, vocabulary: Sequence[str] = ()
    ) -> RawTranscript: ...
