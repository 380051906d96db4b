"""The bootstrap's intervals cover what they say, of few images as of many."""

import tracemalloc

import numpy as np
import pytest

from engine import bootstrap
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


def test_of_many_images_little_is_drawn_at_once_and_the_interval_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sums = list(np.random.default_rng(0).normal(0.03, 0.05, 300))
    at_once = bootstrap_mean(sums, [1] * 300, seed=1)

    monkeypatch.setattr(bootstrap, "MOST_AT_ONCE", 1000)

    assert bootstrap_mean(sums, [1] * 300, seed=1) == at_once


def test_it_takes_no_memory_for_each_image_and_draw() -> None:
    images = 20_000
    tracemalloc.start()
    bootstrap_mean([0.5] * images, [1] * images, seed=0, draws=200)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 20 * 1024**2  # all at once are 96 MB
