"""A take is heard piece by piece while it is spoken, each piece once, and whole in the end."""

import pytest

from engine.speech.live import Heard, hear_on
from engine.speech.silence import RATE_HZ
from engine.speech.sound import HeldSound
from engine.speech.transcript import Audio
from engine.speech.whole import hear_to_the_end
from tests.engine.speaking import Listener, spoken


def listen(audio: Audio, every_s: int) -> tuple[Listener, Heard | None]:
    """Hear it as it arrives, every so many seconds."""
    listener, heard = Listener(), None
    for end_s in range(every_s, audio.size // RATE_HZ, every_s):
        heard = hear_on(listener, audio[: end_s * RATE_HZ], heard)
    return listener, heard


@pytest.mark.parametrize("every_s", [2, 4, 7])
@pytest.mark.parametrize("pattern", ["xxxxx." * 10, "x" * 60, "." * 30 + "xxx.." * 6, "." * 30])
def test_every_word_is_there_once_however_it_arrived(pattern: str, every_s: int) -> None:
    audio = spoken(pattern)
    listener, heard = listen(audio, every_s)

    whole = hear_to_the_end(listener, HeldSound(audio), heard)

    assert whole.text.split() == [f"w{at}" for at, mark in enumerate(pattern) if mark == "x"]
    assert whole.model == "listener"


@pytest.mark.parametrize("pattern", ["xxxxx.", "x"])
def test_a_longer_take_costs_in_proportion(pattern: str) -> None:
    short, long = (spoken((pattern * count)[:count]) for count in (60, 240))

    costs = [listen(audio, 4)[0].heard_s for audio in (short, long)]

    assert costs[1] < 5 * costs[0]


def test_what_is_settled_ends_in_a_pause_and_is_not_heard_again() -> None:
    _, heard = listen(spoken("xxxxxxxxx.xxxx"), 13)

    assert heard is not None
    assert heard.settled_until_s == pytest.approx(9.5, abs=0.05)
    assert [word.text for word in heard.settled] == [f"w{second}" for second in range(9)]
    assert [word.text for word in heard.open] == ["w10", "w11", "w12"]
    assert [each.text for each in heard.dropped] == ["bye"]


def test_another_model_hears_from_the_start() -> None:
    audio = spoken("xxxxx." * 10)
    _, heard = listen(audio, 4)
    other = Listener()
    other.model = "another"

    whole = hear_to_the_end(other, HeldSound(audio), heard)

    assert other.heard_s == 60
    assert whole.model == "another"
