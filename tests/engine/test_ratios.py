"""Ratios over clusters: worked out by hand, and as often right as they claim."""

from dataclasses import astuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t

from engine.ratios import (
    Estimate,
    Sums,
    combined,
    difference,
    pooled,
    ratio,
    share,
    share_interval,
)


def sums_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> Sums:
    about = [float((a - a.mean()) @ (b - b.mean())) for a, b in ((x, x), (x, y), (y, y))]
    return Sums(len(x), float(x.sum()), float(y.sum()), *about)


def test_seconds_per_mask_of_two_images_by_hand() -> None:
    # 2 masks in 20 s and 1 mask in 20 s: 40 / 3 each, of which the images are 20/3 s off.
    estimate = ratio(sums_of(np.array([2.0, 1]), np.array([20.0, 20])))

    assert estimate.value == pytest.approx(40 / 3)
    assert estimate.variance == pytest.approx(2 / 1 * (2 * (20 / 3) ** 2) / 3**2)
    half = t.ppf(0.975, 1) * 40 / 9
    assert estimate.interval() == pytest.approx((40 / 3 - half, 40 / 3 + half))


@pytest.mark.parametrize("first", [0, 1, 4, 9])
def test_sums_of_two_lots_pooled_are_those_of_all(first: int) -> None:
    x, y = np.random.default_rng(first).normal((5, 40), (1, 9), (9, 2)).T

    of_all = pooled(
        *(
            sums_of(x[lot], y[lot]) if x[lot].size else Sums(0, 0, 0, 0, 0, 0)
            for lot in (slice(first), slice(first, None))
        )
    )

    assert astuple(of_all) == pytest.approx(astuple(sums_of(x, y)))


def test_one_image_tells_of_no_spread() -> None:
    one = ratio(Sums(1, 2, 20, 0, 0, 0))

    assert (one.value, one.interval()) == (10, None)
    assert difference(one, ratio(Sums(3, 3, 6, 1, 1, 1))).interval() is None


def test_nothing_is_no_ratio() -> None:
    with pytest.raises(ValueError, match="a ratio to 0"):
        ratio(Sums(2, 0, 5, 0, 0, 1))


def test_the_difference_of_two_samples_alike_is_welchs() -> None:
    a, b = np.array([1.0, 2, 4, 9]), np.array([3.0, 3, 8])
    ones = [ratio(sums_of(np.ones(len(each)), each)) for each in (a, b)]

    estimate = difference(*ones)

    spreads = [each.var(ddof=1) / len(each) for each in (a, b)]
    freedom = sum(spreads) ** 2 / (spreads[0] ** 2 / 3 + spreads[1] ** 2 / 2)
    assert estimate.value == pytest.approx(a.mean() - b.mean())
    assert estimate.variance == pytest.approx(sum(spreads))
    assert estimate.freedom == pytest.approx(freedom)


def test_differences_within_groups_are_combined_by_weight() -> None:
    terms = [(0.75, Estimate(40, 4, 3)), (-0.75, Estimate(30, 4, 5)), (0.25, Estimate(8, 16, 1))]

    estimate = combined(terms)

    assert estimate.value == 0.75 * 10 + 0.25 * 8
    variances = np.array([0.75**2 * 4, 0.75**2 * 4, 0.25**2 * 16])
    assert estimate.variance == pytest.approx(variances.sum())
    satterthwaites = variances.sum() ** 2 / (variances**2 / [3, 5, 1]).sum()
    assert estimate.freedom == pytest.approx(satterthwaites)
    assert combined([*terms, (0.1, Estimate(1, None, 0))]).interval() is None


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        masks = rng.integers(1, 12, 40).astype(float)
        pace = rng.gamma(4, 5, 40)  # 20 s a mask, on each image another
        low, high = ratio(sums_of(masks, masks * pace)).interval() or (0, 0)
        held += low <= 20 <= high

    assert 920 <= held <= 970


@pytest.mark.parametrize(("images", "low"), [(2, 0.158), (3, 0.292), (50, 0.929)])
def test_a_share_of_all_or_none_is_as_sure_as_so_many_images_make_it(
    images: int, low: float
) -> None:
    proposals = np.full(images, 3.0)
    every, none = (sums_of(proposals, verdicts) for verdicts in (proposals, 0 * proposals))

    assert share_interval(every) == pytest.approx((low, 1), abs=0.001)
    assert low == pytest.approx(0.025 ** (1 / images), abs=0.001)
    assert share_interval(none) == pytest.approx((0, 1 - low), abs=0.001)


def test_a_share_that_is_the_same_on_each_image_claims_no_certainty_either() -> None:
    half = sums_of(np.array([2.0, 6, 4]), np.array([1.0, 3, 2]))

    low, high = share_interval(half) or (0, 0)

    assert 0 < low < 0.2
    assert 0.8 < high < 1
    assert share_interval(Sums(1, 3, 3, 0, 0, 0)) is None


def test_a_shares_interval_stays_between_none_and_all() -> None:
    proposals = np.full(3, 4.0)
    most, fewest = (sums_of(proposals, np.array(each)) for each in ([4.0, 4, 3], [0.0, 0, 1]))

    assert share_interval(most) == pytest.approx((0.558, 1), abs=0.001)
    assert share_interval(fewest) == pytest.approx((0, 0.442), abs=0.001)


def test_the_difference_of_a_share_that_does_not_vary_has_no_interval() -> None:
    proposals = np.full(2, 3.0)
    every, none, some = (
        share(sums_of(proposals, each)) for each in (proposals, 0 * proposals, np.array([1.0, 2]))
    )

    assert (difference(every, none).value, difference(every, none).interval()) == (1, None)
    assert difference(every, some).interval() is None
