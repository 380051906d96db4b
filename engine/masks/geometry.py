"""What evaluation and proposals measure on decoded masks: error centres, regions, boundaries."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Mask = npt.NDArray[np.bool_]  # (H, W)
Floats = npt.NDArray[np.float32]

_EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


class ErrorPoint(NamedTuple):
    """Where the next correction click goes, in image pixels."""

    x: int
    y: int
    is_positive: bool  # the object was missed there; else background was taken for it


def largest_error_point(truth: Mask, predicted: Mask) -> ErrorPoint:
    """Return the centre of the largest error region: its pixel farthest from any other.

    Missed and wrongly covered pixels form separate regions. The image border counts as an edge.
    Raise ValueError when the masks are equal.
    """
    best: tuple[int, Mask, tuple[slice, ...], bool] | None = None
    for region_map, is_positive in ((truth & ~predicted, True), (predicted & ~truth, False)):
        labels, count = ndimage.label(region_map, _EIGHT_NEIGHBOURS)
        if not count:
            continue
        areas = np.bincount(labels.ravel())[1:]
        largest = int(areas.argmax()) + 1
        if best is None or areas[largest - 1] > best[0]:
            box = ndimage.find_objects(labels, largest)[largest - 1]
            best = (int(areas[largest - 1]), labels[box] == largest, box, is_positive)
    if best is None:
        raise ValueError("the masks are equal: there is no error to correct")

    _, region, (rows, columns), is_positive = best
    x, y = innermost_xy(region)
    return ErrorPoint(columns.start + x, rows.start + y, is_positive)


def innermost_xy(mask: Mask) -> tuple[int, int]:
    """Return the pixel of a mask farthest from any other; the border counts as an edge.

    Of several the first by rows.
    """
    depth = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(x), int(y)


def clean_small_regions(mask: Mask, min_area_px: int) -> Mask:
    """Fill holes and drop islands below an area, but keep the largest island whatever its size.

    As `remove_small_regions` of segment_anything/utils/amg.py, holes first.
    """
    filled = mask | _small_regions(~mask, min_area_px)
    labels, count = ndimage.label(filled, _EIGHT_NEIGHBOURS)
    if not count:
        return filled
    areas = np.bincount(labels.ravel())
    is_kept = areas >= min_area_px
    is_kept[int(areas[1:].argmax()) + 1] = True
    is_kept[0] = False
    return np.asarray(is_kept[labels])


def box_of(mask: Mask) -> Floats:
    """Return the tight box of a mask that has pixels: x, y, x, y, the latter exclusive."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def suppress_boxes(boxes: Floats, scores: npt.NDArray[np.floating], iou_max: float) -> list[int]:
    """Greedy non-maximum suppression; returns the places of what is kept, the highest score first.

    Shapes:
        boxes: (N, 4) x, y, x, y; scores: (N,).
    """
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        first, rest = order[0], order[1:]
        kept.append(int(first))
        corners = np.maximum(boxes[first, :2], boxes[rest, :2])
        sides = np.clip(np.minimum(boxes[first, 2:], boxes[rest, 2:]) - corners, 0, None)
        shared = np.prod(sides, axis=1)
        order = rest[shared / (areas[first] + areas[rest] - shared) <= iou_max]
    return kept


def boundary_iou(a: Mask, b: Mask, dilation_ratio: float = 0.02) -> float:
    """Return the IoU of the two masks' inner edge bands (Cheng et al. 2021, arXiv:2103.16562).

    The bands are `dilation_ratio` of the image's diagonal wide, at least one pixel. 0 when both
    masks are empty.
    """
    width_px = max(1, round(dilation_ratio * float(np.hypot(*a.shape))))
    band_a, band_b = _edge_band(a, width_px), _edge_band(b, width_px)
    union = int(np.count_nonzero(band_a | band_b))
    return int(np.count_nonzero(band_a & band_b)) / union if union else 0.0


def _small_regions(mask: Mask, min_area_px: int) -> Mask:
    labels, _ = ndimage.label(mask, _EIGHT_NEIGHBOURS)
    is_small = np.bincount(labels.ravel()) < min_area_px
    is_small[0] = False
    return np.asarray(is_small[labels])


def _edge_band(mask: Mask, width_px: int) -> Mask:
    depth = ndimage.distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]
    return np.asarray(mask & (depth <= width_px))
