"""Ratios of two sums over clusters, such as seconds per mask over images, with intervals.

Masks of one image are alike, so images are what was sampled: the variance is that of the ratio
estimator, linearised (Cochran, Sampling Techniques, 3rd edition, 1977, chapter 6), without the
correction for a finite population. Intervals are Student's: they are often of few images. Where
nothing varied they have no width, as if two images of which all was accepted told that all will be.
So a share that is the same on all images has the exact interval of as many trials: none varies more
than one that is all or nothing on each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt
from typing import Final

from scipy.special import stdtrit

from engine.verification.promise import measured_precision

CONFIDENCE: Final = 0.95
ROUNDING: Final = 1e-15  # of a share's variance, where it is none


@dataclass(frozen=True, slots=True)
class Sums:
    """What the ratio of all y to all x, and its variance, need to know of the clusters."""

    clusters: int
    x: float
    y: float
    sxx: float  # sums of squares and products about the means
    sxy: float
    syy: float


def pooled(one: Sums, other: Sums) -> Sums:
    """Sum up the clusters of both, of which none is in both (Chan, Golub, LeVeque 1983)."""
    clusters = one.clusters + other.clusters
    if not one.clusters or not other.clusters:
        return one if one.clusters else other
    by_x = other.x / other.clusters - one.x / one.clusters  # between the means
    by_y = other.y / other.clusters - one.y / one.clusters
    weight = one.clusters * other.clusters / clusters
    return Sums(
        clusters,
        one.x + other.x,
        one.y + other.y,
        one.sxx + other.sxx + weight * by_x * by_x,
        one.sxy + other.sxy + weight * by_x * by_y,
        one.syy + other.syy + weight * by_y * by_y,
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its variance and the degrees of freedom; without a variance for one cluster."""

    value: float
    variance: float | None
    freedom: float

    def interval(self, lowest: float = -inf) -> tuple[float, float] | None:
        """Return where a figure of at least `lowest` lies with 95 % confidence: its two ends."""
        if self.variance is None:
            return None
        half = float(stdtrit(self.freedom, (1 + CONFIDENCE) / 2)) * sqrt(self.variance)
        return max(self.value - half, lowest), self.value + half


def ratio(sums: Sums) -> Estimate:
    """Estimate all y over all x.

    Raises:
        ValueError: the sum of x is not positive.

    """
    if sums.x <= 0:
        raise ValueError(f"a ratio to {sums.x}")
    value, count = sums.y / sums.x, sums.clusters
    if count < 2:  # noqa: PLR2004  # two are the fewest that vary
        return Estimate(value, None, 0)
    left = sums.syy - 2 * value * sums.sxy + value**2 * sums.sxx  # squares about the ratio's line
    return Estimate(value, count / (count - 1) * max(left, 0.0) / sums.x**2, count - 1)


def share(sums: Sums) -> Estimate:
    """Estimate a ratio within [0, 1]; without a variance where it is the same on all clusters.

    Raises:
        ValueError: the sum of x is not positive.

    """
    estimate = ratio(sums)
    is_spread = estimate.variance is not None and estimate.variance > ROUNDING
    return estimate if is_spread else replace(estimate, variance=None)


def share_interval(sums: Sums) -> tuple[float, float] | None:
    """Return where a share lies with 95 % confidence, within [0, 1]; None for one cluster.

    Raises:
        ValueError: the sum of x is not positive.

    """
    estimate, count = share(sums), sums.clusters
    if interval := estimate.interval(lowest=0):
        return interval[0], min(interval[1], 1.0)
    exact = measured_precision(estimate.value * count, count) if count > 1 else None
    return None if exact is None else (exact.low, exact.high)


def difference(one: Estimate, other: Estimate) -> Estimate:
    """Estimate by how much one is more than the other; their clusters are not the same."""
    return combined([(1, one), (-1, other)])


def combined(terms: Sequence[tuple[float, Estimate]]) -> Estimate:
    """Add estimates up, each times its factor; no two share clusters (Welch, Satterthwaite)."""
    value = sum(factor * each.value for factor, each in terms)
    variances = [factor**2 * each.variance for factor, each in terms if each.variance is not None]
    if len(variances) < len(terms):
        return Estimate(value, None, 0)
    freedoms = [each.freedom for _, each in terms]
    spread = sum(own**2 / freedom for own, freedom in zip(variances, freedoms, strict=True))
    variance = sum(variances)
    return Estimate(value, variance, variance**2 / spread if spread else min(freedoms))
