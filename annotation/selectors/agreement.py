"""What two people made of the same image: object by object, and summed up for a project."""

from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

from django.db.models import Count, Sum

from annotation.models import Agreement, Image, Revision
from engine.masks.matching import match_masks


@dataclass(frozen=True, slots=True)
class Finished:
    """A mask as its annotator finished it."""

    mask_id: UUID
    label_id: int | None
    rle: Any  # COCO RLE


@dataclass(frozen=True, slots=True)
class Pair:
    """One object in the first person's set and in another's; None where one has it alone."""

    slot: int  # of the other
    first: Finished | None
    other: Finished | None
    iou: float | None

    @property
    def is_same_label(self) -> bool | None:
        if self.first is None or self.other is None:
            return None
        return self.first.label_id == self.other.label_id


class Figures(TypedDict):
    """How far two people agree; a share is None where it is a share of nothing."""

    images: int
    objects: int  # that both have
    masks: int  # of either
    mean_iou: float | None  # of these objects
    same_label_share: float | None  # of them
    matched_share: float | None  # of all masks, those whose object the other has too


def pairs_on(image: Image, slots: list[int]) -> list[Pair]:
    """Compare the sets of these slots with the first person's, in one query.

    They are taken as they were when the image was finished, so that what a reviewer decides since
    changes no pair. The pairs that differ most come first, then what one person has alone.
    """
    finished = _finished_sets(image)
    pairs = [pair for slot in slots for pair in _pairs(slot, finished)]
    return sorted(pairs, key=lambda pair: (pair.iou is None, pair.iou or 0, pair.first is None))


def agreement_of(project_id: int, *, holdout: bool = False) -> Figures | None:
    """Sum up the images that several people have finished; None where there are none.

    On the holdout that is a yardstick for IoU after one click, no limit: what only one person has
    is left out of the mean, and after more clicks a model follows one person.
    """
    rows = Agreement.objects.filter(image__project_id=project_id, image__deleted_at=None)
    if holdout:
        rows = rows.filter(image__is_holdout=True)
    found = rows.aggregate(
        images=Count("image", distinct=True),
        matched=Sum("matched", default=0),
        same_label=Sum("same_label", default=0),
        iou_sum=Sum("iou_sum", default=0.0),
        alone=Sum("only_first", default=0) + Sum("only_other", default=0),
    )
    if found["images"] == 0:
        return None
    matched = found["matched"]
    masks = 2 * matched + found["alone"]
    return Figures(
        images=found["images"],
        objects=matched,
        masks=masks,
        mean_iou=_share(found["iou_sum"], matched),
        same_label_share=_share(found["same_label"], matched),
        matched_share=_share(2 * matched, masks),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _finished_sets(image: Image) -> dict[int, list[Finished]]:
    """The masks of each slot when the image was finished."""
    if image.finished_at is None:
        return {}
    then = Revision.objects.filter(mask__image=image, created_at__lte=image.finished_at)
    last = then.order_by("mask_id", "-number").distinct("mask_id")
    sets: dict[int, list[Finished]] = {}
    for slot, mask_id, label_id, rle in last.values_list(
        "mask__slot", "mask_id", "label_id", "rle"
    ):
        if rle is not None:
            sets.setdefault(slot, []).append(Finished(mask_id, label_id, rle))
    return sets


def _pairs(slot: int, finished: dict[int, list[Finished]]) -> list[Pair]:
    first, other = finished.get(0, []), finished.get(slot, [])
    matches = match_masks([each.rle for each in first], [each.rle for each in other])
    in_first, in_other = {match.a for match in matches}, {match.b for match in matches}
    return [
        *(Pair(slot, first[match.a], other[match.b], match.iou) for match in matches),
        *(Pair(slot, each, None, None) for at, each in enumerate(first) if at not in in_first),
        *(Pair(slot, None, each, None) for at, each in enumerate(other) if at not in in_other),
    ]
