"""Automatic proposals, filtered as Segment Anything does (section 5).

Prompts are the points of a grid or, where a bundle has learned where objects are, the boxes that
its prompt head gives. On 30 held-out images of nuclei the boxes of a head that 60 others taught
find 87 % of 1,145 objects where the grid finds 53 %, with one decoder, in a quarter of the time.
A decoder call costs about 50 ms of one core, so everything after it works on the 256 x 256 logits
and only the survivors are resized.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.geometry import clean_small_regions
from engine.masks.rle import RLE, bbox_xywh, encode
from engine.segmentation.frame import (
    LOGITS_SIDE,
    SIDE,
    scaled_size,
    to_frame,
    upscale_logits,
)
from engine.segmentation.items import Embedding
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.predictor import OnnxPredictor

Floats: TypeAlias = NDArray[np.float32]


class ProposingCancelled(Exception):  # noqa: N818  # a request, not an error
    """The caller's should_stop said so."""


@dataclass(frozen=True, slots=True)
class ProposalConfig:
    """Thresholds of one bundle; those of SAM's generator are for photos and a 32 x 32 grid."""

    points_per_side: int = 16  # on the image's longer side
    heat_min: float = 0.25  # of a box that a prompt head gives
    boxes_max: int = 400
    thin_points_per_side: int = 4  # of a grid for what a prompt head missed
    predicted_iou_min: float = 0.80
    stability_min: float = 0.85
    stability_offset: float = 1.0  # logits
    nms_iou: float = 0.7  # of boxes; above it two masks count as one object
    min_area_px: int = 20  # image pixels; smaller holes are filled, smaller islands dropped
    max_share: float = 0.95  # of the image; a mask larger than that is the background
    batch: int = 16

    def thresholds(self) -> dict[str, float]:
        """What a bundle keeps of this: it belongs to the decoder, the rest to the job."""
        return {
            "predicted_iou_min": self.predicted_iou_min,
            "stability_min": self.stability_min,
            "nms_iou": self.nms_iou,
        }

    def with_thresholds(self, thresholds: Mapping[str, float]) -> "ProposalConfig":
        """Take a bundle's thresholds; other names in it are not for proposals."""
        return replace(
            self,
            predicted_iou_min=thresholds.get("predicted_iou_min", self.predicted_iou_min),
            stability_min=thresholds.get("stability_min", self.stability_min),
            nms_iou=thresholds.get("nms_iou", self.nms_iou),
        )


@dataclass(frozen=True, slots=True)
class MaskProposal:
    """One mask that the model suggests."""

    rle: RLE
    bbox_xywh: tuple[float, float, float, float]
    predicted_iou: float  # clamped to [0, 1]
    stability: float
    point_xy: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mask on the decoder's grid, before the image's pixels are touched."""

    logits: NDArray[np.float16]  # (256, 256)
    box_xyxy: Floats
    predicted_iou: float
    stability: float
    point_xy: tuple[float, float]


def propose(
    embedding: Embedding,
    predictor: OnnxPredictor,
    size_hw: tuple[int, int],
    config: ProposalConfig,
    should_stop: Callable[[], bool] | None = None,
    finder: ObjectFinder | None = None,
) -> list[MaskProposal]:
    """Propose masks for one image, the surest first; a finder, if given, says where to look.

    Raises:
        ProposingCancelled: should_stop, asked before every batch, returned true.

    """
    candidates = find_candidates(embedding, predictor, size_hw, config, should_stop, finder)
    kept = [candidates[index] for index in suppress(candidates, config.nms_iou)]
    return [proposal for one in kept if (proposal := _finish(one, size_hw, config))]


def find_candidates(
    embedding: Embedding,
    predictor: OnnxPredictor,
    size_hw: tuple[int, int],
    config: ProposalConfig,
    should_stop: Callable[[], bool] | None = None,
    finder: ObjectFinder | None = None,
) -> list[Candidate]:
    """Decode prompts and keep the answers above the thresholds; objects repeat.

    A lone point of the grid has three hypotheses; a box that a finder gives means one object. What
    a finder was never shown it misses, so a thin grid looks where it found nothing.
    """

    def batches(count: int) -> Iterator[slice]:
        for start in range(0, count, config.batch):
            if should_stop is not None and should_stop():
                raise ProposingCancelled
            yield slice(start, start + config.batch)

    def on_points(points: Floats) -> Iterator[Candidate]:
        for batch in batches(len(points)):
            low_res, iou = predictor.predict_batch(embedding, points[batch], size_hw)
            yield from _candidates(low_res[:, 1:], iou[:, 1:], points[batch], size_hw, config)

    if finder is None:
        return list(on_points(grid_points(size_hw, config.points_per_side)))
    found = finder.find(embedding, size_hw, heat_min=config.heat_min, most=config.boxes_max)
    candidates: list[Candidate] = []
    for batch in batches(len(found.boxes_xyxy)):
        low_res, iou = predictor.predict_boxes(embedding, found.boxes_xyxy[batch], size_hw)
        points = found.points_xy[batch]
        candidates.extend(_candidates(low_res[:, :1], iou[:, :1], points, size_hw, config))
    thin = grid_points(size_hw, config.thin_points_per_side)
    candidates.extend(on_points(thin[~_are_covered(thin, candidates, size_hw)]))
    return candidates


def _are_covered(
    points_xy: Floats, candidates: Sequence[Candidate], size_hw: tuple[int, int]
) -> NDArray[np.bool_]:
    """Tell for each point whether it lies in a candidate's mask: (N,)."""
    covered = np.zeros((LOGITS_SIDE, LOGITS_SIDE), bool)
    for candidate in candidates:
        covered |= candidate.logits > 0
    columns, rows = (to_frame(points_xy, size_hw) * (LOGITS_SIDE / SIDE)).astype(int).T
    return np.asarray(covered[rows, columns])


