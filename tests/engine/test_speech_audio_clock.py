"""A take whose recorder and microphone did not run alike is put on one clock."""

from typing import Any

import pytest

from engine.speech.audio_clock import MOST, TOLERANCE_S, clock_factor, scaled
from engine.speech.grounding.ground import ground
from engine.speech.grounding.pointer import DEFAULT_REACH, read_trace
from engine.speech.transcript import Word
from tests.engine.grounding import MASKS, NAMES


@pytest.mark.parametrize("drift_s", [0.0, TOLERANCE_S, -TOLERANCE_S])
def test_what_a_recorder_needs_to_begin_and_to_end_is_no_drift(drift_s: float) -> None:
    assert clock_factor(60.0, 60.0 + drift_s) == 1


@pytest.mark.parametrize("factor", [1.02, 0.98, 48_000 / 44_100, 44_100 / 48_000])
def test_a_drift_is_what_the_sound_lasts_over_what_the_clock_said(factor: float) -> None:
    assert clock_factor(60.0, 60.0 * factor) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("clock_s", "audio_s"), [(60.0, 30.0), (60.0, 60.0 * (1.01 + MOST)), (0.0, 60.0), (60.0, 0.0)]
)
def test_sound_that_is_missing_or_too_much_is_no_drift(clock_s: float, audio_s: float) -> None:
    assert clock_factor(clock_s, audio_s) == 1


def test_the_tolerance_is_within_what_grounding_hears_around_a_word() -> None:
    assert DEFAULT_REACH.lead_s > TOLERANCE_S


def test_only_times_are_scaled() -> None:
    points = [{"t": 10.0, "x": 3.0, "y": 4.0, "kind": "move"}]

    assert scaled(points, ["t"], 1.02) == [{"t": 10.2, "x": 3.0, "y": 4.0, "kind": "move"}]
    assert points[0]["t"] == 10.0


def test_words_late_in_a_take_that_drifted_find_their_masks_again() -> None:
    """Two cups are named in turn, one a second, for a minute; the microphone is 2 % slow."""
    factor, masks, places = 0.98, ["cup", "cup 2"], [(30.0, 80.0), (160.0, 80.0)]
    words = [Word("cup.", float(at), at + 0.4, 0.9) for at in range(60)]
    timed = [
        {"t": (at - 0.2) / factor, "x": places[at % 2][0], "y": places[at % 2][1], "kind": "move"}
        for at in range(60)
    ]

    def share_right(trace: list[dict[str, Any]]) -> float:
        links = ground(words, read_trace(trace), MASKS, NAMES).links
        return sum(link.masks == (masks[at % 2],) for at, link in enumerate(links)) / len(words)

    assert share_right(timed) < 0.8
    assert share_right(scaled(timed, ["t"], clock_factor(60 / factor, 60.0))) == 1
