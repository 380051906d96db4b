"""A promise is kept by what the interval allows, not by what the few verdicts happen to show."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from engine.verification.promise import (
    Precision,
    intraclass_correlation,
    measured_precision,
    threshold_for,
)


def all_right(count: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.linspace(0.5, 1, count), np.ones(count, bool)


@pytest.mark.parametrize(("promise", "fewest"), [(0.8, 14), (0.95, 59), (0.99, 299)])
def test_a_promise_needs_enough_verdicts_however_right_they_are(
    promise: float, fewest: int
) -> None:
    assert threshold_for(*all_right(fewest - 1), promise) is None
    assert threshold_for(*all_right(fewest), promise) == 0.5


def test_the_threshold_goes_as_low_as_the_promise_is_kept() -> None:
    scores = np.concatenate([np.linspace(0.8, 1, 200), np.linspace(0, 0.2, 200)])
    accepted = np.arange(400) < 200

    threshold = threshold_for(scores, accepted, 0.95)

    assert threshold is not None
    chosen = accepted[scores >= threshold]
    assert 200 < len(chosen) < 205  # all right ones, and the few faults that are allowed
    assert binomtest(200, len(chosen), 0.95, "greater").proportion_ci(0.95).low >= 0.95
    assert binomtest(200, len(chosen) + 1, 0.95, "greater").proportion_ci(0.95).low < 0.95


def test_proposals_of_one_score_are_taken_or_left_together() -> None:
    scores = np.array([0.9] * 100 + [0.7] * 100)
    accepted = np.arange(200) < 150

    assert threshold_for(scores, accepted, 0.95) == 0.9


def test_no_threshold_helps_where_the_surest_are_wrong() -> None:
    scores = np.linspace(0, 1, 500)

    assert threshold_for(scores, scores < 0.9, 0.95) is None
    assert threshold_for(np.empty(0), np.empty(0, bool), 0.8) is None


@pytest.mark.parametrize("promise", [0.9, 0.95])
def test_promises_are_broken_about_as_seldom_as_they_say(promise: float) -> None:
    """A hundred verifiers that are right as often as they score."""
    rng = np.random.default_rng(0)
    world = rng.beta(6, 1, 20_000)
    broken = 0

    for _ in range(100):
        scores = rng.beta(6, 1, 1000)
        accepted = rng.random(1000) < scores
        threshold = threshold_for(scores, accepted, promise)
        broken += threshold is not None and world[world >= threshold].mean() < promise

    assert broken <= 10  # 5 are expected; more than 10 come once in 90 times


def test_verdicts_on_few_images_promise_less_than_as_many_on_many() -> None:
    rng = np.random.default_rng(0)
    scores, accepted = np.full(600, 0.95), rng.random(600) < 0.99
    accepted[:25] = False  # one image on which nothing was right

    alone = threshold_for(scores, accepted, 0.9, np.arange(600))
    together = threshold_for(scores, accepted, 0.9, np.arange(600) // 25)

    assert alone == threshold_for(scores, accepted, 0.9) == 0.95
    assert together is None


def test_one_image_promises_nothing() -> None:
    assert threshold_for(*all_right(500), 0.8, np.zeros(500, int)) is None


def test_promises_are_kept_where_images_differ() -> None:
    """A hundred verifiers whose proposals are all harder on some images than they look."""
    promise = 0.9
    rng = np.random.default_rng(1)
    images, broken = np.arange(1500) // 25, 0

    for _ in range(100):
        scores = rng.beta(6, 1, 1500)
        harder = rng.normal(0, 1, 60)[images]
        likely = 1 / (1 + np.exp(-(np.log(scores / (1 - scores)) + harder)))
        threshold = threshold_for(scores, rng.random(1500) < likely, promise, images)
        everywhere = rng.normal(0, 1, (200, 1))
        all_likely = 1 / (1 + np.exp(-(np.log(scores / (1 - scores)) + everywhere)))
        broken += threshold is not None and all_likely[:, scores >= threshold].mean() < promise

    assert broken <= 10


def test_values_of_a_group_that_are_all_the_same_are_as_alike_as_can_be() -> None:
    groups = np.repeat(np.arange(10), 5)

    assert intraclass_correlation(groups.astype(float), groups) == 1
    assert intraclass_correlation(np.tile(np.arange(5.0), 10), groups) == 0
    assert intraclass_correlation(np.arange(50.0), np.arange(50)) == 0


@pytest.mark.parametrize(
    ("scores", "accepted", "promise"),
    [([0.5], [True, True], 0.9), ([np.nan], [True], 0.9), ([0.5], [True], 1.0)],
)
def test_what_makes_no_sense_is_refused(
    scores: list[float], accepted: list[bool], promise: float
) -> None:
    with pytest.raises(ValueError, match=r"pair up|finite|promised"):
        threshold_for(np.array(scores), np.array(accepted), promise)


@pytest.mark.parametrize(("right", "decided"), [(0, 1), (1, 1), (28, 30), (30, 30), (450, 1000)])
def test_a_measured_precision_has_the_exact_interval(right: int, decided: int) -> None:
    exact = binomtest(right, decided).proportion_ci(0.95, "exact")

    measured = measured_precision(right, decided)

    assert measured is not None
    assert measured.share == right / decided
    assert (measured.low, measured.high) == pytest.approx((exact.low, exact.high))


def test_nothing_decided_measures_nothing() -> None:
    assert measured_precision(0, 0) is None
    assert isinstance(measured_precision(0, 1), Precision)
    with pytest.raises(ValueError, match="3 of 2"):
        measured_precision(3, 2)
