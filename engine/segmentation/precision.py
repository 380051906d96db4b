"""Average precision and recall of automatic proposals, COCO's way, for one class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.rle import RLE, area, iou_matrix
from engine.segmentation.frame import SIZES, scale_of, size_of

THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0, 1, 101)

Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PrecisionMetrics:
    """COCO's AP at two IoU thresholds, and recall averaged over 0.5 to 0.95; NaN without truth.

    `images` counts those with objects: what is proposed where there is none counts as wrong, but
    says nothing of what is found.
    """

    ap_50: float
    ap_75: float
    ar: float
    images: int
    objects: int


@dataclass(frozen=True, slots=True)
class SizePrecision:
    """COCO's AP on the objects of one size."""

    ap_50: float
    ap_75: float
    objects: int


@dataclass(frozen=True, slots=True)
class ScoredImage:
    """What was proposed on one image, and what is there."""

    proposals: Sequence[RLE]
    scores: Sequence[float]
    truth: Sequence[RLE]


class _Matches(NamedTuple):
    """What became of N proposals at each of T thresholds."""

    hits: Bools  # (T, N), found an object that counts
    is_aside: Bools  # (T, N), neither right nor wrong: of something that does not count


def average_precision(images: Sequence[ScoredImage]) -> PrecisionMetrics:
    """Match greedily by score, each object once, and integrate precision over recall."""
    objects = sum(len(image.truth) for image in images)
    if not objects:
        return PrecisionMetrics(float("nan"), float("nan"), float("nan"), 0, 0)
    matches = _matches(images, lambda _: True)
    recall = matches.hits.sum(axis=1) / objects
    ap_50, ap_75 = _at_50_and_75(matches, objects)
    with_objects = sum(bool(image.truth) for image in images)
    return PrecisionMetrics(ap_50, ap_75, float(recall.mean()), with_objects, objects)


def precision_by_size(images: Sequence[ScoredImage]) -> dict[str, SizePrecision]:
    """Do the same for each size that there are objects of, the smallest first.

    As COCO does: what finds an object of another size, or finds none and has another size itself,
    is neither right nor wrong.
    """
    sizes = [size_of_mask(mask) for image in images for mask in image.truth]
    figures = {}
    for name, _ in SIZES:
        if objects := sizes.count(name):
            matches = _matches(images, partial(_is_of_size, name))
            figures[name] = SizePrecision(*_at_50_and_75(matches, objects), objects)
    return figures


def _is_of_size(name: str, mask: RLE) -> bool:
    return size_of_mask(mask) == name


def size_of_mask(mask: RLE) -> str:
    """Name the size of an object by its pixels, as it is in the frame."""
    height, width = mask["size"]
    return size_of(float(np.sqrt(area(mask))) * scale_of((height, width)))


def _at_50_and_75(matches: _Matches, objects: int) -> tuple[float, float]:
    ap_50, ap_75 = (
        _interpolated(matches.hits[row][~matches.is_aside[row]], objects) for row in (0, 5)
    )
    return ap_50, ap_75


def _matches(images: Sequence[ScoredImage], counts: Callable[[RLE], bool]) -> _Matches:
    """Match image by image; the proposals of all come in the order of their scores."""
    scores = np.concatenate([np.sort(np.asarray(image.scores, float))[::-1] for image in images])
    order = np.argsort(-scores, kind="stable")
    parts = [_match(image, counts) for image in images]
    return _Matches(
        np.concatenate([each.hits for each in parts], axis=1)[:, order],
        np.concatenate([each.is_aside for each in parts], axis=1)[:, order],
    )


def _match(image: ScoredImage, counts: Callable[[RLE], bool]) -> _Matches:
    """Which proposals, the surest first, find an object still free; one that counts if they can."""
    order = np.argsort(-np.asarray(image.scores, float), kind="stable")
    proposals = [image.proposals[index] for index in order]
    ious = iou_matrix(proposals, image.truth)
    own = np.array([counts(mask) for mask in proposals], bool)  # (N,)
    groups = [
        np.flatnonzero([counts(mask) == does_count for mask in image.truth])
        for does_count in (True, False)
    ]
    hits = np.zeros((len(THRESHOLDS), len(order)), bool)
    is_aside = np.tile(~own, (len(THRESHOLDS), 1))
    for row, threshold in enumerate(THRESHOLDS):
        free = ious.copy()
        for column in range(len(order)):
            for objects, does_count in zip(groups, (True, False), strict=True):
                best = objects[free[column, objects].argmax()] if len(objects) else None
                if best is not None and free[column, best] >= threshold:
                    hits[row, column], is_aside[row, column] = does_count, not does_count
                    free[:, best] = -1
                    break
    return _Matches(hits, is_aside)


def _interpolated(hits: Bools, objects: int) -> float:
    """Mean over 101 recalls of the best precision at that recall or beyond."""
    found = np.cumsum(hits)
    recall, precision = found / objects, found / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALLS, side="left")
    padded: Floats = np.append(envelope, 0.0)
    return float(padded[np.minimum(at, len(hits))].mean())
