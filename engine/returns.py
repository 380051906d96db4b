"""What another round would save people, by what the last rounds saved, and whether that pays.

Errors fall as a power of what was learned from (Hestness et al. 2017, arXiv 1712.00409), which over
a few doublings is near a straight line in its logarithm. So each doubling of the images that a
round learns from is taken to save as many seconds a mask as it did in the last rounds. What people
learned meanwhile is taken for the model's.
"""

from dataclasses import dataclass
from math import log2

from engine.ratios import Estimate, difference

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Judged:
    """A round, and what a mask costs people with what served once it was judged."""

    images: int  # that it learned from
    bundle: str  # that served then: if the round was refused, what served before
    seconds: Estimate  # a mask


def gain_per_doubling(first: Judged, last: Judged) -> Estimate:
    """Tell how many seconds a mask each doubling of the images saved; what serves on saved none.

    Raises:
        ValueError: the last round learned from no more images than the first.

    """
    if not 0 < first.images < last.images:
        raise ValueError(f"{last.images} images after {first.images}")
    if first.bundle == last.bundle:
        return Estimate(0, 0, 1)
    doublings = log2(last.images / first.images)
    return _times(difference(first.seconds, last.seconds), 1 / doublings)


def expected_saving(gain: Estimate, *, learned: int, finished: int, masks_left: float) -> Estimate:
    """Expect what a round saves people in all, in seconds.

    Args:
        gain: seconds a mask that each doubling of the images saves.
        learned: images that the newest round learned from.
        finished: images that a round now would learn from.
        masks_left: that people are still to make with its proposals.

    """
    doublings = log2(max(finished, learned) / learned)
    return _times(gain, doublings * masks_left)


def pays(*, saving_s: float, round_s: float, price: float) -> bool:
    """Tell whether people's seconds saved exceed a round's.

    `price` says how many of people's seconds one minute of the machine is worth.
    """
    return saving_s > round_s * price / MINUTE_S


def _times(estimate: Estimate, factor: float) -> Estimate:
    variance = None if estimate.variance is None else estimate.variance * factor**2
    return Estimate(estimate.value * factor, variance, estimate.freedom)
