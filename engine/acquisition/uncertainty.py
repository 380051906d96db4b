"""How uncertain a model is: by its own proposals, and by what another bundle makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.acquisition.spread import distances
from engine.masks.rle import RLE, iou_matrix

NEIGHBOURS: Final = 8
BLOCK: Final = 1000  # images at a time

Floats = NDArray[np.floating]


def expected_errors(chances: Sequence[float]) -> float | None:
    """Return the share of an image's proposals that people are expected not to accept as they are.

    A share and not their number: the images with most objects would come first whatever the model
    makes of them, and each object has to be paid for. What counts is what is learned for the effort
    (Settles 2009, Active Learning Literature Survey, on the costs of labelling).

    Args:
        chances: of each proposal, to be accepted as it is.

    Returns:
        A share in [0, 1], or None without a proposal: that says nothing of how good they would be.

    """
    return 1 - sum(chances) / len(chances) if chances else None


def disagreement(ours: Sequence[RLE], theirs: Sequence[RLE]) -> float:
    """Tell how little two bundles see the same objects in an image: 0 for the same masks, up to 1.

    A committee of two (Seung, Opper and Sompolinsky 1992; Settles 2009, on query by committee): one
    less the mean IoU of each mask with the closest of the other bundle, taken both ways.
    """
    if not ours and not theirs:
        return 0.0
    if not ours or not theirs:
        return 1.0
    ious = iou_matrix(ours, theirs)  # (A, B)
    return 1 - float(ious.max(axis=1).mean() + ious.max(axis=0).mean()) / 2


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that tells of a model's uncertainty, known of some images only."""

    known: NDArray[np.intp]  # (K,), their places among all
    values: Floats  # (K,)


def uncertainty(points: Floats, signals: Sequence[Signal]) -> Floats:
    """Return how uncertain every image is, in [0, 1]: its mean rank by what is known of its like.

    An image is judged by its neighbours and never by itself: so it does not matter whose proposals
    it got itself, if any, and arms of images that are compared stay alike.

    Shapes:
        points: (N, C), images as `standardised` has them.
        returns: (N,).
    """
    ranks = [_ranks(_of_neighbours(points, each)) for each in signals if len(each.known) > 1]
    return np.mean(ranks, axis=0) if ranks else np.zeros(len(points))


def _of_neighbours(points: Floats, signal: Signal) -> Floats:
    """Return for each image the mean of a signal over the nearest images of which it is known."""
    count = min(NEIGHBOURS, len(signal.known) // 2)
    means = np.empty(len(points))
    for start in range(0, len(points), BLOCK):
        away = distances(points[start : start + BLOCK], points[signal.known])  # (B, K)
        at = np.arange(start, start + len(away))
        away[at[:, None] == signal.known] = np.inf  # itself
        nearest = np.argpartition(away, count - 1, axis=1)[:, :count]  # (B, count)
        means[at] = signal.values[nearest].mean(axis=1)
    return means


def _ranks(values: Floats) -> Floats:
    """Return how many values are smaller, as a share: equals have one rank."""
    return np.searchsorted(np.sort(values), values) / max(len(values) - 1, 1)
