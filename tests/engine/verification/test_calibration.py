"""A score can be trusted as far as it agrees with what people said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.verification.calibration import reliability
from engine.verification.verifier import Verdicts


def verdicts(scores: list[float], accepted: list[bool]) -> Verdicts:
    return Verdicts(np.array(scores, np.float32), np.array(accepted, bool))


def test_scores_that_come_true_have_no_error() -> None:
    scores = [0.25] * 4 + [0.75] * 4
    accepted = [True, False, False, False, True, True, True, False]

    found = reliability(verdicts(scores, accepted))

    assert found.error == pytest.approx(0)
    assert [(each.score, each.accepted, each.proposals) for each in found.bins] == [
        (0.25, 0.25, 4),
        (0.75, 0.75, 4),
    ]


def test_the_error_is_the_mean_distance_weighed_by_proposals() -> None:
    found = reliability(verdicts([0.9] * 3 + [0.1], [False] * 3 + [False]))

    assert found.error == pytest.approx((3 * 0.9 + 1 * 0.1) / 4)


def test_so_few_would_show_an_error_by_chance_were_each_score_right() -> None:
    rng = np.random.default_rng(3)
    scores = rng.beta(1.6, 1.3, 430).astype(np.float32)

    drawn = [reliability(Verdicts(scores, rng.random(430) < scores)) for _ in range(300)]

    told = {each.by_chance for each in drawn}
    assert len(told) == 1  # it follows from the scores
    assert np.mean([each.error for each in drawn]) == pytest.approx(told.pop(), rel=0.05)


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=50))
def test_every_verdict_is_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    found = reliability(verdicts([score for score, _ in pairs], [ok for _, ok in pairs]))

    assert sum(each.proposals for each in found.bins) == found.proposals == len(pairs)
    assert 0 <= found.error <= 1


def test_nothing_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="no verdict"):
        reliability(verdicts([], []))
