"""How good a bundle is: clicks that a person would need, and precision without a person.

Clicks follow the standard protocol (RITM, Sofiiuk et al. 2021, arXiv:2102.06583): each one goes to
the centre of the largest error, the first to the centre of the object. As its text says, that is
the region with the most pixels; its code takes the one that is deepest, and no pixel twice.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.bootstrap import Estimate, bootstrap_mean
from engine.masks.geometry import largest_error_point
from engine.masks.rle import RLE, area, decode, digest
from engine.segmentation.clicking import Answer, answer_clicks
from engine.segmentation.frame import SIZES, scale_of, size_of
from engine.segmentation.items import AnnotatedImage, SeenImage
from engine.segmentation.predictor import OnnxPredictor

Mask: TypeAlias = NDArray[np.bool_]

GOOD_IOU = 0.85  # people agree with each other at 0.85 to 0.91
STOP_IOU = 0.90
MAX_CLICKS: Final = 20  # on one object


@dataclass(frozen=True, slots=True)
class ObjectClicks:
    """One object under the clicks: its IoU after each, until STOP_IOU or the last allowed click."""

    key: str  # image
    index: int  # of the mask in its image
    size_px: float  # square root of the area, in the 1024 frame
    ious: tuple[float, ...]

    def iou_at(self, clicks: int) -> float:
        """IoU after so many clicks; a person stops at STOP_IOU, so it then stays as it is."""
        return self.ious[min(clicks, len(self.ious)) - 1]

    def clicks_to(self, iou: float, max_clicks: int) -> int:
        """Count the clicks that reach an IoU; max_clicks if none does."""
        return next((n for n, reached in enumerate(self.ious, 1) if reached >= iou), max_clicks)


@dataclass(frozen=True, slots=True)
class ClickSummary:
    """Means over objects."""

    miou_1: float
    miou_3: float
    miou_5: float
    noc_85: float
    noc_90: float
    objects: int


@dataclass(frozen=True, slots=True)
class ClickMetrics:
    """The whole, by size where there are objects of it, and each object for paired comparisons."""

    overall: ClickSummary
    by_size: dict[str, ClickSummary]
    per_object: tuple[ObjectClicks, ...]


def sample_masks(masks: Sequence[RLE], count: int) -> list[RLE]:
    """Choose the same few masks of an image every time, by their digests."""
    return sorted((mask for mask in masks if area(mask)), key=digest)[:count]


def click_images(
    images: Sequence[AnnotatedImage], predictor: OnnxPredictor, max_clicks: int, threads: int = 2
) -> Iterator[list[ObjectClicks]]:
    """Click every mask; yield the objects of each image in turn, as they are done.

    A click takes about 60 ms of one core.
    """

    def click_image(image: AnnotatedImage) -> list[ObjectClicks]:
        seen = image.seen()
        return [
            click_object(image, index, seen, predictor, max_clicks)
            for index, mask in enumerate(image.masks)
            if area(mask)
        ]

    with ThreadPoolExecutor(threads) as pool:  # onnxruntime leaves the interpreter while it runs
        yield from pool.map(click_image, images)


def click_object(
    image: AnnotatedImage,
    index: int,
    seen: SeenImage,
    predictor: OnnxPredictor,
    max_clicks: int,
) -> ObjectClicks:
    """Click one object until it is good enough."""
    truth = decode(image.masks[index])
    answer: Answer | None = None
    points: list[tuple[float, float]] = []
    labels: list[int] = []
    ious: list[float] = []
    while len(ious) < max_clicks and (not ious or ious[-1] < STOP_IOU):
        drawn = answer.mask if answer else np.zeros_like(truth)
        x, y, is_positive = largest_error_point(truth, drawn)
        points.append((x, y))
        labels.append(int(is_positive))
        answer = answer_clicks(seen, predictor, points, labels, answer)
        ious.append(_iou(truth, answer.mask))
    size_px = float(np.sqrt(np.count_nonzero(truth))) * scale_of(image.size_hw)
    return ObjectClicks(image.key, index, size_px, tuple(ious))


def summarise(objects: Sequence[ObjectClicks], max_clicks: int = 20) -> ClickMetrics:
    """Take the means, over all and by size.

    Raises:
        ValueError: there is no object.

    """
    if not objects:
        raise ValueError("there is no object to evaluate on")
    by_size = {
        name: _summary(chosen, max_clicks) for name, chosen in group_by_size(objects).items()
    }
    return ClickMetrics(_summary(objects, max_clicks), by_size, tuple(objects))


def group_by_size(objects: Sequence[ObjectClicks]) -> dict[str, list[ObjectClicks]]:
    """Sort objects into those sizes that there are any of, the smallest first."""
    groups = {name: [one for one in objects if size_of(one.size_px) == name] for name, _ in SIZES}
    return {name: chosen for name, chosen in groups.items() if chosen}


def _summary(objects: Sequence[ObjectClicks], max_clicks: int) -> ClickSummary:
    def miou(clicks: int) -> float:
        return float(np.mean([one.iou_at(clicks) for one in objects]))

    def noc(iou: float) -> float:
        return float(np.mean([one.clicks_to(iou, max_clicks) for one in objects]))

    return ClickSummary(miou(1), miou(3), miou(5), noc(GOOD_IOU), noc(STOP_IOU), len(objects))


def _iou(a: Mask, b: Mask) -> float:
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 0.0


def iou_at_one_click(one: ObjectClicks) -> float:
    """Measure what the gate asks for first."""
    return one.iou_at(1)


def clicks_to_good(one: ObjectClicks) -> float:
    """Measure what the gate asks for next."""
    return one.clicks_to(GOOD_IOU, MAX_CLICKS)


def paired_bootstrap(
    a: Sequence[ObjectClicks],
    b: Sequence[ObjectClicks],
    seed: int,
    draws: int = 2000,
    measure: Callable[[ObjectClicks], float] = iou_at_one_click,
) -> Estimate:
    """Estimate the mean of b - a in a measure; images are drawn, not objects.

    Raises:
        ValueError: a and b are not about the same objects.

    """
    before = {(one.key, one.index): measure(one) for one in a}
    after = {(one.key, one.index): measure(one) for one in b}
    if not before or before.keys() != after.keys():
        raise ValueError("a paired comparison needs the same objects on both sides, at least one")
    keys = sorted({key for key, _ in before})
    position = {key: number for number, key in enumerate(keys)}
    sums, counts = np.zeros(len(keys)), np.zeros(len(keys))
    for (key, index), value in after.items():
        sums[position[key]] += value - before[key, index]
        counts[position[key]] += 1
    return bootstrap_mean(sums.tolist(), counts.tolist(), seed, draws)
