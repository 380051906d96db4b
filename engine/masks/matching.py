"""Which masks of two sets are the same object."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.masks.rle import RLE, iou_matrix

LEAST_IOU: Final = 0.1  # below it two masks are two objects, or say nothing of each other


@dataclass(frozen=True, slots=True)
class Match:
    """The places of two masks in their sets, and their IoU."""

    a: int
    b: int
    iou: float


def match_masks(a: Sequence[RLE], b: Sequence[RLE]) -> list[Match]:
    """Pair the masks of two sets, each at most once, the closest pair first.

    Greedy: where masks of a set do not overlap, pairs above an IoU of 0.5 can be no others, and
    below it the closest is what people mean. An optimal assignment (scipy.optimize) would cost each
    process 50 MB for the few others.
    """
    ious = iou_matrix(a, b)
    rows, columns = np.nonzero(ious >= LEAST_IOU)
    closest = np.argsort(-ious[rows, columns], kind="stable")
    free_a, free_b = set(range(len(a))), set(range(len(b)))
    matches = []
    for at in closest.tolist():
        row, column = int(rows[at]), int(columns[at])
        if row in free_a and column in free_b:
            free_a.remove(row)
            free_b.remove(column)
            matches.append(Match(row, column, float(ious[row, column])))
    return matches