def grid_points(size_hw: tuple[int, int], points_per_side: int) -> Floats:
    """Points at the centres of square cells, in image pixels: (N, 2)."""
    height, width = size_hw
    pitch = max(size_hw) / points_per_side
    rows, columns = max(1, round(height / pitch)), max(1, round(width / pitch))
    y = (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows)
    x = (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _candidates(
    low_res: Floats, iou: Floats, points: Floats, size_hw: tuple[int, int], config: ProposalConfig
) -> Iterator[Candidate]:
    """Keep the answers (B, 1 or 3) that the model is sure of and that stand on firm edges."""
    height, width = (-(-side * LOGITS_SIDE // SIDE) for side in scaled_size(size_hw))
    for prompt, hypothesis in np.argwhere(iou >= config.predicted_iou_min):
        logits = low_res[prompt, hypothesis]
        inside = logits[:height, :width]
        core = np.count_nonzero(inside > config.stability_offset)
        reach = np.count_nonzero(inside > -config.stability_offset)
        stability = core / reach if reach else 0.0
        object_px = inside > 0
        is_background = np.count_nonzero(object_px) > config.max_share * height * width
        if stability < config.stability_min or is_background or not object_px.any():
            continue
        yield Candidate(
            logits=logits.astype(np.float16),
            box_xyxy=_box(object_px),
            predicted_iou=float(np.clip(iou[prompt, hypothesis], 0, 1)),
            stability=float(stability),
            point_xy=(float(points[prompt, 0]), float(points[prompt, 1])),
        )


def _box(mask: NDArray[np.bool_]) -> Floats:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def suppress(candidates: Sequence[Candidate], nms_iou: float) -> list[int]:
    """Greedy non-maximum suppression by box; returns what is kept, the surest first."""
    if not candidates:
        return []
    boxes = np.stack([candidate.box_xyxy for candidate in candidates])
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    order = np.argsort([-candidate.predicted_iou for candidate in candidates], kind="stable")
    kept: list[int] = []
    while len(order):
        first, rest = order[0], order[1:]
        kept.append(int(first))
        corners = np.maximum(boxes[first, :2], boxes[rest, :2])
        sides = np.clip(np.minimum(boxes[first, 2:], boxes[rest, 2:]) - corners, 0, None)
        shared = np.prod(sides, axis=1)
        order = rest[shared / (areas[first] + areas[rest] - shared) <= nms_iou]
    return kept


def _finish(
    candidate: Candidate, size_hw: tuple[int, int], config: ProposalConfig
) -> MaskProposal | None:
    """Resize to the image and clean; None where too little is left."""
    mask = upscale_logits(candidate.logits, size_hw) > 0
    mask = clean_small_regions(mask, config.min_area_px)
    if np.count_nonzero(mask) < config.min_area_px:
        return None
    rle = encode(mask)
    return MaskProposal(
        rle, bbox_xywh(rle), candidate.predicted_iou, candidate.stability, candidate.point_xy
    )
