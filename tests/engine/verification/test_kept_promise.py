"""What a promise comes to is told of images that the verifier has not learned from."""

import numpy as np
import pytest

from engine.bootstrap import bootstrap_mean
from engine.verification.kept_promise import keep_promise
from engine.verification.promise import measured_precision, precision_over_images
from engine.verification.verifier import Verdicts, no_verdicts

# The upper half of 200 scores was right, so that 0.95 is promised from about 0.5 on.
KNOWN = Verdicts(np.linspace(0, 1, 200, dtype=np.float32), np.arange(200) >= 100)


def test_a_promise_is_counted_above_the_threshold_that_known_verdicts_give() -> None:
    scores = np.array([0.1, 0.2, 0.9, 0.8, 0.7, 0.6], np.float32)
    unseen = Verdicts(scores, np.array([True, False, True, True, True, False]))

    kept = keep_promise(KNOWN, unseen, 0.95)

    assert kept.threshold == pytest.approx(0.5, abs=0.01)
    assert (kept.proposals, kept.taken, kept.right) == (6, 4, 3)
    assert kept.precision is not None
    assert kept.precision.low < kept.precision.share == 0.75 < kept.precision.high


def test_who_knows_no_verdicts_promises_nothing_and_takes_nothing() -> None:
    kept = keep_promise(no_verdicts(), KNOWN, 0.95)

    assert (kept.threshold, kept.taken, kept.right, kept.precision) == (None, 0, 0, None)
    assert kept.proposals == 200


def test_proposals_of_one_image_that_fail_together_say_less_than_as_many_apart() -> None:
    images = np.repeat(np.arange(20), 15)
    at_once, apart = images >= 2, np.arange(300) % 10 > 0  # a tenth is wrong in either

    scores = np.full(300, 0.9)
    together = precision_over_images(at_once, images, scores)
    alone = precision_over_images(apart, images, scores)

    assert together is not None
    assert alone is not None
    assert together.share == alone.share == pytest.approx(0.9)
    assert alone == measured_precision(270, 300)
    assert together.high - together.low > 2 * (alone.high - alone.low)
    # As wide as if images were drawn, which is no guess where all are right.
    _, low, high = bootstrap_mean([15.0 * (n >= 2) for n in range(20)], [15.0] * 20, seed=0)
    assert together.high - together.low == pytest.approx(high - low, rel=0.35)


def test_all_right_on_few_images_is_not_taken_for_certain_where_their_scores_are_alike() -> None:
    images, right = np.repeat(np.arange(4), 100), np.ones(400, bool)
    by_image, by_chance = 0.9 + images / 50, 0.9 + np.arange(400) % 7 / 100

    alike = precision_over_images(right, images, by_image)
    unlike = precision_over_images(right, images, by_chance)

    assert alike == measured_precision(4, 4)
    assert unlike == measured_precision(400, 400)
    assert precision_over_images(np.empty(0, bool), np.empty(0, int), np.empty(0)) is None
