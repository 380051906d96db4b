"""What the clicks on one object get: a mask decoded in the whole image or, if small, closer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.masks.geometry import box_of
from engine.masks.rle import encode
from engine.segmentation.frame import LOGITS_SIDE, SIDE, scale_of
from engine.segmentation.items import SeenImage
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.prompts import grid_target
from engine.segmentation.windows import Window, choose_windows, whole_of

Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]

TOLD_SHARE: Final = 0.5  # of the way to a click on the background that an object reaches
MASK_STRENGTH: Final = 8.0  # of the logits that stand for a finished mask


@dataclass(frozen=True, slots=True)
class Answer:
    """A mask, and what the next click goes on from."""

    mask: Mask  # (H, W) of the image
    logits: Floats  # (256, 256)
    window: Window  # that the logits lie over

    def logits_over(self, window: Window) -> Floats:
        """Read its logits on the grid over another window."""
        if self.window == window:
            return self.logits
        cell_px, own_px = (
            SIDE / LOGITS_SIDE / scale_of(each.size_hw) for each in (window, self.window)
        )
        middles = (np.arange(LOGITS_SIDE, dtype=np.float32) + 0.5) * cell_px
        rows = (middles + window.y - self.window.y) / own_px - 0.5
        columns = (middles + window.x - self.window.x) / own_px - 0.5
        at = np.meshgrid(rows, columns, indexing="ij")
        logits = ndimage.map_coordinates(self.logits, at, order=1, cval=-MASK_STRENGTH)
        return np.asarray(logits, np.float32)


def answer_clicks(
    seen: SeenImage,
    predictor: OnnxPredictor,
    points_xy: Sequence[tuple[float, float]],
    labels: Sequence[int],
    previous: Answer | None = None,
) -> Answer:
    """Decode all clicks of one object, in image pixels; label 1 is object, 0 background.

    The first answer tells how large the object is. What is small is asked for once more, through
    the window that shows it best, and further clicks go there directly. So does what a click on
    the background tells to be small, of which the first answer may have been all around it. The
    browser does the same.
    """
    points = np.array(points_xy, np.float32).reshape(-1, 2)

    def decode(window: Window) -> Answer:
        return _decode(seen, predictor, points, labels, window, previous)

    whole = whole_of(seen.size_hw)
    begun = previous.window if previous and previous.window.has(points) else whole
    told = _told_window(points, np.array(labels), seen)
    narrower = [told] if max(told.size_hw) < max(begun.size_hw) else []
    for window in [*narrower, begun]:
        if window != whole and window.has(points):
            fine = decode(window)
            if _is_whole_in(window, fine.mask):
                return fine
    coarse = decode(whole)
    closer = _closer_window(coarse.mask, seen)
    if closer == whole or not closer.has(points):
        return coarse
    fine = decode(closer)
    return fine if _is_whole_in(closer, fine.mask) else coarse


def answer_of(mask: Mask) -> Answer:
    """Begin with a mask as it is: its logits are not known, but what they would say is."""
    inside = 2 * grid_target(encode(mask)) - 1  # -1 to 1
    return Answer(mask, MASK_STRENGTH * inside, whole_of((mask.shape[0], mask.shape[1])))


def _decode(
    seen: SeenImage,
    predictor: OnnxPredictor,
    points_xy: Floats,
    labels: Sequence[int],
    window: Window,
    previous: Answer | None,
) -> Answer:
    mask, logits, _ = predictor.best_mask(
        seen.through(window),
        window.inside(points_xy),
        np.array(labels),
        window.size_hw,
        previous_logits=previous.logits_over(window) if previous else None,
    )
    return Answer(window.paste(mask, seen.size_hw), logits, window)


def _closer_window(mask: Mask, seen: SeenImage) -> Window:
    """Return the window that shows a mask best; all of the image where none is closer."""
    if not mask.any():
        return whole_of(seen.size_hw)
    return choose_windows(box_of(mask), seen.size_hw, seen.closer)[0]


def _told_window(points_xy: Floats, labels: NDArray[np.int64], seen: SeenImage) -> Window:
    """Return the window for an object that ends half-way to the nearest click on the background.

    All of the image where no click tells of an end, or none of a small one.
    """
    inside, outside = points_xy[labels == 1], points_xy[labels == 0]
    if not len(inside) or not len(outside):
        return whole_of(seen.size_hw)
    nearest_px = np.linalg.norm(inside[:, None] - outside[None], axis=2).min()
    reach_px = TOLD_SHARE * nearest_px
    box = np.concatenate([inside.min(axis=0) - reach_px, inside.max(axis=0) + reach_px])
    return choose_windows(box, seen.size_hw, seen.closer)[0]


def _is_whole_in(window: Window, mask: Mask) -> bool:
    return bool(mask.any()) and bool(window.margins(box_of(mask)[None], mask.shape)[0] > 0)
