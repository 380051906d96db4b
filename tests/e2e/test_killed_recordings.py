"""P2 for the voice: what was said outlives the browser, the web process and the worker.

`python -m tests.bench.killed_recordings --takes 20` does the same more often.
"""

import time

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Clip
from tests.e2e.killed_takes import VICTIMS, draw_plans, record_all
from tests.stack import Stack

pytestmark = pytest.mark.e2e
SEED = 102  # the worker while the take is sent, the others while somebody speaks


def test_no_second_is_lost_and_no_chunk_doubled_when_somebody_is_killed_in_mid_take(
    stack: Stack, browser: Browser, clip: Clip, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()

    done = record_all(stack, browser.browser_type, clip.wav, draw_plans(len(VICTIMS), SEED))

    with capsys.disabled():
        print(  # noqa: T201
            f"\nkilled recordings: {sum(kept.chunks for _, kept in done)} chunks,"
            f" {sum(kept.audio_s for _, kept in done):.1f} s of sound"
            f" of {sum(kept.clock_s for _, kept in done):.1f} s by the clock"
            f" in {time.monotonic() - began:.0f} s"
        )
    assert [kept.faults for _, kept in done] == [[] for _ in done]
    assert {take.plan.victim for take, _ in done} == set(VICTIMS)
