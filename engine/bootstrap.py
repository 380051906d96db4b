"""How sure a difference of two means is: a paired bootstrap over images."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

_QUANTILES: Final = (0.025, 0.975)


class Estimate(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        return self._asdict()


def bootstrap_mean(
    sums: Sequence[float], counts: Sequence[float], seed: int, draws: int = 2000
) -> Estimate:
    """Estimate a mean over what images hold; whole images are drawn.

    Args:
        sums: what each image adds up to, over all it holds: a difference, say.
        counts: how much each image holds.
        seed: of what is drawn.
        draws: how often.

    """
    totals, sizes = np.asarray(sums, float), np.asarray(counts, float)
    drawn = np.random.default_rng(seed).integers(len(totals), size=(draws, len(totals)))
    means = totals[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, _QUANTILES)
    return Estimate(float(totals.sum() / sizes.sum()), float(low), float(high))
