"""Images that came since, beside those learned from: alike, unlike, or too few to tell."""

from dataclasses import astuple

import numpy as np
import pytest

from engine.acquisition.drift import drift
from engine.acquisition.spread import BLOCK

COUNT = 2 * BLOCK + 30  # so that blocks are crossed


def points(count: int, seed: int, *, at: float = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(at, 1, (count, 8)).astype(np.float16)


def test_images_of_the_same_kind_are_far_about_as_seldom_as_those_learned_from() -> None:
    told = drift(points(COUNT, 0), range(COUNT), points(400, 1))

    assert told is not None
    assert told.low <= 0.05 <= told.high
    assert 0.05 < told.alike < 0.08
    assert told.n == 400


def test_images_of_another_kind_are_far() -> None:
    new = np.concatenate([points(70, 1), points(30, 2, at=9)])

    told = drift(points(COUNT, 0), range(COUNT), new)

    assert told is not None
    assert 0.3 <= told.share <= 0.4
    assert told.low > told.alike


def test_the_interval_is_exact() -> None:
    learned = np.arange(40.0)[:, None] * [1.0, 1.0]
    new = np.concatenate([learned[:18] + 0.1, np.full((2, 2), 500.0)])

    # 2 of 20: the interval of Clopper and Pearson stands in tables.
    two, none = drift(learned, range(40), new), drift(learned, range(40), learned[:20] + 0.1)
    assert two is not None
    assert none is not None
    assert astuple(two)[:4] == pytest.approx((0.1, 0.0123, 0.317, 20), abs=2e-4)
    assert astuple(none)[:4] == pytest.approx((0, 0, 0.1684, 20), abs=1e-4)


def test_images_of_one_group_do_not_vouch_for_each_other() -> None:
    """Twins side by side would make all others look far."""
    singles = points(60, 0)
    twins = np.concatenate([singles, singles + np.float16(0.001)])
    new = points(200, 1)

    together = drift(twins, [*range(60), *range(60)], new)
    apart = drift(twins, range(120), new)

    assert together is not None
    assert apart is not None
    assert together.low <= together.alike
    assert apart.share > 0.9


def test_images_alike_are_hardly_ever_called_unlike_however_few_were_learned_from() -> None:
    alarms = 0
    shares = []
    for seed in range(0, 400, 2):
        told = drift(points(25, seed), range(25), points(100, seed + 1))
        assert told is not None
        alarms += told.low > told.alike
        shares.append(told.share)

    assert np.mean(shares) <= 0.05
    assert alarms <= 5  # of 200


@pytest.mark.parametrize(("learned", "new"), [(19, 50), (50, 19), (0, 50)])
def test_of_few_images_nothing_is_told(learned: int, new: int) -> None:
    assert drift(points(learned, 0), range(learned), points(new, 1)) is None


def test_images_of_one_group_alone_tell_nothing() -> None:
    assert drift(points(50, 0), ["slide"] * 50, points(50, 1)) is None
