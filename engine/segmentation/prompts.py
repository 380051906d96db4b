"""Simulated annotators: the prompts that training shows, drawn as people give them.

Segment Anything, appendix A: a point in the object or a loose box first, then corrections in the
error region, half of them at its centre as a careful person clicks. All in the decoder's 256 grid.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.masks.geometry import box_of, largest_error_point
from engine.masks.rle import RLE, decode
from engine.segmentation.frame import LOGITS_SIDE, SIDE

Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]

CELL = SIDE // LOGITS_SIDE  # 1024-frame px a grid cell
BACKGROUND, OBJECT, TOP_LEFT, BOTTOM_RIGHT, PADDING = 0, 1, 2, 3, -1


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prompts of B objects in the 1024 frame; a row is padded where it has fewer than N points."""

    points: Floats  # (B, N, 2)
    labels: Floats  # (B, N)

    def add(self, points: Floats, labels: Floats) -> "Prompts":
        """Append one point to each: (B, 2) and (B,)."""
        return Prompts(
            np.concatenate([self.points, points[:, None]], axis=1),
            np.concatenate([self.labels, labels[:, None]], axis=1),
        )


def grid_target(rle: RLE) -> Floats:
    """Share of each of the 256 x 256 cells that the mask covers, the frame's padding included."""
    mask = decode(rle)
    height, width = mask.shape
    square = np.zeros((max(height, width),) * 2, np.float32)
    square[:height, :width] = mask
    resized = Image.fromarray(square).resize((LOGITS_SIDE, LOGITS_SIDE), Image.Resampling.BOX)
    return np.asarray(resized, np.float32)


def first_prompts(
    targets: Floats, rng: np.random.Generator, box_share: float, centre_share: float
) -> Prompts:
    """Draw a point or a loose box for each of B targets (B, 256, 256)."""
    points = np.zeros((len(targets), 2, 2), np.float32)
    labels = np.full((len(targets), 2), PADDING, np.float32)
    nothing = np.zeros(targets.shape[1:], bool)
    for index, target in enumerate(targets):
        mask = core(target)
        if rng.random() < box_share:
            points[index], labels[index] = _loose_box(mask, rng), (TOP_LEFT, BOTTOM_RIGHT)
        else:
            points[index, 0], _ = error_point(mask, nothing, rng, centre_share)
            labels[index, 0] = OBJECT
    return Prompts(points, labels)


def corrections(
    targets: Floats, predicted: Mask, rng: np.random.Generator, centre_share: float
) -> tuple[Floats, Floats]:
    """Draw one correction for each of B answers: points (B, 2) and labels (B,)."""
    drawn = [
        error_point(core(target), mask, rng, centre_share)
        for target, mask in zip(targets, predicted, strict=True)
    ]
    return np.stack([at for at, _ in drawn]), np.array([label for _, label in drawn], np.float32)


def core(target: Floats) -> Mask:
    """The cells that mostly lie in the object; its fullest cell where none does."""
    return np.asarray((target > 0.5) | ((target > 0) & (target == target.max())))  # noqa: PLR2004


def error_point(
    truth: Mask, predicted: Mask, rng: np.random.Generator, centre_share: float
) -> tuple[Floats, int]:
    """Draw a point of the error region, or of the object where there is no error."""
    wrong = truth ^ predicted
    if not wrong.any():
        wrong = truth
    elif rng.random() < centre_share:
        x, y, is_positive = largest_error_point(truth, predicted)
        return _to_frame(x, y, rng), int(is_positive)
    cells = np.flatnonzero(wrong)
    y, x = divmod(int(cells[rng.integers(len(cells))]), wrong.shape[1])
    return _to_frame(x, y, rng), int(truth[y, x])


def _to_frame(x: int, y: int, rng: np.random.Generator) -> Floats:
    """Anywhere in a cell, so that the grid is not learned."""
    return np.array([(x + rng.random()) * CELL, (y + rng.random()) * CELL], np.float32)


def _loose_box(mask: Mask, rng: np.random.Generator) -> Floats:
    """The tight box with corners off by a tenth of its sides (appendix A), at most 20 px."""
    low, high = np.split(box_of(mask) * CELL, 2)
    noise = rng.normal(scale=0.1, size=(2, 2)) * (high - low)
    box = np.stack([low, high]) + np.clip(noise, -20, 20)
    return np.asarray(np.clip(box, 0, SIDE), np.float32)
