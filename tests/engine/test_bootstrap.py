"""The bootstrap's intervals cover what they say, of few images as of many."""

import numpy as np
import pytest

from engine.bootstrap import bootstrap_mean

RUNS = 400
OBJECTS = 5  # an image, as a holdout's have at most


def covered(images: int) -> float:
    """Return how often the interval has the truth, where images differ by chance alone."""
    rng = np.random.default_rng(0)
    hits = 0
    for run in range(RUNS):
        sums = OBJECTS * rng.normal(0.03, 0.05, images)
        _, low, high = bootstrap_mean(list(sums), [OBJECTS] * images, seed=run, draws=1000)
        hits += low <= 0.03 <= high
    return hits / RUNS


@pytest.mark.parametrize(("images", "least"), [(4, 0.85), (8, 0.92), (20, 0.93)])
def test_an_interval_of_few_images_covers_about_what_it_says(images: int, least: float) -> None:
    assert covered(images) >= least


def test_many_images_that_do_not_differ_tell_of_no_spread() -> None:
    assert bootstrap_mean([0.5] * 30, [5] * 30, seed=0)[1:] == pytest.approx((0.1, 0.1))
