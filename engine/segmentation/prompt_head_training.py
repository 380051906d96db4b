"""Train a prompt head on accepted masks: a minute or two on two cores, so a killed one begins anew.

The loss of the heat is CenterNet's (arXiv:1904.07850, section 3): a Gaussian around each object's
point, penalised less near it. Boxes are learned after TTFNet (arXiv:1909.00700, section 4): cells
around the point learn them as well, each by its share of the Gaussian, by how far they overlap
(GIoU, arXiv:1902.09630). The loss of a step is divided by its objects, so what heat costs on an
empty image is weighed by the objects of the others: a step on empty ones alone would weigh tens of
times as much.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # as everyone calls it

from engine.divergence import check_finite, check_risen
from engine.masks.geometry import box_of, largest_error_point
from engine.masks.rle import area
from engine.segmentation.frame import scaled_size
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.object_finder import HEAT_SIDE, STRIDE
from engine.segmentation.prompt_head import PromptHead
from engine.segmentation.prompts import CELL, core, grid_target
from engine.segmentation.trainer import learning_rate, whose_turn

Floats: TypeAlias = NDArray[np.float32]
_GRID_CELL: Final = STRIDE // CELL  # cells of the decoder's grid in one of the heat's
MOST_EMPTY: Final = 0.5  # of the images of a step
_RADIUS: Final = 0.3  # of the shorter side: boxes so far off still overlap by 0.7
_NEAR: Final = 0.3  # of the heat at an object's point: so near cells learn its box


class PromptHeadCancelled(Exception):  # noqa: N818  # a request, not an error
    """The caller's should_stop said so."""


@dataclass(frozen=True, slots=True)
class PromptHeadConfig:
    """How a head is trained."""

    steps: int = 400
    images_per_step: int = 4
    width: int = 64
    lr: float = 2e-3
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    box_weight: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ObjectPoints:
    """Where the N objects of an image are, in cells of the heat: some 100 bytes each."""

    cells: NDArray[np.int64]  # (N, 2) row and column of their deepest points
    boxes: Floats  # (N, 4) left, top, right and bottom
    spread: Floats  # (N,) of their bumps in the heat, a standard deviation
    height: int  # of the image; the rest of the frame is padding
    width: int


@dataclass(frozen=True, slots=True)
class Targets:
    """What a look at an image teaches: the heat, and boxes at the M cells near objects' points."""

    heat: Floats  # (128, 128): exactly 1 at an object's point
    cells: NDArray[np.int64]  # (M, 2) row and column
    sides: Floats  # (M, 4) distances from a cell's middle to left, top, right and bottom, in cells
    weights: Floats  # (M,) 1 together for each object


