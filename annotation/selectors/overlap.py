"""Two people, one image: which set of its masks a person works on, and which they see.

Each works blind. Only who reviews sees both sets, and once the image is reviewed there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from annotation.models import Assignment, Image, Mask, MaskCaption, Operation
from annotation.selectors.access import REVIEWERS, Person

State = Assignment.State


@dataclass(frozen=True, slots=True)
class Seen:
    """The slot whose masks a person works on, and whether they see those of the others too."""

    slot: int
    is_all: bool


def seen_by(user: Person, *, image: Image, role: str, places: Sequence[Assignment]) -> Seen:
    """Tell what a person sees of an image with these places to annotate it, in their order."""
    may_review = role in REVIEWERS
    if image.status == Image.Status.REVIEWED or len(places) == 1:
        return Seen(0, is_all=may_review)
    if may_review and image.status == Image.Status.DONE:
        return Seen(0, is_all=True)
    own = next((each for each in places if each.user_id == user.pk), None)
    if own is not None:
        return Seen(own.slot, is_all=False)
    if may_review:
        return Seen(0, is_all=True)
    # What they would get: a page fetches the next image before it claims it.
    free = [each.slot for each in places if each.state == State.OPEN]
    return Seen(min(free, default=0), is_all=False)


def slot_of(author: Person) -> Subquery:
    """Select, beside an image, the slot of the author's place at it."""
    own = Assignment.objects.filter(
        image=OuterRef("pk"), kind=Assignment.Kind.ANNOTATE, user_id=author.pk or 0
    )
    return Subquery(own.values("slot")[:1])


def masks_seen(masks: QuerySet[Mask], seen: Seen) -> QuerySet[Mask]:
    """Keep the masks that a person sees."""
    if seen.is_all:
        return masks
    return masks.filter(slot=seen.slot) if seen.slot else masks.filter(is_aside=False)


def is_mask_seen(mask: Mask, seen: Seen) -> bool:
    """Tell of one mask what `masks_seen` keeps."""
    if seen.is_all:
        return True
    return mask.slot == seen.slot if seen.slot else not mask.is_aside


def operations_on(operations: QuerySet[Operation], slot: int) -> QuerySet[Operation]:
    """Keep the operations that concern who works at a slot. Verdicts are of the first.

    A caption has no revision that would tell whose mask it is of: it has its operation's id.
    """
    said = MaskCaption.objects.filter(pk=OuterRef("pk"))
    if slot:
        own = Exists(said.filter(mask__slot=slot))
        return operations.filter(Q(revision__mask__slot=slot) | own)
    aside = Exists(said.filter(mask__is_aside=True))
    return operations.exclude(Q(revision__mask__is_aside=True) | aside)
