"""Masks as somebody else would draw them: tighter all around, or looser.

Where an edge is dim people disagree on where it lies, and a click just off it says so of all of the
edge. A decoder that learns from one way to draw takes such a click for a small amend of one place.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from engine.segmentation.frame import LOGITS_SIDE, SIDE, scaled_size

Floats: TypeAlias = NDArray[np.float32]

HALF = 0.5
FEWEST_CELLS = 12  # in a mask that has an outline to speak of
LEAST_LEFT = 0.4  # of a mask that is drawn tighter


def redrawn(
    targets: Floats,
    size_hw: tuple[int, int],
    *,
    share: float,
    most: float,
    rng: np.random.Generator,
) -> Floats:
    """Return masks, (B, 256, 256) shares of cells, of which some were drawn otherwise.

    Args:
        size_hw: of the image, beyond which nothing is drawn.
        share: of the masks. One stays as it is that has hardly a cell, or half of the grid, or that
            would lose most of itself.
        most: how far an outline is moved, as a share of the root of the mask's area.

    """
    found = targets.copy()
    # Cells that lie in the image for the most part: the rest of it is too thin to tell an edge by.
    height, width = (math.ceil(side * LOGITS_SIDE / SIDE - HALF) for side in scaled_size(size_hw))
    for index, target in enumerate(targets):
        if share and rng.random() < share:
            cells = int((target > HALF).sum())
            by = rng.uniform(-most, most) * math.sqrt(cells)
            if FEWEST_CELLS <= cells < HALF * target.size:
                drawn = target.copy()
                drawn[:height, :width] = _moved(target[:height, :width], by)
                found[index] = drawn if (drawn > HALF).sum() >= LEAST_LEFT * cells else target
    return found


def _moved(target: Floats, by: float) -> Floats:
    """Move a mask's outline outwards, in cells; inwards where it is negative.

    Where the image cuts it off it stays.
    """
    inside = target > HALF
    if inside.all():
        return target
    # Between centres of cells, so that it is half a cell more than to the outline.
    depth = np.where(inside, distance_transform_edt(inside), 1 - distance_transform_edt(~inside))
    return np.asarray(np.clip(depth + by, 0, 1), np.float32)
