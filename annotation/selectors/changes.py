"""What changed on an image since its annotators finished it, or since its last verdict."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol, cast
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from annotation.models import Assignment, Image, Revision, Stint
from annotation.selectors.access import REVIEWERS

MOST: Final = 500  # changes that are told
Kind = Literal["added", "revised", "deleted"]
Since = Literal["finished", "reviewed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one mask since a moment."""

    mask_id: UUID
    kind: Kind
    first_revision: int  # by number; the one before is how the mask was then
    last_revision: int
    author: str  # of the last
    at: datetime
    label_id: int | None
    rle: Any  # COCO RLE of the newest state that has one: where it is, or was


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done to masks since a moment, the newest first."""

    since: Since
    masks: list[Change]


class HasLastVerdict(Protocol):
    """An image `with_last_verdict`."""

    last_verdict_at: datetime | None


def with_last_verdict(images: QuerySet[Image]) -> QuerySet[Image]:
    """Add `last_verdict_at`, in the same query.

    The stint that a verdict ended knows it: the place to review is opened anew for the next one.
    """
    reviews = Stint.objects.filter(image=OuterRef("pk"), ended_as=Stint.End.REVIEWED)
    newest = reviews.order_by("-ended_at").values("ended_at")[:1]
    return images.annotate(last_verdict_at=Subquery(newest))


def changes_for(image: Image, *, role: str) -> Changes:
    """List what a member with that role has not seen of an image `with_last_verdict`.

    Who reviews it again is told what anybody changed since the last verdict: its annotators in
    answer to it, and reviewers since. Everybody else is told what others than its annotators
    changed since these finished it: an annotator knows their own changes, and works blind of
    another's. One query, whatever the image holds.
    """
    verdict_at = cast("HasLastVerdict", image).last_verdict_at
    made = Revision.objects.filter(mask__image=image, author__isnull=False)
    if image.finished_at is None:
        return Changes("finished", [])
    is_again = verdict_at is not None and verdict_at < image.finished_at  # else it was taken back
    if role in REVIEWERS and image.status == Image.Status.DONE and is_again:
        return Changes("reviewed", _by_mask(made.filter(created_at__gt=verdict_at)))
    annotators = Assignment.objects.filter(
        image=image, kind=Assignment.Kind.ANNOTATE, user_id=OuterRef("author_id")
    )
    by_others = made.filter(~Exists(annotators), created_at__gt=image.finished_at)
    return Changes("finished", _by_mask(by_others))


def _by_mask(made: QuerySet[Revision]) -> list[Change]:
    """Sum revisions up by the mask that they are of."""
    drawn = Revision.objects.filter(
        mask=OuterRef("mask_id"), number__lte=OuterRef("number"), rle__isnull=False
    )
    of_mask = made.filter(mask=OuterRef("mask_id"))
    last = (
        made.order_by("mask_id", "-number")
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
        if not (first == 1 and is_gone)  # it came and went in between
    ]
    return sorted(changes, key=lambda change: change.at, reverse=True)


def _kind(first: int, *, is_gone: bool) -> Kind:
    return "deleted" if is_gone else "added" if first == 1 else "revised"
