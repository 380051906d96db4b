"""Speech without words, and a transcriber that hears it at once."""

from collections.abc import Sequence

import numpy as np

from engine.speech.silence import RATE_HZ, after, sound_spans
from engine.speech.transcript import Audio, Dropped, RawTranscript, Word


class Listener:
    """Hears each second of sound as one word, named by its second."""

    model = "listener"

    def __init__(self) -> None:
        self.heard_s = 0.0

    def transcribe(
        self, audio: Audio, *, from_s: float = 0.0, vocabulary: Sequence[str] = ()
    ) -> RawTranscript:
        assert not isinstance(vocabulary, str)
        self.heard_s += audio.size / RATE_HZ - from_s
        words = [
            Word(f"w{second}", float(second), second + 0.95, 0.9)
            for span in after(sound_spans(audio), from_s)
            for second in range(round(span.start_s), round(span.end_s))
        ]
        dropped = [Dropped("bye", "no speech", from_s, from_s + 0.1)]
        return RawTranscript(" ".join(w.text for w in words), words, dropped, self.model)


def spoken(pattern: str) -> Audio:
    """Make a second of sound of each `x`, and of silence of each `.`."""
    noise = np.random.default_rng(0).normal(0, 0.1, len(pattern) * RATE_HZ)
    loud = np.repeat([mark == "x" for mark in pattern], RATE_HZ)
    return np.where(loud, noise, 0).astype(np.float32)
