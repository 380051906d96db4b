"""What hearing a take while it is spoken costs, and what is left to do once it ends."""

from collections.abc import Iterator, Sequence
from time import perf_counter, process_time
from typing import Final, TypedDict

import numpy as np

from engine.media.audio import RATE_HZ
from engine.speech.clips import Clip
from engine.speech.live import Heard, hear_on
from engine.speech.measure import english_words
from engine.speech.sound import HeldSound
from engine.speech.transcript import Transcriber
from engine.speech.whole import hear_to_the_end
from engine.speech.word_errors import WordErrors, word_errors

EVERY_S: Final = 4  # two chunks of a take
_BREATH_S: Final = 0.7


class LiveReport(TypedDict):
    """Takes, heard as they arrive and, beside that, at once."""

    takes: int
    word_error_rate: float
    word_error_rate_at_once: float
    seconds_per_second: float  # of all passes, for a second of speech
    cpu_seconds_per_second: float
    longest_pass_s: float
    longest_wait_s: float  # from the end of the take to its text, without sending and decoding


def measure_live(clips: Sequence[Clip], transcriber: Transcriber, *, take_s: float) -> LiveReport:
    """Join clips to takes of so many seconds and hear them every four."""
    live, at_once = WordErrors(), WordErrors()
    passes: list[float] = []
    waits: list[float] = []
    spoken_s = cpu_s = 0.0
    for take in _takes(clips, take_s):
        spoken_s += take.duration_s
        heard: Heard | None = None
        cpu_began = process_time()
        for end_s in range(EVERY_S, int(take.duration_s), EVERY_S):
            began = perf_counter()
            heard = hear_on(transcriber, take.audio[: end_s * RATE_HZ], heard)
            passes.append(perf_counter() - began)
        began = perf_counter()
        text = hear_to_the_end(transcriber, HeldSound(take.audio), heard).text
        waits.append(perf_counter() - began)
        cpu_s += process_time() - cpu_began
        said = english_words(take.text)
        live += word_errors(said, english_words(text))
        at_once += word_errors(said, english_words(transcriber.transcribe(take.audio).text))
    return {
        "takes": len(waits),
        "word_error_rate": round(live.rate, 4),
        "word_error_rate_at_once": round(at_once.rate, 4),
        "seconds_per_second": round((sum(passes) + sum(waits)) / spoken_s, 4),
        "cpu_seconds_per_second": round(cpu_s / spoken_s, 4),
        "longest_pass_s": round(max(passes, default=0.0), 2),  # a short take has none
        "longest_wait_s": round(max(waits), 2),
    }


def _takes(clips: Sequence[Clip], take_s: float) -> Iterator[Clip]:
    """Join clips with a breath between them; what is too short at the end is left out."""
    breath = np.zeros(round(_BREATH_S * RATE_HZ), np.float32)
    joined: list[Clip] = []
    for clip in clips:
        joined.append(clip)
        if sum(each.duration_s + _BREATH_S for each in joined) >= take_s:
            audio = np.concatenate([part for each in joined for part in (each.audio, breath)])
            text = " ".join(each.text for each in joined)
            yield Clip("", "", text, audio)
            joined = []
