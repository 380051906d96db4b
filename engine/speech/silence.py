"""Where a recording holds sound, by energy: Whisper invents text on silence, so it is cut first."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.speech.transcript import Audio

RATE_HZ: Final = 16_000
_HOP: Final = 160  # samples: 10 ms a frame
_WINDOW_FRAMES: Final = 3
_FLOOR_DB: Final = -60.0  # below this even a quiet voice is not heard
_ABOVE_NOISE_DB: Final = 8.0
_BELOW_VOICE_DB: Final = 35.0
_LEAST_BELOW_VOICE_DB: Final = 12.0  # steady noise must not swallow the voice
_PADDING_S: Final = 0.3
_SHORTEST_S: Final = 0.06  # a click is no word


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording, in seconds."""

    start_s: float
    end_s: float


def sound_spans(audio: Audio) -> list[Span]:
    """Return the stretches with sound, in order, without padding."""
    level = _level_db(audio)
    if not level.size:
        return []
    noise, voice = np.percentile(level, [10, 98])
    threshold = max(
        _FLOOR_DB,
        min(max(noise + _ABOVE_NOISE_DB, voice - _BELOW_VOICE_DB), voice - _LEAST_BELOW_VOICE_DB),
    )
    edges = np.flatnonzero(np.diff(level > threshold, prepend=False, append=False))
    seconds = edges * _HOP / RATE_HZ
    return [
        Span(float(start), float(end))
        for start, end in zip(seconds[::2], seconds[1::2], strict=True)
        if end - start >= _SHORTEST_S
    ]


def padded(spans: list[Span], duration_s: float, padding_s: float = _PADDING_S) -> list[Span]:
    """Widen spans so that soft beginnings and ends stay; join those that then touch."""
    joined: list[Span] = []
    for span in spans:
        start, end = max(0.0, span.start_s - padding_s), min(duration_s, span.end_s + padding_s)
        if joined and start <= joined[-1].end_s:
            joined[-1] = Span(joined[-1].start_s, end)
        else:
            joined.append(Span(start, end))
    return joined


def after(spans: list[Span], start_s: float) -> list[Span]:
    """Keep what lies after a moment."""
    return [Span(max(span.start_s, start_s), span.end_s) for span in spans if span.end_s > start_s]


def quiet_spans(sounds: Sequence[Span], least_s: float) -> list[Span]:
    """Return the stretches of at least so many seconds between those with sound."""
    return [
        Span(left.end_s, right.start_s)
        for left, right in pairwise(sounds)
        if right.start_s - left.end_s >= least_s
    ]


class Cut:
    """A recording without its silences, and the way back from its clock to the recording's."""

    def __init__(self, audio: Audio, spans: list[Span]) -> None:
        bounds = [(round(s.start_s * RATE_HZ), round(s.end_s * RATE_HZ)) for s in spans]
        pieces = [audio[start:end] for start, end in bounds]
        self.audio: Audio = np.concatenate(pieces) if pieces else audio[:0]
        self._spans = spans
        lengths = [piece.size / RATE_HZ for piece in pieces]
        self._starts_s = np.concatenate(([0.0], np.cumsum(lengths)))[:-1]

    def restore(self, start_s: float, end_s: float) -> Span:
        """Return where a stretch of the cut lies in the recording, within one span."""
        middle = (start_s + end_s) / 2
        at = max(0, int(np.searchsorted(self._starts_s, middle, side="right")) - 1)
        span, shift = self._spans[at], self._spans[at].start_s - float(self._starts_s[at])
        start = min(max(start_s + shift, span.start_s), span.end_s)
        return Span(start, min(max(end_s + shift, start), span.end_s))


def _level_db(audio: Audio) -> npt.NDArray[np.float64]:
    """Return the loudness of each 10 ms, over 30 ms, in dB of full scale."""
    frames = audio[: audio.size // _HOP * _HOP].reshape(-1, _HOP).astype(np.float64)
    power = np.square(frames).mean(axis=1)
    if power.size >= _WINDOW_FRAMES:
        power = np.convolve(power, np.ones(_WINDOW_FRAMES) / _WINDOW_FRAMES, mode="same")
    return np.asarray(10 * np.log10(power + 1e-12))
