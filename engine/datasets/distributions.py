"""How what a version holds is spread: over splits, labels, sizes and images. Counted row by row."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

from engine.datasets.manifest import ManifestRow

# COCO's (https://cocodataset.org/#detection-eval): below 32 and 96 pixels square.
SMALL_PX: Final = 32**2
MEDIUM_PX: Final = 96**2
SIZES: Final = ("small", "medium", "large")
# Where the next bin begins, of a mask's share of its image: three to a decade or two.
SHARES: Final = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
MEGAPIXELS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
MASKS: Final = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)  # of one image
_PIXELS: Final = tuple(round(each * 10**6) for each in MEGAPIXELS)


class Bins(TypedDict):
    """Counts in bins; each begins at an edge, the first below all of them."""

    edges: list[float]
    counts: list[int]


class SplitCounts(TypedDict):
    split: str
    images: int
    masks: int


class LabelCount(TypedDict):
    label: str | None  # by a name that is no other's; None: masks without one
    masks: int


class Distributions(TypedDict):
    """What is counted. A list that could be long has its largest first."""

    splits: list[SplitCounts]
    labels: list[LabelCount]
    sizes: dict[str, int]  # masks by COCO's small, medium and large
    area_shares: Bins  # masks by the share of their image that they cover
    masks_per_image: Bins  # images
    megapixels: Bins  # images


class DistributionCounter:
    """Counts rows as they come. Memory holds a number for each split, label and bin."""

    def __init__(self) -> None:
        self._images: Counter[str] = Counter()
        self._masks: Counter[str] = Counter()
        self._labels: Counter[str | None] = Counter()
        self._sizes = [0] * len(SIZES)
        self._shares = [0] * (len(SHARES) + 1)
        self._per_image = [0] * (len(MASKS) + 1)
        self._megapixels = [0] * (len(MEGAPIXELS) + 1)

    def add(self, row: ManifestRow, areas_px: Sequence[int]) -> None:
        """Count an image, whose masks have these areas."""
        height, width = row["size_hw"]
        pixels = height * width
        masks = row["masks"]
        self._images[row["split"]] += 1
        self._masks[row["split"]] += len(masks)
        self._labels.update([mask["label"] for mask in masks])
        self._per_image[bisect_right(MASKS, len(masks))] += 1
        self._megapixels[bisect_right(_PIXELS, pixels)] += 1
        for area in areas_px:
            self._sizes[(area >= SMALL_PX) + (area >= MEDIUM_PX)] += 1
            self._shares[bisect_right(SHARES, area / pixels)] += 1

    def total(self, names: Mapping[str, str]) -> Distributions:
        """Return what was counted, its labels by names, which rows tell by their ids."""
        labels = [
            LabelCount(label=None if label is None else names.get(label, label), masks=masks)
            for label, masks in sorted(self._labels.items(), key=_rank)
        ]
        return Distributions(
            splits=[
                SplitCounts(split=split, images=images, masks=self._masks[split])
                for split, images in sorted(self._images.items(), key=_rank)
            ],
            labels=labels,
            sizes=dict(zip(SIZES, self._sizes, strict=True)),
            area_shares=Bins(edges=[*SHARES], counts=self._shares),
            masks_per_image=Bins(edges=[*MASKS], counts=self._per_image),
            megapixels=Bins(edges=[*MEGAPIXELS], counts=self._megapixels),
        )


def _rank(counted: tuple[str | None, int]) -> tuple[int, str]:
    """Order by frequency, and equals by name, in whatever order they came."""
    name, count = counted
    return -count, name or ""
