"""How far the pointer runs ahead of the voice, or behind it, learned from links that are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from engine.speech.grounding.pointer import DEFAULT_REACH, Pointer, Reach
from engine.speech.grounding.scene import Floats

_FROM_S: Final = -1.0
_TO_S: Final = 1.6
_STEP_S: Final = 0.2
_NARROWEST_S: Final = 0.2  # of lead and lag together


@dataclass(frozen=True, slots=True)
class Known:
    """A recording whose phrases are linked: K spans in seconds, and the mask of each by place."""

    pointer: Pointer
    spans_s: Floats  # (K, 2)
    masks: Sequence[int]  # (K,) places in the scene's masks


@dataclass(frozen=True, slots=True)
class Learned:
    """The reach that agrees best, and how well."""

    reach: Reach
    agreement: float  # share of the links that the pointer alone finds


def learn_reach(corpus: Sequence[Known]) -> Learned:
    """Try every lead and lag in steps of a fifth of a second; raise ValueError without a link.

    Of those that find as many links, the one whose right masks have most of the votes counts, then
    the one nearest to the default.
    """
    total = sum(len(known.masks) for known in corpus)
    if not total:
        raise ValueError("a reach is learned from links; there are none")
    best = max(_reaches(), key=lambda reach: (*_agreement(corpus, reach, total), -_apart(reach)))
    return Learned(best, _agreement(corpus, best, total)[0])


def _agreement(corpus: Sequence[Known], reach: Reach, total: int) -> tuple[float, float]:
    """Return the shares of links found, and of votes for their masks."""
    found = shares = 0.0
    for known in corpus:
        votes = known.pointer.votes(known.spans_s, reach).shares
        right = votes[np.arange(len(known.masks)), list(known.masks)]
        found += float(((right > 0) & (right >= votes.max(axis=1))).sum())
        shares += float(right.sum())
    return found / total, round(shares / total, 3)


def _reaches() -> list[Reach]:
    seconds = [round(float(each), 1) for each in np.arange(_FROM_S, _TO_S + _STEP_S / 2, _STEP_S)]
    return [
        Reach(lead, lag) for lead, lag in product(seconds, seconds) if lead + lag >= _NARROWEST_S
    ]


def _apart(reach: Reach) -> float:
    return abs(reach.lead_s - DEFAULT_REACH.lead_s) + abs(reach.lag_s - DEFAULT_REACH.lag_s)
