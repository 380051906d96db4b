"""Whether scores can be read as probabilities: of those at 0.8, eight of ten are accepted."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.verification.verifier import Verdicts

BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Proposals with about the same score."""

    score: float  # mean
    accepted: float  # share
    proposals: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram, and its distance from the diagonal."""

    error: float  # expected calibration error (Guo et al. 2017, arXiv:1706.04599, section 2)
    by_chance: float  # what that would be in the mean if each score were right, by itself
    bins: tuple[Bin, ...]  # those that hold any
    proposals: int


def reliability(verdicts: Verdicts) -> Reliability:
    """Compare scores with verdicts, in ten bins of equal width.

    Few verdicts show an error whatever the scores are. By chance a bin's count of accepted ones
    lies sqrt(2 / pi) standard deviations from its mean, if it is near normal and no verdict tells
    of another; those of one image do, so that by chance there is more of it rather than less.

    Raises:
        ValueError: there is no verdict.

    """
    count = len(verdicts.scores)
    if not count:
        raise ValueError("no verdict to compare scores with")
    places = np.minimum((verdicts.scores * BINS).astype(int), BINS - 1)
    bins = tuple(
        Bin(
            float(verdicts.scores[places == place].mean()),
            float(verdicts.accepted[places == place].mean()),
            int(np.count_nonzero(places == place)),
        )
        for place in np.unique(places)
    )
    error = sum(abs(each.score - each.accepted) * each.proposals for each in bins) / count
    scores = verdicts.scores.astype(float)
    variances = np.bincount(places, scores * (1 - scores))
    by_chance = math.sqrt(2 / math.pi) * float(np.sqrt(variances).sum()) / count
    return Reliability(error, by_chance, bins, count)
