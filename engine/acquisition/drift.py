"""How many of the images that came since are unlike those that were learned from."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from engine.acquisition.spread import BLOCK, distances, nearest, standardised
from engine.verification.promise import measured_precision

ALIKE: Final = 0.95  # of the learned images; so 5 % of images like them are far all the same
TAIL: Final = 0.025  # of what is known of the limit
FEWEST: Final = 20  # groups of images on either side

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Drift:
    """The share of `n` new images that are far, with its exact interval (Clopper and Pearson).

    Up to a share of `alike` may be far of images like those learned from: the fewer these are, the
    less is known of where the limit lies.
    """

    share: float
    low: float
    high: float
    n: int
    alike: float


def drift(learned: Floats, groups: Sequence[Hashable], new: Floats) -> Drift | None:
    """Tell which share of new images is farther from all learned ones than 95 % of those are.

    Far is what is nearer to no learned image than all but 5 % of these are to another: each is left
    out in turn, with its group, since images of one group may be all but the same. The limit is
    that of split conformal prediction (Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a
    Random World): of images alike 5 % at most are beyond it, on average over what is learned from.

    Args:
        learned: (N, C), as `pooled` describes images.
        groups: of each learned image; those of one group are not compared.
        new: (M, C).

    Returns:
        None where there are fewer than 20 groups of learned images, or 20 new images.

    """
    kinds = len(set(groups))
    if min(kinds, len(new)) < FEWEST:
        return None
    points = standardised(np.concatenate([learned, new]))
    old = points[: len(learned)]
    away = _nearest_of_others(old, groups)
    limit = np.sort(away)[min(ceil(ALIKE * (len(away) + 1)), len(away)) - 1]
    far = nearest(points[len(learned) :], old) > limit
    told = measured_precision(int(far.sum()), len(far))
    if told is None:  # there is no new image
        return None
    rank = ceil(ALIKE * (kinds + 1))  # images of one group count as one
    alike = float(betaincinv(kinds - rank + 1, rank, 1 - TAIL))
    return Drift(told.share, told.low, told.high, len(far), alike)


def _nearest_of_others(points: Floats, groups: Sequence[Hashable]) -> Floats:
    """Return how far each point is from the nearest of another group, (N,); infinite without."""
    codes = {group: code for code, group in enumerate(dict.fromkeys(groups))}
    group = np.array([codes[each] for each in groups], np.intp)  # (N,)
    least = np.full(len(points), np.inf, np.float32)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        away = distances(points[block], points)  # (B, N)
        away[group[block, None] == group] = np.inf
        least[block] = away.min(axis=1)
    return least
