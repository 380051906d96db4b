"""Images with masks, made as they are asked for: only what writes them takes memory."""

from collections.abc import Iterator
from functools import partial

from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.masks.rle import RLE, encode
from tests.bench.datasets.discs import LABELS, MASKS, SIZE_HW, discs


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
