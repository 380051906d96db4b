"""Automatic proposals, filtered as Segment Anything does (section 5).

Prompts are the points of a grid or, where a bundle has learned where objects are, the boxes that
its prompt head gives, and a click on what each box gave. On 30 held-out images of nuclei the boxes
of a head that 60 others taught find 87 % of 1,145 objects where the grid finds 53 %, with one
decoder. By the clicks 68 % of what is proposed is right in place of 65 %, for twice the time.
A decoder call costs about 50 ms of one core, so everything after it works on the 256 x 256 logits
and only the survivors are resized.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.geometry import box_of, clean_small_regions, suppress_boxes
from engine.masks.rle import RLE, bbox_xywh, encode
from engine.segmentation.frame import (
    LOGITS_SIDE,
    SIDE,
    scale_of,
    scaled_size,
    to_frame,
    upscale_logits,
)
from engine.segmentation.items import SeenImage
from engine.segmentation.object_finder import ObjectFinder, find_objects
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.windows import Window, choose_windows, whole_of

Floats: TypeAlias = NDArray[np.float32]

PROCEDURE: Final = 2  # counts how masks are found: by another one a bundle finds others


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
        kinds = {name: type(value) for name, value in asdict(self).items()}
        given = {name: kinds[name](v) for name, v in thresholds.items() if name in kinds}
        return replace(self, **given)


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
    window: Window  # that the grid lies over
    box_xyxy: Floats  # in image pixels, as the point
    predicted_iou: float
    stability: float
    point_xy: tuple[float, float]


def propose(
    seen: SeenImage,
    predictor: OnnxPredictor,
    config: ProposalConfig,
    *,
    finder: ObjectFinder | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[MaskProposal]:
    """Propose masks for one image, the surest first; a finder, if given, says where to look.

    Raises:
        ProposingCancelled: should_stop, asked before every batch, returned true.

    """
    candidates = find_candidates(seen, predictor, config, finder=finder, should_stop=should_stop)
    kept = [candidates[index] for index in suppress(candidates, config.nms_iou)]
    return [proposal for one in kept if (proposal := _finish(one, seen.size_hw, config))]


def propose_in_boxes(
    seen: SeenImage,
    predictor: OnnxPredictor,
    config: ProposalConfig,
    boxes_xyxy: Floats,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> list[MaskProposal | None]:
    """Return a mask for each box (N, 4) in image pixels; None where next to nothing is in it.

    Somebody says that an object is there, so that no threshold of sureness applies. Each is decoded
    through the window in which it is best seen, of those that the image was looked at through.

    Raises:
        ProposingCancelled: should_stop, asked before every batch, returned true.

    """
    sure = replace(config, predicted_iou_min=-np.inf, stability_min=0.0, max_share=1.0)
    decoding = _Decoding(seen, predictor, sure, should_stop)
    most_xy = np.tile(np.array(seen.size_hw[::-1], np.float32), 2)
    boxes = np.clip(np.asarray(boxes_xyxy, np.float32).reshape(-1, 4), 0, most_xy)
    windows = choose_windows(boxes, seen.size_hw, seen.closer)
    found: list[MaskProposal | None] = [None] * len(boxes)
    for window in dict.fromkeys(windows):
        places = np.flatnonzero([each == window for each in windows])
        answers = decoding.answers(window, boxes[places])
        for place, answer in zip(places, answers, strict=True):
            found[place] = _finish(answer, seen.size_hw, sure) if answer else None
    return found


def find_candidates(
    seen: SeenImage,
    predictor: OnnxPredictor,
    config: ProposalConfig,
    *,
    finder: ObjectFinder | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Candidate]:
    """Decode prompts and keep the answers above the thresholds; objects repeat.

    A lone point of the grid has three hypotheses; a box that a finder gives means one object, and
    a small one is decoded through a window. What a finder was never shown it misses, so a thin grid
    looks where it found nothing.
    """
    decoding = _Decoding(seen, predictor, config, should_stop)
    if finder is None:
        return [*decoding.points(grid_points(seen.size_hw, config.points_per_side))]
    candidates: list[Candidate] = []
    for window, found in find_objects(
        seen, finder, heat_min=config.heat_min, most=config.boxes_max
    ).items():
        candidates.extend(decoding.boxes(window, found.boxes_xyxy, found.points_xy))
    thin = grid_points(seen.size_hw, config.thin_points_per_side)
    candidates.extend(decoding.points(thin[~_are_covered(thin, candidates)]))
    return candidates


@dataclass(frozen=True, slots=True)
class _Decoding:
    """One image's prompts through the decoder, a batch at a time."""

    seen: SeenImage
    predictor: OnnxPredictor
    config: ProposalConfig
    should_stop: Callable[[], bool] | None

    def points(self, points_xy: Floats) -> Iterator[Candidate]:
        size_hw = self.seen.size_hw
        for batch in self._batches(len(points_xy)):
            points = points_xy[batch]
            low_res, iou = self.predictor.predict_batch(self.seen.whole, points, size_hw)
            whole = whole_of(size_hw)
            yield from _candidates(low_res[:, 1:], iou[:, 1:], points, whole, self.config)

    def boxes(self, window: Window, boxes_xyxy: Floats, points_xy: Floats) -> Iterator[Candidate]:
        """Yield what is in each box, and what that becomes by a click on the object's point.

        A found box is rough, and the answer keeps to it; a click alone is answered with all of what
        touches. One upon the other is nearer to the object, and suppression keeps the surer one.
        """
        embedding = self.seen.through(window)
        own = window.inside(boxes_xyxy)
        for batch in self._batches(len(own)):
            boxed = self.predictor.predict_boxes(embedding, own[batch], window.size_hw)
            answers = self._whole_ones(*boxed, points_xy[batch], window)
            yield from answers
            if answers:
                points = np.array([each.point_xy for each in answers], np.float32)
                clicked = self.predictor.predict_batch(
                    embedding,
                    window.inside(points),
                    window.size_hw,
                    np.stack([each.logits for each in answers]),
                )
                yield from self._whole_ones(*clicked, points, window)

    def _whole_ones(
        self, low_res: Floats, iou: Floats, points: Floats, window: Window
    ) -> list[Candidate]:
        """Keep the single answers (B, 4) that the window does not cut off."""
        found = _candidates(low_res[:, :1], iou[:, :1], points, window, self.config)
        size_hw = self.seen.size_hw
        return [each for each in found if window.margins(each.box_xyxy[None], size_hw)[0] > 0]

    def answers(self, window: Window, boxes_xyxy: Floats) -> Iterator[Candidate | None]:
        """Yield what is in each box, which the middle of it stands for."""
        embedding = self.seen.through(window)
        own = window.inside(boxes_xyxy)
        middles = np.asarray((boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2, np.float32)
        for batch in self._batches(len(own)):
            low_res, iou = self.predictor.predict_boxes(embedding, own[batch], window.size_hw)
            for each, points in enumerate(np.split(middles[batch], len(low_res))):
                one = slice(each, each + 1)
                answer = _candidates(low_res[one, :1], iou[one, :1], points, window, self.config)
                yield next(answer, None)

    def _batches(self, count: int) -> Iterator[slice]:
        for start in range(0, count, self.config.batch):
            if self.should_stop is not None and self.should_stop():
                raise ProposingCancelled
            yield slice(start, start + self.config.batch)


def _are_covered(points_xy: Floats, candidates: Sequence[Candidate]) -> NDArray[np.bool_]:
    """Tell for each point whether it lies in a candidate's mask: (N,)."""
    covered = np.zeros(len(points_xy), bool)
    for each in candidates:
        own = each.window.inside(points_xy)
        is_inside = np.all((own >= 0) & (own < np.array(each.window.size_hw[::-1])), axis=1)
        cells = (to_frame(own[is_inside], each.window.size_hw) * (LOGITS_SIDE / SIDE)).astype(int)
        covered[is_inside] |= each.logits[cells[:, 1], cells[:, 0]] > 0
    return covered


def grid_points(size_hw: tuple[int, int], points_per_side: int) -> Floats:
    """Points at the centres of square cells, in image pixels: (N, 2)."""
    height, width = size_hw
    pitch = max(size_hw) / points_per_side
    rows, columns = max(1, round(height / pitch)), max(1, round(width / pitch))
    y = (np.arange(rows, dtype=np.float32) + 0.5) * (height / rows)
    x = (np.arange(columns, dtype=np.float32) + 0.5) * (width / columns)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _candidates(
    low_res: Floats, iou: Floats, points: Floats, window: Window, config: ProposalConfig
) -> Iterator[Candidate]:
    """Keep the answers (B, 1 or 3) that the model is sure of and that stand on firm edges."""
    height, width = (-(-side * LOGITS_SIDE // SIDE) for side in scaled_size(window.size_hw))
    cell_px = SIDE / LOGITS_SIDE / scale_of(window.size_hw)
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
            window=window,
            box_xyxy=window.outside(box_of(object_px) * cell_px),
            predicted_iou=float(np.clip(iou[prompt, hypothesis], 0, 1)),
            stability=float(stability),
            point_xy=(float(points[prompt, 0]), float(points[prompt, 1])),
        )


def suppress(candidates: Sequence[Candidate], nms_iou: float) -> list[int]:
    """Keep one candidate of each object; returns their places, the surest first."""
    if not candidates:
        return []
    boxes = np.stack([candidate.box_xyxy for candidate in candidates])
    scores = np.array([candidate.predicted_iou for candidate in candidates])
    return suppress_boxes(boxes, scores, nms_iou)


def _finish(
    candidate: Candidate, size_hw: tuple[int, int], config: ProposalConfig
) -> MaskProposal | None:
    """Resize to the image and clean; None where too little is left."""
    window = candidate.window
    mask = upscale_logits(candidate.logits, window.size_hw) > 0
    mask = clean_small_regions(mask, config.min_area_px)
    if np.count_nonzero(mask) < config.min_area_px:
        return None
    rle = encode(window.paste(mask, size_hw))
    return MaskProposal(
        rle, bbox_xywh(rle), candidate.predicted_iou, candidate.stability, candidate.point_xy
    )
