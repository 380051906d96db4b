"""What may be promised of accepted proposals: from which score on, and what was then measured.

All intervals are exact (Clopper and Pearson 1934, Biometrika 26(4), 404-413), written with the beta
distribution as in Brown, Cai and DasGupta 2001 (Statistical Science 16(2), equation 4): they cover
at least what they say, however few the verdicts and however near to 1 the share.

Verdicts on one image are alike: what is easy in one place is easy beside it. So many of them count
as fewer independent ones, by the design effect of Kish 1965 (Survey Sampling, section 5.4), as Korn
and Graubard 1998 (Survey Methodology 24, 193-201) do for exact intervals of clustered counts.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

ERROR_RATE: Final = 0.05  # how often an interval may miss


@dataclass(frozen=True, slots=True)
class Precision:
    """A measured share and its two-sided 95 % interval, all in [0, 1]."""

    share: float
    low: float
    high: float


def measured_precision(right: float, decided: float) -> Precision | None:
    """Say what `right` of `decided` comes to; None where nothing was decided.

    They need not be whole: where some are alike, they count as fewer.

    Raises:
        ValueError: more were right than decided, or a count is negative.

    """
    if not 0 <= right <= decided:
        raise ValueError(f"{right} of {decided} cannot be right")
    if decided == 0:
        return None
    counts = np.array([right, decided - right], np.float64)
    low, below = _lower(counts, np.full(2, decided, np.float64), ERROR_RATE / 2)
    return Precision(right / decided, float(low), 1 - float(below))


def precision_over_images(
    right: NDArray[np.bool_], images: NDArray[np.integer], scores: NDArray[np.floating]
) -> Precision | None:
    """Say the same of N proposals: which were right, which image each is of, and their scores.

    Where all were right, that tells nothing of how alike an image's are; how far the scores fell
    short does.
    """
    if not len(right):
        return None
    alike = max(intraclass_correlation(each, images) for each in (right, right - scores))
    effect = 1 + (_beside(images)[-1] - 1) * alike
    return measured_precision(np.count_nonzero(right) / effect, len(right) / effect)


def threshold_for(
    scores: NDArray[np.floating],
    accepted: NDArray[np.bool_],
    promise: float,
    images: NDArray[np.integer] | None = None,
) -> float | None:
    """Find the smallest score from which on proposals keep a promised precision.

    They keep it if the lower end of the one-sided 95 % interval of their precision does: 59
    independent proposals without a fault for a promise of 0.95, 299 for one of 0.99. As if they
    were independent, promises of 0.95 from 15 images of nuclei were broken on others half the time.

    Args:
        scores: (N,), of a verifier that has not learned from these proposals.
        accepted: (N,), whether a person accepted the proposal untouched.
        promise: in (0, 1).
        images: (N,), which image each is of; None where no two are of one.

    Returns:
        The threshold, itself a score of one of them, or None where no threshold will do.

    Raises:
        ValueError: the two do not belong together, are not finite, or the promise is none.

    """
    if scores.ndim != 1 or scores.shape != accepted.shape:
        raise ValueError(f"{scores.shape} scores and {accepted.shape} verdicts do not pair up")
    if images is not None and images.shape != scores.shape:
        raise ValueError(f"{scores.shape} scores and {images.shape} images do not pair up")
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite")
    if not 0 < promise < 1:
        raise ValueError(f"a precision of {promise} cannot be promised")
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]  # (N,)
    right = np.cumsum(accepted[order], dtype=np.float64)  # (N,), among the surest so many
    count = np.arange(1, len(falling) + 1, dtype=np.float64)  # (N,)
    is_last_of_equals = np.append(falling[1:] < falling[:-1], True)[: len(falling)]  # (N,)
    if images is not None and len(images):
        alike = intraclass_correlation(accepted - scores, images)
        effect = 1 + (_beside(images[order]) - 1) * alike  # (N,)
        right, count = right / effect, count / effect
    keeps = np.flatnonzero(is_last_of_equals & (_lower(right, count, ERROR_RATE) >= promise))
    return float(falling[keeps[-1]]) if len(keeps) else None


def intraclass_correlation(
    values: NDArray[np.floating] | NDArray[np.bool_], groups: NDArray[np.integer]
) -> float:
    """Tell how alike values of one group are, 0 to 1: the ANOVA estimate (Donner 1986, section 2).

    Of one group alone nothing is known: they count as all the same. Where nothing varies it is 0.
    """
    names, places = np.unique(groups, return_inverse=True)
    count, sizes = len(values), np.bincount(places)
    if len(names) == 1:
        return 1.0
    if count == len(names):
        return 0.0
    means = np.bincount(places, values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (len(names) - 1)
    within = ((values - means[places]) ** 2).sum() / (count - len(names))
    usual = (count - (sizes**2).sum() / count) / (len(names) - 1)  # size of a group
    total = between + (usual - 1) * within
    return float(max(0.0, (between - within) / total)) if total > 0 else 0.0


def _beside(groups: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return, of the first n values for each n, how many share the group of a value in the mean."""
    _, places = np.unique(groups, return_inverse=True)
    seen, pairs = np.zeros(places.max() + 1), np.zeros(len(places))
    for at, place in enumerate(places):
        pairs[at] = 2 * seen[place] + 1
        seen[place] += 1
    return np.cumsum(pairs) / np.arange(1, len(places) + 1)


def _lower(
    right: NDArray[np.float64], count: NDArray[np.float64], tail: float
) -> NDArray[np.float64]:
    """Return the least share of which so many right ones would not be a surprise."""
    some = np.maximum(right, 1)  # of none right, the share may be 0
    return np.where(right > 0, betaincinv(some, count - some + 1, tail), 0.0)
