"""COCO polygons to run lengths, pixel for pixel as pycocotools draws them, but safe.

The rule is `rleFrPoly` of pycocotools' common/maskApi.c: outlines are drawn on a grid five times
finer, and where one passes from column to column it toggles the run. Here each passage carries
its direction, so that an outline that crosses itself is filled by the non-zero rule, and every
coordinate is checked before it is used.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.masks.counts import Runs, show

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_VERTICES: Final = 200_000  # per annotation
MAX_OUTLINE_PX: Final = 500_000  # per annotation, so that memory stays under 200 MB
_SCALE: Final = 5
_MIN_NUMBERS: Final = 6


def rasterise(polygons: Sequence[object], size_hw: tuple[int, int]) -> Runs:
    """Return the run lengths of the union. Raise ValueError naming the polygon and the fault."""
    if not polygons:
        raise ValueError("a segmentation without polygons")
    if sum(len(p) for p in polygons if isinstance(p, list | tuple)) > 2 * MAX_VERTICES:
        raise ValueError(f"polygons have more than {MAX_VERTICES} vertices")
    outlines = [_vertices(index, polygon, size_hw) for index, polygon in enumerate(polygons)]
    if sum(_length_px(outline) for outline in outlines) > MAX_OUTLINE_PX:
        raise ValueError(f"polygon outlines are longer than {MAX_OUTLINE_PX} pixels together")

    filled = [_fill(_grid_points(outline), size_hw) for outline in outlines]
    positions = np.concatenate([at for at, _ in filled])
    steps = np.concatenate([step for _, step in filled])
    changes = _changes(positions, steps)
    return np.diff(np.concatenate(([0], changes, [size_hw[0] * size_hw[1]])))


def _vertices(index: int, polygon: object, size_hw: tuple[int, int]) -> Floats:
    """Check one flat list x0, y0, x1, y1, ... and return it as (K, 2)."""
    if not isinstance(polygon, list | tuple):
        raise ValueError(f"polygon {index} must be a list of numbers")  # noqa: TRY004  # one error kind
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in polygon):
        raise ValueError(f"polygon {index} has a coordinate that is not a number")
    if len(polygon) < _MIN_NUMBERS or len(polygon) % 2:
        raise ValueError(
            f"polygon {index} has {len(polygon)} numbers; pairs, three or more, are due"
        )
    height, width = size_hw
    for position, value in enumerate(polygon):
        side = height if position % 2 else width
        if not -1 <= value <= side + 1:  # a NaN compares false
            raise ValueError(
                f"polygon {index} has coordinate {show(value)} outside -1 to {side + 1}"
            )
    return np.array(polygon, np.float64).reshape(-1, 2)


def _length_px(outline: Floats) -> float:
    return float(np.abs(outline - np.roll(outline, -1, axis=0)).max(axis=1).sum())


def _grid_points(outline: Floats) -> Ints:
    """Return all points of the fine grid along the closed outline, in order, (M, 2)."""
    start = np.trunc(_SCALE * outline + 0.5).astype(np.int64)
    end = np.roll(start, -1, axis=0)
    span = np.abs(end - start)  # (K, 2)
    long = np.where(span[:, 0] >= span[:, 1], 0, 1)
    edges = np.arange(len(start))
    # Each edge is walked along its longer axis, and its other coordinate computed from the end
    # where that axis is least, so that both directions round alike.
    is_flipped = start[edges, long] > end[edges, long]
    low = np.where(is_flipped[:, None], end, start)
    high = np.where(is_flipped[:, None], start, end)
    steps = span[edges, long]
    rise = high[edges, 1 - long] - low[edges, 1 - long]
    slope = rise / np.maximum(steps, 1)

    of_edge = np.repeat(edges, steps + 1)
    first = np.concatenate(([0], np.cumsum(steps + 1)[:-1]))
    t = np.arange(of_edge.size) - first[of_edge]
    t = np.where(is_flipped[of_edge], steps[of_edge] - t, t)
    along = low[edges, long][of_edge] + t
    across = np.trunc(low[edges, 1 - long][of_edge] + slope[of_edge] * t + 0.5).astype(np.int64)
    is_x_long = long[of_edge] == 0
    return np.stack(
        [np.where(is_x_long, along, across), np.where(is_x_long, across, along)], axis=1
    )


def _fill(points: Ints, size_hw: tuple[int, int]) -> tuple[Ints, Ints]:
    """Return column-major positions where the polygon begins (+1) and ends (-1)."""
    height, width = size_hw
    before, after = points[:-1], points[1:]
    step = np.sign(after[:, 0] - before[:, 0])
    x = np.where(step < 0, after[:, 0], after[:, 0] - 1)
    y = np.minimum(before[:, 1], after[:, 1])
    column = (x - _SCALE // 2) // _SCALE  # exact where the passage is through a pixel's centre
    is_passage = (step != 0) & ((x - _SCALE // 2) % _SCALE == 0) & (column >= 0) & (column < width)
    row = np.ceil(np.clip((y[is_passage] + 0.5) / _SCALE - 0.5, 0, height)).astype(np.int64)
    changes = _changes(column[is_passage] * height + row, step[is_passage])
    return changes, np.where(np.arange(changes.size) % 2, -1, 1)


def _changes(positions: Ints, steps: Ints) -> Ints:
    """Return the positions where the running sum of steps leaves zero or returns to it."""
    at, inverse = np.unique(positions, return_inverse=True)
    totals = np.cumsum(np.bincount(inverse, weights=steps, minlength=at.size).astype(np.int64))
    is_inside = totals != 0
    changes: Ints = at[np.diff(is_inside, prepend=False)]
    return changes
