"""Boxes that an import brings: where objects are whose masks nobody has drawn.

They are no masks, so that nothing learns from them. Whatever serves is asked for a mask in each,
which waits for people as its other proposals do, with the label of the box.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.db import transaction

from annotation.models import Image, Label, ObjectBox
from annotation.services.labels import ids_meant, namesakes
from annotation.services.preparation import propose_again
from annotation.services.seeds import Seeded
from engine.datasets.sample import Box

NAMESPACE: Final = UUID("b8f4a1d0-6c53-4a39-9d0a-2f1d7c55e0b7")
_DIGITS: Final = 2  # of a pixel
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Boxed:
    """An object of which a box alone is known."""

    box_xywh: Box
    label: Label | None = None


@transaction.atomic
def bring_boxes(wanted: Sequence[tuple[Image, Sequence[Boxed]]]) -> list[Seeded]:
    """Keep the boxes of images, which the caller has locked; twice adds nothing.

    Images that nobody has begun are due to be proposed for once more.
    """
    rows = _rows_by_id(wanted)
    told = _told(rows)
    new = [own[pk] for own, each in zip(rows, told, strict=True) for pk in each.brought]
    if not new:
        return told
    ObjectBox.objects.bulk_create(new)
    propose_again({each.image_id for each in new})
    log.info("boxes_brought", count=len(new))
    return told


def look_at_boxes(wanted: Sequence[tuple[Image, Sequence[Boxed]]]) -> list[Seeded]:
    """Tell what `bring_boxes` would make of boxes, and keep none."""
    return _told(_rows_by_id(wanted))


@transaction.atomic
def drop_boxes(*, box_ids: Collection[UUID | str]) -> int:
    """Take imported boxes away, and have their images proposed for without them; return how many.

    What people made of a mask in one of them stays.
    """
    boxes = ObjectBox.objects.filter(pk__in=box_ids)
    images = set(boxes.values_list("image", flat=True))
    count, _ = boxes.delete()
    propose_again(images)
    return count


def _rows_by_id(
    wanted: Sequence[tuple[Image, Sequence[Boxed]]],
) -> list[dict[UUID, ObjectBox]]:
    """Return the rows of boxes; one that came under a label in the trash has its id still."""
    gone = namesakes({each.label for _, boxes in wanted for each in boxes if each.label})
    possible = [
        (image, [(_ids_of(image, each, gone), each) for each in boxes]) for image, boxes in wanted
    ]
    unsure = {pk for _, boxes in possible for ids, _ in boxes if len(ids) > 1 for pk in ids}
    there = set(ObjectBox.objects.filter(pk__in=unsure).values_list("pk", flat=True))
    rows = []
    for image, boxes in possible:
        found = [(next((pk for pk in ids if pk in there), ids[0]), each) for ids, each in boxes]
        rows.append({pk: _row(pk, image, each) for pk, each in found})
    return rows


def _told(rows: Sequence[Collection[UUID]]) -> list[Seeded]:
    """Tell of each image's boxes which come and which were there."""
    there = ObjectBox.objects.filter(pk__in={pk for own in rows for pk in own})
    settled = set(there.values_list("pk", flat=True))
    told = []
    for own in rows:
        brought = tuple(pk for pk in own if pk not in settled)
        met = tuple(pk for pk in own if pk in settled)
        settled.update(brought)  # an image may come twice
        told.append(Seeded(brought, met))
    return told


def _ids_of(image: Image, boxed: Boxed, gone: Mapping[int, Sequence[int]]) -> list[UUID]:
    """Return a box's id, and then those that it had under labels in the trash."""
    sides = _sides(boxed)
    labels = ids_meant(boxed.label, gone)
    return [uuid5(NAMESPACE, f"{image.pk} {label_id} {sides}") for label_id in labels]


def _row(pk: UUID, image: Image, boxed: Boxed) -> ObjectBox:
    label_id = boxed.label.pk if boxed.label else None
    return ObjectBox(pk=pk, image=image, label_id=label_id, box_xywh=_sides(boxed))


def _sides(boxed: Boxed) -> list[float]:
    return [round(side, _DIGITS) for side in boxed.box_xywh]
