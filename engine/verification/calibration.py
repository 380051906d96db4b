"""Whether scores can be read as probabilities: of those at 0.8, eight of ten are accepted."""

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
    bins: tuple[Bin, ...]  # those that hold any
    proposals: int


def reliability(verdicts: Verdicts) -> Reliability:
    """Compare scores with verdicts, in ten bins of equal width.

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
    return Reliability(error, bins, count)
