"""When a training has diverged, whatever is trained: it stops, and says by what."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

COMPARED: Final = 20  # steps, at the beginning of a run and of those just taken
FAR_HIGHER: Final = 3.0


class TrainingDivergedError(ValueError):
    """The loss or a gradient is no longer finite, or losses are far higher than they were.

    No result was written. The same training, called again, takes the same steps.
    """


def check_finite(loss: float, gradient_norm: float, place: str) -> None:
    """Raise TrainingDivergedError unless both are finite; `place` says which step it is."""
    if not math.isfinite(loss):
        raise TrainingDivergedError(f"The loss is {loss} at {place}.")
    if not math.isfinite(gradient_norm):
        raise TrainingDivergedError(
            f"The gradient is not finite at {place}: its norm is {gradient_norm}. "
            f"The loss is {loss:.2f}."
        )


def check_risen(losses: Sequence[float], place: str) -> None:
    """Raise TrainingDivergedError where nearly all losses are far above nearly all first ones.

    Losses of one run vary by what its steps are on: few objects or many, large ones or small ones
    seen closer, one click or eleven. In two rounds on nuclei they were between 0.1 and 72, and the
    lower quartile of twenty steps never came to 0.6 times the upper quartile of a run's first
    twenty; in 6,000 runs drawn from these losses, half of them made twenty times smaller, to 1.6
    times. Medians would not do: there they came to twenty times.
    """
    if len(losses) < 2 * COMPARED:
        return
    before = float(np.quantile(losses[:COMPARED], 0.75))
    now = float(np.quantile(losses[-COMPARED:], 0.25))
    if now > FAR_HIGHER * before:
        raise TrainingDivergedError(
            f"The loss has risen at {place}: three of four of the last {COMPARED} are above "
            f"{now:.2f}, where three of four of the first {COMPARED} were below {before:.2f}."
        )
