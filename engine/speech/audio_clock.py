"""Put what a take was timed by, `performance.now()`, on the clock of its sound.

The browser times pointer and cuts by its own clock, which stands still while the take is paused;
words have the times of the sound, which counts samples. Two quartzes differ by 0.1 per thousand or
less, and nothing comes of that. A microphone whose samples are not as many a second as it says
(wireless ones, or 44,100 taken for 48,000) runs off by seconds within a take. Its error grows
evenly, so a factor corrects it: how long the sound lasts by its samples, over how long the take
lasted by the clock.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

# Grounding hears the pointer from 0.4 s before a word until 0.2 s after it (`DEFAULT_REACH`): with
# less than this, a word keeps most of its votes. What a recorder takes to begin and to end is no
# drift: 6 to 60 ms in nineteen takes by Chromium (`tests.bench.killed_recordings`).
TOLERANCE_S: Final = 0.25
# 44,100 taken for 48,000 is 8.8 %. Beyond, sound is missing: to stretch what is left would only
# move the pointer away from the words.
MOST: Final = 0.1


def clock_factor(clock_s: float, audio_s: float) -> float:
    """Return by what a time of the recorder's clock is multiplied to be one of the sound.

    Args:
        clock_s: how long the take lasted by the recorder's clock, without its pauses.
        audio_s: how long its sound lasts, counted in samples, with what was taken back of it.

    Returns:
        1 where they agree to a tolerance, and where the difference is too large to be drift.

    """
    if not clock_s > 0 or abs(audio_s - clock_s) <= TOLERANCE_S:
        return 1.0
    factor = audio_s / clock_s
    return factor if abs(factor - 1) <= MOST else 1.0


def scaled(
    rows: Sequence[Mapping[str, Any]], fields: Sequence[str], factor: float
) -> list[dict[str, Any]]:
    """Return rows whose times, in seconds, are multiplied; all else stays as it is."""
    return [{**row, **{field: round(row[field] * factor, 3) for field in fields}} for row in rows]
