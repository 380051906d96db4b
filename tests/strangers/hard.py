"""What strangers are given: all that the page of formats tells of, in one dataset.

Sides are ten pixels at least: ultralytics takes no smaller image.
"""

from dataclasses import replace

import numpy as np

from engine.datasets.sample import Annotation, Dataset, Label, Sample
from engine.masks.rle import encode
from tests.engine.datasets_corpus import LABELS, box, corpus, dataset_of, with_picture
from tests.engine.format_table import SIZE_HW, cases
from tests.engine.pinned_bytes import declaring

CAPTIONS = ("Eine Zelle, groß: 核.", 'Two lines,\nand "quotes" & <tags>.')
_NAMES = ("label 0", "label 1", "label 2", "Zellkern 核")


def hard(*, is_flat: bool = False, has_captions: bool = False) -> Dataset:
    """Return the dataset; a flat one has no folders in its names.

    It has captions for those alone who are asked for them.
    """
    samples = [*_cases(), corpus()[0], _crowd_and_box(), _speckled()]
    if has_captions:
        samples = [
            replace(each, captions=CAPTIONS[: number % 3]) for number, each in enumerate(samples)
        ]
    if is_flat:
        samples = [replace(each, file_name=each.file_name.replace("/", "_")) for each in samples]
    more = tuple(Label(name, number) for number, name in enumerate(_NAMES, len(LABELS) + 1))
    return dataset_of(samples, declaring() + more)


def _cases() -> list[Sample]:
    return [
        sample if "/" in sample.file_name else replace(sample, file_name=f"{name}.png")
        for name, sample in cases().items()
    ]


def _speckled() -> Sample:
    """Return one of thousands of runs, and of one that is longer than 16 bits count."""
    size_hw = (220, 340)
    speckles = np.random.default_rng(0).random(size_hw) < 0.5
    speckles[:, 40:] = False
    wide = box(size_hw, slice(0, 220), slice(41, 340))
    masks = (Annotation(encode(speckles), "label 0"), Annotation(encode(wide), "label 1"))
    return with_picture(Sample("speckled.png", size_hw, masks, split="train"))


def _crowd_and_box() -> Sample:
    """Return one of the holdout: a crowd below an object, and a box that ends within pixels."""
    return with_picture(
        Sample(
            "crowd.png",
            SIZE_HW,
            (
                Annotation(encode(np.indices(SIZE_HW).sum(axis=0) % 3 == 0), "cell", is_crowd=True),
                Annotation(encode(box(SIZE_HW, slice(2, 5), slice(3, 9))), "Zellkern, groß", z=1),
                Annotation(None, "cell", (1.5, 0.25, 3.0, 2.0)),
            ),
            split="holdout",
        )
    )
