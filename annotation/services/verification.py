"""Handing out proposals to verify: whole images are leased, so that P5 holds here as well."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from annotation.models import Assignment, Membership, Project, Proposal
from annotation.selectors.plan import (
    Queue,
    free_in,
    held_in,
    proposals_within_reach,
    to_verify,
)
from annotation.services.assignments import lease_end, renewed_lease_end

BATCH = 20
EVERY_LABEL: Final = Q()
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """Proposals to verify, the person's places at their images, and how many wait besides."""

    proposals: list[Proposal]  # with their images
    places: list[Assignment]
    left: int


def of_label(label_id: int | None) -> Q:
    """Keep proposals that suggest that label; None: no label, or one that was deleted."""
    if label_id is None:
        return Q(label=None) | Q(label__deleted_at__isnull=False)
    return Q(label=label_id, label__deleted_at=None)


@transaction.atomic
def claim_proposals(
    *,
    project: Project,
    user: User,
    known: Collection[UUID] = (),
    narrowed: Q = EVERY_LABEL,
) -> Batch:
    """Give the person the next proposals, first of images they hold, then of free ones.

    `known` are those that their page has already; `narrowed` may be `of_label`.
    """
    Membership.objects.select_for_update().get(project=project, user=user)
    wanted = to_verify(project.pk).exclude(pk__in=known).filter(narrowed)
    own = held_in(Queue.VERIFY, project_id=project.pk, user=user)
    mine = wanted.filter(image__in=own.order_by().values("image")).select_related(
        "image", "label", "outside_model"
    )
    proposals = list(mine[:BATCH])
    if len(proposals) < BATCH:
        taken = _take_images(project, user, wanted, BATCH - len(proposals))
        if taken:
            proposals = list(mine.all()[:BATCH])
    places = list(own.filter(image__in={each.image_id for each in proposals}))
    # Where somebody else has taken a place since it was read, the lease is theirs.
    Assignment.objects.filter(pk__in=[each.pk for each in places], user=user).update(
        lease_until=renewed_lease_end()
    )
    reach = proposals_within_reach(project_id=project.pk, user=user).filter(narrowed)
    given = {*known, *(each.pk for each in proposals)}
    log.info("proposals_claimed", project_id=project.pk, user_id=user.pk, count=len(proposals))
    return Batch(proposals, places, reach.exclude(pk__in=given).count())


def _take_images(project: Project, user: User, wanted: QuerySet[Proposal], missing: int) -> int:
    """Lease as many free images as hold the missing proposals; return how many.

    Only what is taken is locked, so that people who ask at the same moment find the next images.
    """
    inside = wanted.filter(image=OuterRef("image")).order_by().values("image")
    free = free_in(Queue.VERIFY, project_id=project.pk, user=user).annotate(
        waiting=Subquery(inside.annotate(n=Count("pk")).values("n"))
    )
    tried: set[int] = set()
    taken: dict[int, int] = {}  # place by image
    while missing > 0:
        rest = free.filter(waiting__gt=0).exclude(pk__in=tried).exclude(image__in=taken)
        chosen = _enough(rest[:missing], missing)
        if not chosen:
            break
        tried |= chosen
        rows = free.filter(pk__in=chosen)
        for place in rows.select_for_update(skip_locked=True, of=("self",)):
            taken[place.image_id] = place.pk
            missing -= place.waiting or 0
    leased = Assignment.objects.filter(pk__in=taken.values())
    return leased.update(
        state=Assignment.State.LEASED,
        user=user,
        lease_until=lease_end(),
        stint=F("stint") + 1,
    )


def _enough(places: Iterable[Any], missing: int) -> set[int]:
    """Choose the first places, one at each image, that hold as many proposals as are missing."""
    chosen: dict[int, int] = {}  # place by image
    for place in places:
        if missing <= 0:
            break
        if place.image_id not in chosen:
            chosen[place.image_id] = place.pk
            missing -= place.waiting
    return set(chosen.values())
