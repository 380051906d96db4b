"""What a bundle proposes where boxes say that objects are: a mask for each, then what lies beside.

Light: the networks are the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.models import Image, ObjectBox
from annotation.services.proposals import ALREADY_DRAWN_IOU
from engine.masks.rle import RLE, iou_matrix
from engine.segmentation.proposals import PROCEDURE, MaskProposal


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mask to be proposed, and the box that asked for it."""

    mask: MaskProposal
    box: ObjectBox | None = None
    key: str = ""  # see annotation.services.proposals.Found


def boxes_of(image: Image) -> list[ObjectBox]:
    """Return the boxes of an image, always in the same order."""
    return list(ObjectBox.objects.filter(image=image).order_by("pk"))


def corners_of(boxes: Sequence[ObjectBox]) -> NDArray[np.float32]:
    """Return boxes as a decoder takes them: (N, 4) x, y, x, y in image pixels."""
    sides = np.array([each.box_xywh for each in boxes], np.float32).reshape(-1, 4)
    sides[:, 2:] += sides[:, :2]
    return sides


def wanted_masks(
    boxes: Sequence[ObjectBox],
    answers: Sequence[MaskProposal | None],
    found: Sequence[MaskProposal],
) -> list[Wanted]:
    """Put the boxes' masks before those that were found without, each object once.

    Two boxes of one label around one object, as two imports may bring them, are one. What is found
    has its place in its key, as which boxes are there changes what is left of it, and how it was
    found: what a bundle proposed by an older way does not come back as another mask.
    """
    asked: list[Wanted] = []
    for box, mask in zip(boxes, answers, strict=True):
        alike = [each.mask.rle for each in asked if each.box and each.box.label_id == box.label_id]
        if mask is not None and not _lies_on(mask.rle, alike):
            asked.append(Wanted(mask, box, f"box {box.pk}"))
    there = [each.mask.rle for each in asked]
    prefix = f"{PROCEDURE} beside boxes" if boxes else f"{PROCEDURE}"
    beside = (
        Wanted(mask, key=f"{prefix} {place}")
        for place, mask in enumerate(found)
        if not _lies_on(mask.rle, there)
    )
    return [*asked, *beside]


def _lies_on(mask: RLE, others: Sequence[RLE]) -> bool:
    return bool(others) and bool(iou_matrix([mask], others).max() >= ALREADY_DRAWN_IOU)
