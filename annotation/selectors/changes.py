"""What changed on an image since its annotators finished it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery

from annotation.models import Assignment, Image, Revision

MOST: Final = 500  # changes that are told
Kind = Literal["added", "revised", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    """What reviewers did to one mask since the image was finished."""

    mask_id: UUID
    kind: Kind
    first_revision: int  # by number; the one before is how the annotators left the mask
    last_revision: int
    author: str
    at: datetime
    label_id: int | None
    rle: Any  # COCO RLE of the newest state that has one: where it is, or was


def changes_in_review(image: Image) -> list[Change]:
    """List the masks that others than the image's annotators changed since these finished it.

    The newest first, in one query, whatever the image holds.
    """
    if image.finished_at is None:
        return []
    annotators = Assignment.objects.filter(
        image=image, kind=Assignment.Kind.ANNOTATE, user_id=OuterRef("author_id")
    )
    theirs = Revision.objects.filter(
        ~Exists(annotators),
        mask__image=image,
        author__isnull=False,
        created_at__gt=image.finished_at,
    )
    drawn = Revision.objects.filter(
        mask=OuterRef("mask_id"), number__lte=OuterRef("number"), rle__isnull=False
    )
    of_mask = theirs.filter(mask=OuterRef("mask_id"))
    last = (
        theirs.order_by("mask_id", "-number")
        .distinct("mask_id")
        .annotate(
            first=Subquery(of_mask.order_by("number").values("number")[:1]),
            is_gone=ExpressionWrapper(Q(rle__isnull=True), BooleanField()),
            shape=Subquery(drawn.order_by("-number").values("rle")[:1]),
        )
        .values_list(
            *("mask_id", "is_gone", "first", "number"),
            *("author__username", "created_at", "label_id", "shape"),
        )
    )
    changes = [
        Change(mask_id, _kind(first, is_gone=is_gone), first, *rest)
        for mask_id, is_gone, first, *rest in last[:MOST]
        if not (first == 1 and is_gone)  # it came and went within the review
    ]
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _kind(first: int, *, is_gone: bool) -> Kind:
    return "deleted" if is_gone else "added" if first == 1 else "revised"
