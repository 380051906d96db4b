"""Which stranger reads which format, and what it must find."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from engine.datasets.formats import FORMATS
from engine.datasets.sample import UNLABELLED, Annotation, Box, Sample
from engine.datasets.traits import STACKED, Trait, kept
from engine.masks.rle import decode
from tests.strangers.hard import hard
from tests.strangers.readers.said import Images, Object, boxed, captioned, masked

NameOf = Callable[[int, Sample], str]  # the place of an image from 1, and it


def file_name(_: int, sample: Sample) -> str:
    return sample.file_name


def stem(_: int, sample: Sample) -> str:
    return sample.stem


def in_split(_: int, sample: Sample) -> str:
    return f"{sample.split}/{sample.file_name}"


def stem_in_split(_: int, sample: Sample) -> str:
    return f"{sample.split}/{sample.stem}"


def numbered(number: int, _: Sample) -> str:
    return f"sa_{number}.png"


def stem_numbered(number: int, _: Sample) -> str:
    return f"sa_{number}"


def same(box: Box) -> Box:
    return box


def pixels_around(box: Box) -> Box:
    left, top = math.floor(box[0]), math.floor(box[1])
    return left, top, math.ceil(box[0] + box[2]) - left, math.ceil(box[1] + box[3]) - top


def in_city(_: int, sample: Sample) -> str:
    return sample.file_name if "/" in sample.file_name else f"default/{sample.file_name}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A stranger and a format; by default all masks, boxes and labels must come."""

    reader: str  # readers/by_READER.py
    form: str
    name: NameOf = file_name
    note: str = ""  # what it does not give, and why
    box: Callable[[Box], Box] = same
    has_boxes: bool = True
    has_labels: bool = True
    unlabelled: str | None = UNLABELLED
    loses: frozenset[Trait] = field(default_factory=frozenset)  # besides what the format loses
    splits: frozenset[str] = frozenset({"train", "holdout"})
    is_flat: bool = False
    has_captions: bool = False  # is asked for them

    def __str__(self) -> str:
        return f"{self.form} by {self.reader}"

    def expected(self) -> Images:
        """Return what it must say of each image."""
        keeps = FORMATS[self.form].keeps - self.loses
        images: Images = {}
        dataset = hard(is_flat=self.is_flat, has_captions=self.has_captions)
        for number, sample in enumerate(dataset.samples(), start=1):
            held, _ = kept(sample, keeps)
            if held is not None and sample.split in self.splits:
                found = [self._object(each) for each in held.annotations]
                images[self.name(number, sample)] = [
                    *(each for each in found if each is not None),
                    *map(captioned, held.captions),
                ]
        return images

    def _object(self, each: Annotation) -> Object | None:
        label = (each.label or self.unlabelled) if self.has_labels else None
        if each.rle is not None:
            return masked(label, decode(each.rle))
        if each.box_xywh is None or not self.has_boxes:
            return None
        return boxed(label, *self.box(each.box_xywh))


_NO_CLASS: Final = "COCO's class 0 is none to it"
_MASKS_ALONE: Final = "masks are compared: it gives each a box besides"
PAIRS: Final = (
    Pair("pycocotools", "coco"),
    Pair("pycocotools", "coco_keypoints", note="the masks of its objects"),
    Pair("pycocotools", "coco_captions", note="taken as results, too", has_captions=True),
    Pair("pycocotools", "coco_stuff"),
    Pair("faster_coco_eval", "coco"),
    Pair(
        "datumaro",
        "coco",
        stem,
        f"file put into `annotations`; {_NO_CLASS}; {_MASKS_ALONE}",
        has_boxes=False,
        unlabelled=None,
    ),
    Pair("fiftyone", "coco", note="its segmentations", has_boxes=False),
    Pair("lvis", "lvis"),
    Pair(
        "datumaro",
        "coco_panoptic",
        stem,
        f"files put into `annotations`; {_NO_CLASS}",
        unlabelled=None,
    ),
    Pair("datumaro", "coco_captions", stem, "file put into `annotations`", has_captions=True),
    Pair("panopticapi", "coco_panoptic"),
    Pair("ultralytics", "yolo", in_split, "its corners, filled by pycocotools"),
    Pair("ultralytics", "yolo_detection", in_split),
    Pair("datumaro", "yolo_detection", stem, "it reads no images in folders", is_flat=True),
    Pair("datumaro", "voc", stem, _MASKS_ALONE, has_boxes=False),
    Pair(
        "torchvision",
        "cityscapes",
        in_city,
        "the maps, so no overlaps; of its splits",
        loses=STACKED,
        splits=frozenset({"train"}),
    ),
    Pair("datumaro", "cvat", stem),
    Pair("labelme", "labelme", stem_in_split),
    Pair("label_studio_sdk", "label_studio"),
    Pair("supervisely", "supervisely", in_split, "boxes of whole pixels", box=pixels_around),
    Pair("datumaro", "datumaro", stem, unlabelled=None),
    Pair("pycocotools", "sa1b", numbered, "it has no labels", has_labels=False),
    Pair("datumaro", "sa1b", stem_numbered, "it has no labels", has_labels=False),
    Pair("fiftyone", "fiftyone", unlabelled=None),
    Pair("datasets", "huggingface", note="masks by pycocotools"),
    Pair("mlcroissant", "croissant", note="masks by pycocotools"),
    Pair("webdataset", "webdataset", unlabelled=None),
)
