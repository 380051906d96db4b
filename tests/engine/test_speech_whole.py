"""A take of any length is heard whole, by windows that end in pauses."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from engine.speech.live import Heard
from engine.speech.silence import RATE_HZ, Span
from engine.speech.sound import HeldSound, SilencedSound
from engine.speech.transcript import Audio, RawTranscript, Word
from engine.speech.whole import hear_to_the_end
from tests.engine.speaking import Listener, spoken


class Repeated:
    """The same minute of sound again and again, as long as it is wanted; it is never all there."""

    def __init__(self, minute: Audio, minutes: int) -> None:
        self._minute = minute
        self.size = minute.size * minutes

    def read(self, start: int, end: int) -> Audio:
        return np.resize(np.roll(self._minute, -start), min(end, self.size) - start)


@pytest.mark.parametrize("minute", ["xxxxxxxx.." * 6, "x" * 60, "." * 60, "." * 58 + "xx"])
def test_every_word_of_a_long_take_is_there_once_on_the_clock_of_the_take(minute: str) -> None:
    whole = hear_to_the_end(Listener(), Repeated(spoken(minute), 12), None)

    # Its text are the seconds of the windows: times alone are of the take.
    starts = [round(word.start_s) for word in whole.words]
    assert starts == [at for at, mark in enumerate(minute * 12) if mark == "x"]
    assert whole.text.split() == [word.text for word in whole.words]


def test_windows_are_reported_and_end_in_a_pause() -> None:
    minute = "x" * 40 + "." + "x" * 14 + "..." + "xx"  # the longest pause is at 55 to 58 s
    reports: list[float] = []

    hear_to_the_end(Listener(), Repeated(spoken(minute), 12), None, report=reports.append)

    assert reports == [pytest.approx(at, abs=0.05) for at in (296.5, 537.25, 720)]


def test_sound_in_which_nobody_speaks_is_heard_to_its_end() -> None:
    class Deaf(Listener):
        def transcribe(self, audio: Audio, **_: Any) -> RawTranscript:
            return RawTranscript("", [], [], self.model if audio.size else "")

    reports: list[float] = []

    whole = hear_to_the_end(Deaf(), Repeated(spoken("x" * 60), 12), None, report=reports.append)

    assert (whole.text, reports) == ("", [300, 600, 720])


def test_what_is_read_at_once_does_not_grow_with_the_take() -> None:
    minute = spoken("xxxxx." * 10)
    peaks: list[int] = []
    for minutes in 10, 30:
        tracemalloc.start()
        hear_to_the_end(Listener(), Repeated(minute, minutes), None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 1.1 * peaks[0]


def test_a_take_that_was_heard_in_part_goes_on_from_there() -> None:
    minute = "xxxxxxxx.." * 6
    listener = Listener()
    settled = [Word("before", 0.0, 0.9, 0.9)]
    before = Heard(settled, 659.0, [], [], listener.model)

    whole = hear_to_the_end(listener, Repeated(spoken(minute), 12), before)

    assert whole.words[0].text == "before"
    starts = [round(word.start_s) for word in whole.words[1:]]
    assert starts == [at for at, mark in enumerate(minute * 12) if mark == "x" and at >= 659]
    assert listener.heard_s == pytest.approx(720 - 659, abs=0.01)


def test_what_its_listener_wants_no_more_is_not_heard_to_the_end() -> None:
    class CancelledError(Exception):
        pass

    def cancel(_: float) -> None:
        raise CancelledError

    listener = Listener()

    with pytest.raises(CancelledError):
        hear_to_the_end(listener, Repeated(spoken("xxxxx." * 10), 60), None, report=cancel)

    assert listener.heard_s < 301


def test_what_was_taken_back_is_silent_and_all_else_as_it_was() -> None:
    audio = spoken("xxx")

    quiet = SilencedSound(HeldSound(audio), [Span(0.5, 1.0), Span(2.5, 9.0)])

    whole = quiet.read(0, quiet.size)
    assert quiet.size == audio.size
    assert not whole[RATE_HZ // 2 : RATE_HZ].any()
    assert not whole[RATE_HZ * 5 // 2 :].any()
    assert np.array_equal(whole[RATE_HZ : RATE_HZ * 5 // 2], audio[RATE_HZ : RATE_HZ * 5 // 2])
    assert np.array_equal(quiet.read(12_345, 43_210), whole[12_345:43_210])
    assert audio[RATE_HZ - 1]
