"""What clicks on the same objects came to: figures, by size, and the difference of two bundles.

Figures follow the standard protocol (RITM, Sofiiuk et al. 2021, arXiv:2102.06583).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.bootstrap import Estimate, bootstrap_mean
from engine.segmentation.frame import SIZES, size_of

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


def read_objects(rows: Iterable[Mapping[str, Any]]) -> tuple[ObjectClicks, ...]:
    """Read objects as `dataclasses.asdict` writes them."""
    return tuple(ObjectClicks(**{**row, "ious": tuple(row["ious"])}) for row in rows)


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


def compare(serving: Sequence[ObjectClicks], candidate: Sequence[ObjectClicks]) -> dict[str, Any]:
    """Candidate minus serving, each a mean with its 95 % interval by paired bootstrap.

    IoU at one click and the clicks to an IoU of 0.85, over all objects and by size.

    Raises:
        ValueError: both are not about the same objects.

    """

    def difference(
        before: Sequence[ObjectClicks],
        after: Sequence[ObjectClicks],
        measure: Callable[[ObjectClicks], float] = iou_at_one_click,
    ) -> dict[str, Any]:
        return paired_bootstrap(before, after, seed=0, measure=measure).as_json()

    def both(before: Sequence[ObjectClicks], after: Sequence[ObjectClicks]) -> dict[str, Any]:
        clicks = difference(before, after, clicks_to_good)
        return {**difference(before, after), "clicks": clicks}

    before, after = group_by_size(serving), group_by_size(candidate)
    return {
        **both(serving, candidate),
        "by_size": {
            name: {**both(before[name], objects), "objects": len(objects)}
            for name, objects in after.items()
        },
    }


def _summary(objects: Sequence[ObjectClicks], max_clicks: int) -> ClickSummary:
    def miou(clicks: int) -> float:
        return float(np.mean([one.iou_at(clicks) for one in objects]))

    def noc(iou: float) -> float:
        return float(np.mean([one.clicks_to(iou, max_clicks) for one in objects]))

    return ClickSummary(miou(1), miou(3), miou(5), noc(GOOD_IOU), noc(STOP_IOU), len(objects))
