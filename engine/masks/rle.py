"""COCO RLE as everyone here passes it: from and to bool arrays, area, box, IoU, digest.

These trust their input: whatever comes from outside goes through `validate_rle` first. rlemasklib
(MIT) does the work because it is exact and about ten times faster than pycocotools.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, TypedDict

import numpy as np
import numpy.typing as npt
from rlemasklib import RLEMask

Mask = npt.NDArray[np.bool_]  # (H, W)
QUARTERS: Final = 4
_ROWS: Final = 500  # of IoUs at once


class RLE(TypedDict):
    """A mask in COCO's compressed run-length form, column-major, background first."""

    size: list[int]  # [H, W]
    counts: str


def encode(mask: Mask) -> RLE:
    """Encode a bool (H, W) mask, at least one pixel large."""
    if mask.dtype != np.bool_ or mask.ndim != len("HW") or mask.size == 0:
        raise ValueError(f"a mask is a bool (H, W) array; got {mask.dtype} {mask.shape}")
    encoded = RLEMask.from_array(mask).to_dict()
    return RLE(size=[*mask.shape], counts=encoded["counts"].decode("ascii"))


def decode(rle: RLE) -> Mask:
    """Decode to a bool (H, W) array of its own, row-major."""
    pixels: npt.NDArray[np.uint8] = _read(rle).to_array(order="C")
    return pixels.view(np.bool_)


def area(rle: RLE) -> int:
    """Count the object's pixels."""
    return int(_read(rle).area())


def bbox_xywh(rle: RLE) -> tuple[float, float, float, float]:
    """Return the tight box in pixels; four zeros for an empty mask."""
    x, y, width, height = _read(rle).bbox().tolist()
    return x, y, width, height


def iou(a: RLE, b: RLE) -> float:
    """Intersection over union; 0 when both masks are empty, as pycocotools has it."""
    return float(_read(a).iou(_read(b)))


def iou_matrix(a: Sequence[RLE], b: Sequence[RLE]) -> npt.NDArray[np.float64]:
    """Return the IoU of every pair, (A, B). All masks must have one size."""
    if not a or not b:
        return np.zeros((len(a), len(b)))
    matrix: npt.NDArray[np.float64] = RLEMask.iou_matrix(
        [_read(rle) for rle in a], [_read(rle) for rle in b]
    )
    return matrix


def count_covered(rles: Sequence[RLE]) -> tuple[int, int]:
    """Count the masks that share a pixel with a later one, and those that share all of theirs.

    Cost: by pairs whose boxes meet.
    """
    masks = [_read(rle) for rle in rles]
    areas = np.array([mask.area() for mask in masks])
    covered = hidden = 0
    for first in range(0, len(masks), _ROWS):
        later, all_areas = masks[first:], areas[first:]
        own = all_areas[:_ROWS]
        ious = np.triu(RLEMask.iou_matrix(later[:_ROWS], later), 1)
        shared = ious / (1 + ious) * (own[:, None] + all_areas)  # pixels, by pairs
        covered += int(np.count_nonzero(shared.any(axis=1)))
        # The others are not hidden, even if no two that lie on them share a pixel.
        for place in np.flatnonzero((own > 0) & (shared.sum(axis=1) > own - 0.5)):
            above = RLEMask.union([later[each] for each in np.flatnonzero(shared[place])])
            hidden += not (later[place] - above).area()
    return covered, hidden


def digest(rle: RLE) -> str:
    """Return the sha256 hex of the canonical form: the ASCII text "H W counts"."""
    height, width = rle["size"]
    return hashlib.sha256(f"{height} {width} {rle['counts']}".encode("ascii")).hexdigest()


def turned(rle: RLE, turn: int) -> RLE:
    """Turn it by so many quarters to the left, from 4 on mirrored left to right first: 0 to 7."""
    read = _read(rle).fliplr() if turn >= QUARTERS else _read(rle)
    return _written(read.rot90(turn % QUARTERS))


def united(rles: Sequence[RLE]) -> RLE:
    """Return what any of them covers; all must have one size, and there must be one."""
    whole = _read(rles[0])
    for rle in rles[1:]:
        whole = whole | _read(rle)
    return _written(whole)


def subtracted(rle: RLE, other: RLE) -> RLE:
    """Return what is left of a mask without another of its size; it may be empty."""
    return _written(_read(rle) - _read(other))


def _written(mask: RLEMask) -> RLE:
    made = mask.to_dict()
    return RLE(size=[*made["size"]], counts=made["counts"].decode("ascii"))


def _read(rle: RLE) -> RLEMask:
    return RLEMask.from_dict(rle)
