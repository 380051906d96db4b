"""Recordings of which stretches are read, so that nobody has to hold all of an hour. Light."""

from collections.abc import Sequence
from typing import Protocol

from engine.speech.silence import RATE_HZ, Span
from engine.speech.transcript import Audio


class Sound(Protocol):
    """A recording of any length, mono at 16 kHz."""

    size: int  # samples

    def read(self, start: int, end: int) -> Audio:
        """Return the samples from one to before another, and fewer at its end."""


class HeldSound:
    """A recording that is in memory already."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio
        self.size = audio.size

    def read(self, start: int, end: int) -> Audio:
        return self._audio[start:end]


class SilencedSound:
    """A recording in which nothing sounds during some spans; every time stays what it was."""

    def __init__(self, sound: Sound, spans: Sequence[Span]) -> None:
        self._sound = sound
        self._bounds = [(round(s.start_s * RATE_HZ), round(s.end_s * RATE_HZ)) for s in spans]
        self.size = sound.size

    def read(self, start: int, end: int) -> Audio:
        quiet = self._sound.read(start, end).copy()
        for first, last in self._bounds:
            quiet[max(first - start, 0) : max(last - start, 0)] = 0
        return quiet
