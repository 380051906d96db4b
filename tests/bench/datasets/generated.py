"""Images with masks, made as they are asked for: only what writes them takes memory."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.masks.rle import RLE, Mask, encode

SIZE_HW: Final = (512, 512)
MASKS: Final = 50  # of an image
LABELS: Final = ("cell", "nucleus", "debris")


def discs(count: int, size_hw: tuple[int, int], seed: int = 0) -> list[Mask]:
    """Draw discs at random, 20 to 80 pixels wide on 512."""
    height, width = size_hw
    rng = np.random.default_rng(seed)
    y, x = np.ogrid[:height, :width]
    radii = rng.uniform(0.02, 0.08, count) * min(size_hw)
    centres = rng.uniform(0.1, 0.9, (count, 2)) * size_hw
    pairs = zip(centres, radii, strict=True)
    return [(y - cy) ** 2 + (x - cx) ** 2 < radius**2 for (cy, cx), radius in pairs]


def generated(images: int) -> Dataset:
    """Return a dataset of so many images; all have the same masks by other ids."""
    rles = [encode(mask) for mask in discs(MASKS, SIZE_HW)]
    return Dataset(labels_of(LABELS), partial(_samples, images, rles), has_images=False)


def _samples(images: int, rles: list[RLE]) -> Iterator[Sample]:
    for number in range(images):
        annotations = tuple(
            Annotation(rle, LABELS[place % len(LABELS)], id=f"{number}-{place}")
            for place, rle in enumerate(rles)
        )
        yield Sample(f"{number}.png", SIZE_HW, annotations, split="train")
