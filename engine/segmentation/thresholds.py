"""Thresholds of a trained decoder, found on images whose objects are all known.

A round changes what the IoU head promises and how firm edges are, so the old decoder's thresholds
would drop what the new one finds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.map_in_order import map_in_order
from engine.masks.rle import area, encode
from engine.segmentation.frame import upscale_logits
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.prompts import grid_target
from engine.segmentation.proposals import Candidate, ProposalConfig, find_candidates, suppress

Ious: TypeAlias = NDArray[np.float32]

PREDICTED_IOU: Final = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
STABILITY: Final = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
ENOUGH_IMAGES: Final = 12  # with objects, to fit on; some 2 s each
FOUND_IOU: Final = 0.5  # a proposal that is worth correcting
_FORGOTTEN: Final = np.empty((0, 0), np.float16)  # a mask's 128 KiB, hundreds of times an image


def fit_thresholds(
    images: Sequence[AnnotatedImage],
    predictor: OnnxPredictor,
    config: ProposalConfig,
    finder: ObjectFinder | None = None,
    *,
    threads: int = 1,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> ProposalConfig:
    """Choose the pair of thresholds with the best F1 over all objects of the images.

    A missed object costs a click or two, a wrong proposal a key, on an empty image as on others: F1
    weighs them alike. Where nothing is found at any pair, and between equals, the thresholds stay
    nearest to `config`'s.

    Args:
        images: some 2 s each.
        threads: that look at an image each.
        report: hears how many images are seen, of how many; what it raises ends the work.

    """
    report(0, len(images))
    find = partial(_judged, predictor=predictor, config=config, finder=finder)
    overlaps = []
    for _, each in map_in_order(find, images, threads=threads):
        overlaps.append(each)
        report(len(overlaps), len(images))
    objects = sum(1 for image in images for mask in image.masks if area(mask))

    def score(pair: tuple[float, float]) -> tuple[float, float]:
        trial = replace(config, predicted_iou_min=pair[0], stability_min=pair[1])
        counts = [_hits(candidates, ious, trial) for candidates, ious in overlaps]
        hits, proposed = sum(hit for hit, _ in counts), sum(number for _, number in counts)
        f1 = 2 * hits / (proposed + objects) if objects else 0.0
        moved = abs(pair[0] - config.predicted_iou_min) + abs(pair[1] - config.stability_min)
        return f1, -moved

    now = (config.predicted_iou_min, config.stability_min)
    predicted_iou_min, stability_min = max([now, *product(PREDICTED_IOU, STABILITY)], key=score)
    return replace(config, predicted_iou_min=predicted_iou_min, stability_min=stability_min)


def _judged(
    image: AnnotatedImage,
    predictor: OnnxPredictor,
    config: ProposalConfig,
    finder: ObjectFinder | None,
) -> tuple[list[Candidate], Ious]:
    """Find what the loosest thresholds let pass, and how far it overlaps the objects."""
    loosest = replace(
        config,
        predicted_iou_min=min(*PREDICTED_IOU, config.predicted_iou_min),
        stability_min=min(*STABILITY, config.stability_min),
    )
    candidates = find_candidates(image.seen(), predictor, loosest, finder=finder)
    overlaps = _overlaps(candidates, image)
    return [replace(each, logits=_FORGOTTEN) for each in candidates], overlaps


def _overlaps(candidates: Sequence[Candidate], image: AnnotatedImage) -> Ious:
    """IoU of candidates and objects, (N, M), on the decoder's grid."""
    truth = [grid_target(mask) > 0.5 for mask in image.masks if area(mask)]  # noqa: PLR2004
    masks = [_on_the_grid(each, image.size_hw) for each in candidates]
    if not truth or not masks:
        return np.zeros((len(masks), len(truth)), np.float32)
    a = np.stack(masks).reshape(len(masks), -1).astype(np.float32)
    b = np.stack(truth).reshape(len(truth), -1).astype(np.float32)
    shared = a @ b.T
    union = a.sum(axis=1)[:, None] + b.sum(axis=1)[None] - shared
    return np.asarray(shared / np.maximum(union, 1), np.float32)


def _on_the_grid(candidate: Candidate, size_hw: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a candidate's mask on the grid over the whole image, (256, 256)."""
    if candidate.window.size_hw == size_hw:
        return np.asarray(candidate.logits > 0)
    mask = upscale_logits(candidate.logits, candidate.window.size_hw) > 0
    return grid_target(encode(candidate.window.paste(mask, size_hw))) > 0.5  # noqa: PLR2004


def _hits(candidates: Sequence[Candidate], ious: Ious, config: ProposalConfig) -> tuple[int, int]:
    """Count (objects found, proposals made): the surest first, each object once."""
    sure = [
        index
        for index, each in enumerate(candidates)
        if each.predicted_iou >= config.predicted_iou_min and each.stability >= config.stability_min
    ]
    kept = [sure[index] for index in suppress([candidates[i] for i in sure], config.nms_iou)]
    left = np.ones(ious.shape[1], bool)
    for index in kept:
        nearest = np.where(left, ious[index], 0.0)
        if nearest.size and nearest.max() >= FOUND_IOU:
            left[nearest.argmax()] = False
    return int(np.count_nonzero(~left)), len(kept)
