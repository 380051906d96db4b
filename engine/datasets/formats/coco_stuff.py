"""COCO-Stuff: one mask for each class in an image, so that every pixel has one class at most.

Format: https://cocodataset.org/#format-data, 3, in JSON alone: `mask_maps` and `ade` have maps of
pixels. What stands in the file is read as COCO is.
"""

from functools import partial
from typing import Final

from engine.datasets.files import Out
from engine.datasets.formats.coco import COCO, is_named, write_as
from engine.datasets.formats.format import Format
from engine.datasets.sample import Dataset
from engine.datasets.traits import Trait

FILE: Final = "stuff.json"


def write(dataset: Dataset, out: Out) -> None:
    """Write `stuff.json` and, where their bytes are known, `images/`."""
    write_as(FILE, dataset, out, {"supercategory": ""})


COCO_STUFF: Final = Format(
    "coco_stuff",
    "COCO-Stuff (one mask per class)",
    frozenset(
        {
            Trait.MASKS,
            Trait.LABELS,
            Trait.CAPTIONS,
            Trait.SPLITS,
            Trait.GROUPS,
            Trait.DIGESTS,
            Trait.EMPTY,
        }
    ),
    frozenset({Trait.CAPTIONS, Trait.SPLITS, Trait.GROUPS, Trait.DIGESTS}),
    write,
    COCO.read,
    partial(is_named, "stuff"),
)
