"""Losses that vary are no divergence; losses that are all far higher than before are one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.divergence import TrainingDivergedError, check_risen


def losses_of_a_round(rng: np.random.Generator, steps: int = 60) -> NDArray[np.float64]:
    """Draw losses that vary as those of a round on nuclei, where every fiftieth is far off."""
    losses = 0.66 * np.exp(0.8 * rng.normal(size=steps))
    losses[rng.random(steps) < 0.02] *= 60  # as some objects are
    return losses


def check_each_step(losses: NDArray[np.float64]) -> None:
    for taken in range(1, len(losses) + 1):
        check_risen(losses[:taken].tolist(), f"step {taken} of {len(losses)}")


def test_losses_that_vary_by_what_a_step_is_on_are_no_divergence() -> None:
    rng = np.random.default_rng(0)

    for _ in range(30):
        losses = losses_of_a_round(rng)
        check_each_step(losses)
        check_each_step(np.where(rng.random(60) < 0.5, 0.05 * losses, losses))


def test_some_losses_however_high_are_no_divergence() -> None:
    losses = losses_of_a_round(np.random.default_rng(0))
    losses[46:60] = 1e6

    check_each_step(losses)


def test_losses_that_rise_and_stay_finite_are_told_with_what_they_were() -> None:
    losses = losses_of_a_round(np.random.default_rng(0))
    losses[25:] *= 10

    with pytest.raises(TrainingDivergedError, match=r"at step 4. of 60: three of four of the last"):
        check_each_step(losses)