def train_prompt_head(
    images: Sequence[AnnotatedImage],
    *,
    config: PromptHeadConfig,
    on_step: Callable[[int, float], None],
    should_stop: Callable[[], bool],
) -> PromptHead:
    """Train on images whose objects are all known; on_step gets the steps done and the loss.

    Raises:
        PromptHeadCancelled: should_stop returned true.
        TrainingDivergedError: see engine.divergence.
        ValueError: there is no mask to train on.

    """
    with_objects = [image for image in images if not image.is_empty]
    if not with_objects:
        raise ValueError("no mask to train on: every image is empty")
    empty = [image for image in images if image.is_empty]
    head = _new_head(with_objects[0], config).train()
    optimizer = torch.optim.AdamW(head.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    known: dict[str, ObjectPoints] = {}
    losses: list[float] = []
    for step in range(config.steps):
        if should_stop():
            raise PromptHeadCancelled
        for group in optimizer.param_groups:
            group["lr"] = config.lr * learning_rate(step, config.steps, config.warmup_share)
        loss = _loss(head, _drawn(with_objects, empty, config, step), known, config)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        norm = torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
        losses.append(float(loss.detach()))
        place = f"step {step + 1} of {config.steps} of the prompt head"
        check_finite(losses[-1], float(norm), place)
        check_risen(losses, place)
        optimizer.step()
        on_step(step + 1, losses[-1])
    return head.eval()


def points_of(image: AnnotatedImage) -> ObjectPoints:
    """Find the deepest point of each mask and its box."""
    height, width = (-(-side // STRIDE) for side in scaled_size(image.size_hw))
    cells, boxes, spread = [], [], []
    for mask in (core(grid_target(rle)) for rle in image.masks if area(rle)):
        x, y, _ = largest_error_point(mask, np.zeros_like(mask))
        box = box_of(mask) / _GRID_CELL
        cells.append((y // _GRID_CELL, x // _GRID_CELL))
        boxes.append(box)
        spread.append((_RADIUS * float((box[2:] - box[:2]).min()) + 1) / 6)
    return ObjectPoints(
        np.array(cells, np.int64).reshape(-1, 2),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(spread, np.float32),
        height,
        width,
    )


def targets_of(points: ObjectPoints) -> Targets:
    """Draw the bumps; where two meet, a cell is of the object whose bump is higher there."""
    heat = np.zeros((HEAT_SIDE, HEAT_SIDE), np.float32)
    owner = np.zeros((HEAT_SIDE, HEAT_SIDE), np.int64)
    at = np.arange(HEAT_SIDE, dtype=np.float32)
    for index, (cell, spread) in enumerate(zip(points.cells, points.spread, strict=True)):
        rows, columns = (np.exp(-((at - middle) ** 2) / (2 * spread**2)) for middle in cell)
        bump = np.outer(rows, columns)
        owner[bump > heat] = index
        np.maximum(heat, bump, out=heat)
    cells = np.argwhere(heat > _NEAR)
    near, owners = (each[cells[:, 0], cells[:, 1]] for each in (heat, owner))
    low, high = np.split(points.boxes[owners], 2, axis=1)
    middle = cells[:, ::-1] + np.float32(0.5)
    sides = np.maximum(np.concatenate([middle - low, high - middle], axis=1), 1 / STRIDE)
    weights = near / np.bincount(owners, near, minlength=1)[owners]
    return Targets(heat, cells, sides.astype(np.float32), weights.astype(np.float32))


def heat_loss(logits: Tensor, heat: Tensor, is_inside: Tensor) -> Tensor:
    """CenterNet's focal loss, a point's share of it: (B, 128, 128) each."""
    is_point = heat == 1
    p = logits.sigmoid()
    found = (1 - p) ** 2 * F.logsigmoid(logits)
    rejected = (1 - heat) ** 4 * p**2 * F.logsigmoid(-logits)
    total = torch.where(is_point, found, rejected)[is_inside].sum()
    return -total / is_point.sum().clamp(min=1)


def box_loss(sides: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """1 - GIoU of boxes around one cell's middle each, weighed and summed.

    Shapes:
        sides, wanted: (M, 4) distances to left, top, right and bottom.
        weights: (M,).

    """
    inner, outer = torch.minimum(sides, wanted), torch.maximum(sides, wanted)
    common, hull = _area(inner), _area(outer)  # both boxes are around the same middle
    union = _area(sides) + _area(wanted) - common
    giou = common / union - (hull - union) / hull
    return (weights * (1 - giou)).sum()


def _area(sides: Tensor) -> Tensor:
    return (sides[:, 0] + sides[:, 2]) * (sides[:, 1] + sides[:, 3])


def _loss(
    head: PromptHead,
    images: Sequence[AnnotatedImage],
    known: dict[str, ObjectPoints],
    config: PromptHeadConfig,
) -> Tensor:
    for image in images:
        if image.key not in known:
            known[image.key] = points_of(image)
    shown = [known[image.key] for image in images]
    wanted = [targets_of(points) for points in shown]
    embeddings = np.stack([np.asarray(image.load_embedding(), np.float32) for image in images])
    logits, sides = head(torch.from_numpy(embeddings))
    heat = torch.from_numpy(np.stack([each.heat for each in wanted]))
    is_inside = torch.zeros_like(heat, dtype=torch.bool)
    for index, points in enumerate(shown):
        is_inside[index, : points.height, : points.width] = True
    found = torch.cat(
        [sides[index, :, each.cells[:, 0], each.cells[:, 1]].T for index, each in enumerate(wanted)]
    )
    boxes = box_loss(
        found.exp(),
        torch.from_numpy(np.concatenate([each.sides for each in wanted])),
        torch.from_numpy(np.concatenate([each.weights for each in wanted])),
    )
    objects = max(sum(len(points.cells) for points in shown), 1)
    return heat_loss(logits, heat, is_inside) + config.box_weight * boxes / objects


def _drawn(
    with_objects: Sequence[AnnotatedImage],
    empty: Sequence[AnnotatedImage],
    config: PromptHeadConfig,
    step: int,
) -> list[AnnotatedImage]:
    """Draw the images of a step, empty ones as often as there are, up to MOST_EMPTY."""
    share = min(MOST_EMPTY, len(empty) / (len(with_objects) + len(empty)))
    first, end = (number * config.images_per_step for number in (step, step + 1))
    first_empty, end_empty = int(first * share), int(end * share)
    turns = [
        *((with_objects, number) for number in range(first - first_empty, end - end_empty)),
        *((empty, number) for number in range(first_empty, end_empty)),
    ]
    rng = np.random.default_rng([config.seed, step])
    return [
        images[whose_turn(len(images), config.seed, number)].drawn_view(rng)
        for images, number in turns
    ]


def _new_head(image: AnnotatedImage, config: PromptHeadConfig) -> PromptHead:
    """Make a head for embeddings like the image's, the same one for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return PromptHead(len(image.load_embedding()), config.width)
