"""Hear a take while it is spoken: what lies before a pause is settled and never heard again.

So a pass costs what the last seconds cost, however long the take is, and little is left to do once
the person stops. Light: the network is the transcriber's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from engine.speech.silence import RATE_HZ, Span, after, quiet_spans, sound_spans
from engine.speech.transcript import Audio, Dropped, Transcriber, Word

# Whisper hears thirty seconds at once and needs some of them: short pieces are heard worse, and
# long ones are heard again too often.
_SETTLE_AFTER_S: Final = 8.0
_LONGEST_OPEN_S: Final = 24.0
PAUSE_S: Final = 0.5
UNFINISHED_S: Final = 1.5  # the last word that has arrived may be cut


@dataclass(frozen=True, slots=True)
class Heard:
    """A take as far as it was heard, on its own clock."""

    settled: list[Word]
    settled_until_s: float
    open: list[Word]  # heard once, and heard again with what follows
    dropped: list[Dropped]  # of the settled part
    model: str


def hear_on(
    transcriber: Transcriber, audio: Audio, before: Heard | None, *, vocabulary: Sequence[str] = ()
) -> Heard:
    """Hear what has arrived of a take, after what is settled.

    The audio, (T,) float32 at 16 kHz, begins where the take does.
    """
    if before is None or before.model != transcriber.model:
        before = Heard([], 0.0, [], [], transcriber.model)
    start_s = before.settled_until_s
    heard = transcriber.transcribe(audio, from_s=start_s, vocabulary=vocabulary)
    cut_s = _settling_point(audio, heard.words, start_s)
    if cut_s is None:
        return replace(before, open=heard.words)
    return Heard(
        settled=before.settled + [word for word in heard.words if middle_s(word) < cut_s],
        settled_until_s=cut_s,
        open=[word for word in heard.words if middle_s(word) >= cut_s],
        dropped=before.dropped + [each for each in heard.dropped if each.end_s < cut_s],
        model=before.model,
    )


def _settling_point(audio: Audio, words: Sequence[Word], start_s: float) -> float | None:
    """Return the last moment at which nobody speaks and which has enough before it, in seconds."""
    end_s = audio.size / RATE_HZ
    pauses = [
        pause for pause in _pauses(audio, start_s) if middle_s(pause) - start_s >= _SETTLE_AFTER_S
    ]
    if pauses:
        return round(middle_s(pauses[-1]), 3)
    if end_s - start_s < _LONGEST_OPEN_S:
        return None
    gaps = [
        Span(left.end_s, right.start_s)
        for left, right in pairwise(words)
        if left.end_s - start_s >= _SETTLE_AFTER_S and right.end_s < end_s - UNFINISHED_S
    ]
    if not gaps:
        return None
    return round(middle_s(max(gaps, key=lambda gap: gap.end_s - gap.start_s)), 3)


def _pauses(audio: Audio, start_s: float) -> list[Span]:
    """Find the pauses of the open part; at its end only what is already long enough is one."""
    end_s = audio.size / RATE_HZ
    return quiet_spans([*after(sound_spans(audio), start_s), Span(end_s, end_s)], PAUSE_S)


def middle_s(span: Span | Word) -> float:
    return (span.start_s + span.end_s) / 2
