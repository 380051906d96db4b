"""Average precision and recall of automatic proposals, COCO's way, for one class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.rle import RLE, iou_matrix

THRESHOLDS = np.linspace(0.5, 0.95, 10)
_RECALLS = np.linspace(0, 1, 101)

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PrecisionMetrics:
    """COCO's AP at two IoU thresholds, and recall averaged over 0.5 to 0.95; NaN without truth."""

    ap_50: float
    ap_75: float
    ar: float
    images: int
    objects: int


@dataclass(frozen=True, slots=True)
class ScoredImage:
    """What was proposed on one image, and what is there."""

    proposals: Sequence[RLE]
    scores: Sequence[float]
    truth: Sequence[RLE]


def average_precision(images: Sequence[ScoredImage]) -> PrecisionMetrics:
    """Match greedily by score, each object once, and integrate precision over recall."""
    objects = sum(len(image.truth) for image in images)
    if not objects:
        return PrecisionMetrics(float("nan"), float("nan"), float("nan"), len(images), 0)
    scores = np.concatenate([np.sort(np.asarray(image.scores, float))[::-1] for image in images])
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate([_match(image) for image in images], axis=1)[:, order]  # (T, N)
    recall = hits.sum(axis=1) / objects
    ap = [_interpolated(row, objects) for row in hits[[0, 5]]]
    return PrecisionMetrics(ap[0], ap[1], float(recall.mean()), len(images), objects)


def _match(image: ScoredImage) -> NDArray[np.bool_]:
    """Which proposals, the surest first, find an object still free: (thresholds, proposals)."""
    order = np.argsort(-np.asarray(image.scores, float), kind="stable")
    ious = iou_matrix([image.proposals[index] for index in order], image.truth)
    hits = np.zeros((len(THRESHOLDS), len(order)), bool)
    for row, threshold in enumerate(THRESHOLDS):
        free = ious.copy()
        for column in range(len(order) if len(image.truth) else 0):
            best = int(free[column].argmax())
            if free[column, best] >= threshold:
                hits[row, column] = True
                free[:, best] = -1
    return hits


def _interpolated(hits: NDArray[np.bool_], objects: int) -> float:
    """Mean over 101 recalls of the best precision at that recall or beyond."""
    found = np.cumsum(hits)
    recall, precision = found / objects, found / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, _RECALLS, side="left")
    padded: Floats = np.append(envelope, 0.0)
    return float(padded[np.minimum(at, len(hits))].mean())
