"""Hear a take that is whole, however long: window by window, so that memory does not grow with it.

Windows end in pauses. A take of ordinary length is one window, and is heard as if there were none.
Light: the network is the transcriber's.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from engine.speech.inventions import without_loops
from engine.speech.live import PAUSE_S, UNFINISHED_S, Heard, middle_s
from engine.speech.silence import RATE_HZ, Span, after, quiet_spans, sound_spans
from engine.speech.sound import Sound
from engine.speech.transcript import Audio, RawTranscript, Transcriber

# Some 0.8 MB are needed for each second that is heard at once; takes have 60 to 90 s.
_WINDOW: Final = 300 * RATE_HZ  # samples
_ENDS_WITHIN_S: Final = 60.0  # of a window's last moment

Report = Callable[[float], None]  # is told how many seconds of the take were heard


def hear_to_the_end(
    transcriber: Transcriber,
    sound: Sound,
    before: Heard | None,
    *,
    vocabulary: Sequence[str] = (),
    report: Report = lambda _: None,
) -> RawTranscript:
    """Hear the rest of a take and join it with what is settled of it.

    Args:
        transcriber: hears each window.
        sound: all of the take.
        before: what was heard of it while it was spoken, if anything was.
        vocabulary: names that may be said, the likely ones first.
        report: called after each window; what it raises ends the hearing.

    """
    if before is not None and before.model != transcriber.model:
        before = None
    done_s = before.settled_until_s if before else 0.0
    parts = [RawTranscript("", before.settled, before.dropped, before.model)] if before else []
    is_whole = False
    while not is_whole:
        # The last window is a full one as well: what counts as silence follows from all of it.
        start = max(0, min(round(done_s * RATE_HZ), sound.size - _WINDOW))
        audio = sound.read(start, start + _WINDOW)
        is_whole = start + audio.size >= sound.size
        start_s = start / RATE_HZ
        from_s = max(0.0, done_s - start_s)
        hear = _hear_all if is_whole else _hear_until_pause
        part, until_s = hear(transcriber, audio, from_s, vocabulary)
        parts.append(_shifted(part, start_s))
        done_s = start_s + until_s
        report(done_s)
    return parts[0] if len(parts) == 1 else _joined(parts)


def _hear_all(
    transcriber: Transcriber, audio: Audio, from_s: float, vocabulary: Sequence[str]
) -> tuple[RawTranscript, float]:
    heard = transcriber.transcribe(audio, from_s=from_s, vocabulary=vocabulary)
    return heard, audio.size / RATE_HZ


def _hear_until_pause(
    transcriber: Transcriber, audio: Audio, from_s: float, vocabulary: Sequence[str]
) -> tuple[RawTranscript, float]:
    """Hear a window up to its last long pause; return also when that is, in its own seconds.

    Where nobody pauses, it is the widest gap between two words, and without words the end.
    """
    end_s = audio.size / RATE_HZ
    first_s = end_s - _ENDS_WITHIN_S
    sounds = after(sound_spans(audio), first_s)
    pauses = quiet_spans([Span(first_s, first_s), *sounds, Span(end_s, end_s)], PAUSE_S)
    if pauses:
        until_s = middle_s(max(pauses, key=_length_s))
        audio = audio[: round(until_s * RATE_HZ)]
        return transcriber.transcribe(audio, from_s=from_s, vocabulary=vocabulary), until_s
    heard = transcriber.transcribe(audio, from_s=from_s, vocabulary=vocabulary)
    gaps = [
        Span(left.end_s, right.start_s)
        for left, right in pairwise(heard.words)
        if left.end_s >= first_s and right.end_s < end_s - UNFINISHED_S
    ]
    if not gaps:
        return heard, end_s
    until_s = middle_s(max(gaps, key=_length_s))
    words = [word for word in heard.words if middle_s(word) < until_s]
    dropped = [each for each in heard.dropped if each.end_s < until_s]
    return replace(heard, words=words, dropped=dropped), until_s


def _shifted(heard: RawTranscript, by_s: float) -> RawTranscript:
    """Put a window's times on the clock of the take."""

    def moved(time_s: float) -> float:
        return round(time_s + by_s, 3)

    return replace(
        heard,
        words=[replace(w, start_s=moved(w.start_s), end_s=moved(w.end_s)) for w in heard.words],
        dropped=[replace(d, start_s=moved(d.start_s), end_s=moved(d.end_s)) for d in heard.dropped],
    )


def _joined(parts: Sequence[RawTranscript]) -> RawTranscript:
    """Join what follows each other; a loop may lie across a joint."""
    words, loops = without_loops([word for part in parts for word in part.words])
    dropped = [each for part in parts for each in part.dropped]
    text = " ".join(word.text for word in words)
    return RawTranscript(text, words, [*dropped, *loops], parts[-1].model)


def _length_s(span: Span) -> float:
    return span.end_s - span.start_s
