"""How sure a difference of two means is: a paired bootstrap over images."""

from collections.abc import Sequence

import numpy as np

_INTERVAL = (0.025, 0.975)


def bootstrap_mean(
    sums: Sequence[float], counts: Sequence[float], seed: int, draws: int = 2000
) -> tuple[float, float, float]:
    """Return a mean over what images hold, and its 95 % interval; whole images are drawn.

    Args:
        sums: what each image adds up to, over all it holds: a difference, say.
        counts: how much each image holds.
        seed: of what is drawn.
        draws: how often.

    """
    totals, sizes = np.asarray(sums, float), np.asarray(counts, float)
    drawn = np.random.default_rng(seed).integers(len(totals), size=(draws, len(totals)))
    means = totals[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, _INTERVAL)
    return float(totals.sum() / sizes.sum()), float(low), float(high)
