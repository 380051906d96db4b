"""COCO captions: what people wrote of each image as a whole, and no objects.

Format: https://cocodataset.org/#format-data, 5. COCO hands them out beside the instances of the
same images; the reader, which is COCO's, unites both.
"""

from collections.abc import Iterator
from typing import Final

from engine.datasets.coco import write_coco
from engine.datasets.files import Out, Source
from engine.datasets.formats.coco import COCO, has_captions, image_of, info_of
from engine.datasets.formats.format import Format
from engine.datasets.formats.pictures import write_images
from engine.datasets.formats.told_files import iter_told
from engine.datasets.sample import Dataset
from engine.datasets.traits import Trait

FILE: Final = "captions.json"


def write(dataset: Dataset, out: Out) -> None:
    """Write `captions.json` and, where their bytes are known, `images/`."""
    with out.file(FILE) as file:
        write_coco(
            file,
            info=info_of(dataset),
            categories=None,
            images=(image_of(*each) for each in enumerate(dataset.samples(), start=1)),
            annotations=_annotations(dataset),
        )
    write_images(dataset, out)


def _annotations(dataset: Dataset) -> Iterator[dict[str, object]]:
    identity = 0
    for number, sample in enumerate(dataset.samples(), start=1):
        for caption in sample.captions:
            identity += 1
            yield {"id": identity, "image_id": number, "caption": caption}


def is_in(source: Source) -> bool:
    return next(iter_told(source, has_captions), None) is not None


COCO_CAPTIONS: Final = Format(
    "coco_captions",
    "COCO captions",
    frozenset({Trait.CAPTIONS, Trait.SPLITS, Trait.GROUPS, Trait.DIGESTS, Trait.EMPTY}),
    frozenset({Trait.SPLITS, Trait.GROUPS, Trait.DIGESTS}),
    write,
    COCO.read,
    is_in,
)
