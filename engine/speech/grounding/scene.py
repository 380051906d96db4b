"""The masks of an image, as words and pointer meet them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from engine.masks.counts import parse_counts
from engine.masks.rle import RLE, area, bbox_xywh

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NamedMask:
    """An accepted mask: its id, what its label is called, and of which mask it is a part."""

    id: str
    label: str | None
    rle: RLE
    parent: str | None = None


class Scene:
    """The N masks of one image. Nothing is decoded whole: 500 masks of 12 megapixels are 6 GB."""

    def __init__(self, masks: Sequence[NamedMask]) -> None:
        self.masks = tuple(masks)
        self.index = {mask.id: at for at, mask in enumerate(masks)}

    @cached_property
    def areas_px(self) -> Floats:
        """(N,) pixels of each mask."""
        return np.array([area(mask.rle) for mask in self.masks], np.float64)

    @cached_property
    def boxes_xyxy(self) -> Floats:
        """(N, 4) tight boxes in pixels."""
        boxes = np.array([bbox_xywh(mask.rle) for mask in self.masks], np.float64).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        return boxes

    @property
    def image_px(self) -> int:
        """Pixels of the image; 0 when there is no mask to tell."""
        height, width = self.masks[0].rle["size"] if self.masks else (0, 0)
        return height * width

    def under(self, points_xy: Floats) -> npt.NDArray[np.bool_]:
        """Tell which masks lie under which points, (P, 2) image pixels: (P, N)."""
        columns = [_holds(mask.rle, points_xy) for mask in self.masks]
        return np.stack(columns, axis=1) if columns else np.zeros((len(points_xy), 0), np.bool_)

    def union_box(self, ids: Sequence[str]) -> Floats:
        """Return the box (4,) around masks, x0, y0, x1, y1."""
        boxes = self.boxes_xyxy[[self.index[each] for each in ids]]
        return np.concatenate((boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)))


def _holds(rle: RLE, points_xy: Floats) -> npt.NDArray[np.bool_]:
    """Look points up in the runs: the mask holds every second run of the column-major image."""
    height, width = rle["size"]
    x, y = np.floor(points_xy.T).astype(np.int64)
    is_inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    ends = np.cumsum(parse_counts(rle["counts"]))
    run = np.searchsorted(ends, x * height + y, side="right")
    return np.asarray(is_inside & (run % 2 == 1) & (run < len(ends)))
