"""A `val` split cut out of train: drawn by hash, with its share of every label, groups whole.

What comes later never moves what was drawn before: each group is drawn by its own hash, and who
corrects a draw looks only at those that came first.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import tee
from math import sqrt
from typing import Final, NamedTuple

VAL: Final = "val"
UNLABELLED: Final = 0  # leads where there is no label: labels' ids are above it


class Unit(NamedTuple):
    """What stays on one side: the images of a group, or one image."""

    key: str
    labels: frozenset[int]  # of the first image's masks: what joins a group later moves nothing


def is_drawn_for_val(key: str, share: float) -> bool:
    """Draw by hash alone: uniform over keys, by 53 bits."""
    digest = hashlib.sha256(f"val {key}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53 < share


def draws(units: Iterable[Unit], share: float) -> Iterator[bool]:
    """Yield for each unit whether it is in val, before the next one is asked for.

    `units` come in a fixed order, the first to be finished first. A unit counts for the rarest
    of its labels so far, and goes to the other side where that label would have strayed from its
    share by more than one, or by more than one standard deviation of a fair draw. So labels of a
    handful of units are in both splits, and of many it is chance that decides nearly always.
    """
    carriers: Counter[int] = Counter()
    led: Counter[int] = Counter()
    in_val: Counter[int] = Counter()
    for unit in units:
        leader = min(unit.labels, key=lambda each: (carriers[each], each), default=UNLABELLED)
        carriers.update(unit.labels)
        led[leader] += 1
        is_val = is_drawn_for_val(unit.key, share)
        strayed = in_val[leader] + is_val - share * led[leader]
        if abs(strayed) > most_strayed(led[leader], share):
            is_val = strayed < 0
        in_val[leader] += is_val
        yield is_val


def corrected_draws(units: Iterable[Unit], share: float) -> dict[str, bool]:
    """Return the units that are not where their hash alone puts them, and where they are."""
    told, drawn = tee(units)
    pairs = zip(told, draws(drawn, share), strict=True)
    return {
        unit.key: is_val for unit, is_val in pairs if is_val != is_drawn_for_val(unit.key, share)
    }


def most_strayed(units: int, share: float) -> float:
    """Return by how many units a label's part of val may differ from its share.

    Where it is at least a half, and never less for more units, one of the two sides always fits.
    """
    return max(1.0, sqrt(units * share * (1 - share)))
