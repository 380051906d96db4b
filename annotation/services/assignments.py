"""Who annotates and reviews what: claimed under a lease, extended, released, finished (DESIGN P5).

All times are the database's. A lease that ran out is still its holder's until somebody takes it.

From a claim to its end is one stint, and a place counts its stints: what ended one may come again
after the place was taken anew, and ends nothing and adds nothing then.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Greatest, Now

from annotation.errors import DomainError, NotAllowedError
from annotation.models import Assignment, Image, Membership, Operation, Project, Stint
from annotation.prepared import Param, Prepared
from annotation.selectors.access import REVIEWERS, SOMEBODY, asking, memberships_of
from annotation.selectors.plan import Queue, free_in, kind_of, to_go_on_with
from annotation.services.agreement import record_agreement
from annotation.services.caption_proposals import ask_for_caption
from annotation.services.images import locked_images
from annotation.services.outcomes import write_outcomes
from annotation.services.promises import stop_if_audits_break_it
from annotation.services.ranks import ask_for_order
from annotation.services.stints import keep_stint

Kind = Assignment.Kind
State = Assignment.State
log = structlog.get_logger(__name__)
_MEMBER = Prepared(
    lambda: (
        memberships_of(SOMEBODY)
        .filter(project_id=Param("project"), project__deleted_at=None)
        .select_for_update(of=("self",))
    )
)
_IMAGE = Prepared(lambda: Image.objects.filter(pk=Param("image")).select_for_update())


class ImageTakenError(DomainError):
    """Other people hold all places at the image."""

    code = "taken"


class LeaseLostError(DomainError):
    """The place is somebody else's now. What was saved stays saved."""

    code = "lease_lost"


@transaction.atomic
def claim_image(
    *,
    project: Project,
    user: User,
    image_id: int | None = None,
    queue: Queue | None = None,
    besides: int | None = None,
) -> Assignment | None:
    """Give the person a place: at that image, else the one they hold, else the next in the queue.

    Of what they hold, what was returned to them comes first. `queue` narrows all else to one queue;
    of that of reviews, the place is one to review, and a verdict ends it (services/review.py).
    `besides` is an image that the person is finishing just now: another one is wanted.

    None when nothing is left. Fifty people may claim at once: each skips the rows that others
    hold, and a person's own claims wait for each other.
    """
    member = lock_member(project_id=project.pk, user=user)
    if member is None:
        raise NotAllowedError("Only members of the project work on its images.")
    return claim_as(member, image_id=image_id, queue=queue, besides=besides)


def lock_member(*, project_id: int, user: User) -> Membership | None:
    """Find a person's membership of a project not in the trash. Their other claims wait for it."""
    member = _MEMBER.first(**asking(user), project=project_id)
    if member is not None:
        member.user = user
    return member


def claim_as(
    member: Membership,
    *,
    image_id: int | None = None,
    queue: Queue | None = None,
    besides: int | None = None,
) -> Assignment | None:
    """Do what `claim_image` does, for a member whose row is locked."""
    project_id, user = member.project_id, member.user
    if queue == Queue.REVIEW and member.role not in REVIEWERS:
        raise NotAllowedError("Only a reviewer or manager of the project reviews.")
    place = (
        _place_at(image_id, project_id=project_id, user=user, kind=kind_of(queue))
        if image_id is not None
        else _held(queue, project_id=project_id, user=user, besides=besides)
        or _next_free(project_id=project_id, user=user, queue=queue)
    )
    if place is None:
        return None
    if not _lease(place, user):  # it was taken in this moment
        return claim_as(member, image_id=image_id, queue=queue, besides=besides)
    log.info("image_claimed", image_id=place.image_id, user_id=user.pk)
    return place


def extend_lease(*, assignment: Assignment, user: User) -> Assignment:
    """Keep a place for longer, even one that ran out, unless somebody has taken it."""
    held = Assignment.objects.filter(pk=assignment.pk, user=user, state=State.LEASED)
    if not held.update(lease_until=renewed_lease_end()):
        raise LeaseLostError("This image is no longer assigned to you.")
    assignment.refresh_from_db()
    return assignment


@transaction.atomic
def release(
    *, assignment: Assignment, user: User, active_s: float = 0, stint: int | None = None
) -> None:
    """Give a place back, with the seconds of the stint. Resending is harmless.

    One that was finished before is finished again, not open, unless a reviewer returned the image;
    the image is done if it waited for that place alone.
    """
    image = _locked(assignment)
    own = Assignment.objects.filter(pk=assignment.pk, user=user)
    held = _leased(own, stint)
    spent = F("active_s") + active_s
    done = held.filter(finished_at__isnull=False).exclude(image__status=Image.Status.RETURNED)
    is_done = done.update(state=State.DONE, lease_until=None, active_s=spent)
    if is_done or held.update(state=State.OPEN, user=None, lease_until=None, active_s=spent):
        is_review = assignment.kind == Kind.REVIEW
        ended_as = Stint.End.UNJUDGED if is_review else Stint.End.RELEASED
        keep_stint(image_id=image.pk, user=user, ended_as=ended_as, active_s=active_s)
        if is_done and not is_review:
            _end_work(image, assignment, may_be_done=image.status == Image.Status.TODO)
    log.info("image_released", image_id=image.pk, user_id=user.pk)


@transaction.atomic
def finish_image(
    *, assignment: Assignment, user: User, active_s: float, stint: int | None = None
) -> Image:
    """End the person's work on an image; it is done once all its places are. Resending is harmless.

    Then it waits for a reviewer, unless it was approved and they have drawn nothing since. Writes
    into each proposal that was decided on what became of it, as soon as the person to whom they
    were shown has finished: others annotate without them.
    """
    image = _locked(assignment)
    own = Assignment.objects.filter(pk=assignment.pk, kind=Kind.ANNOTATE, user=user)
    finished = _leased(own, stint).update(
        state=State.DONE, lease_until=None, finished_at=Now(), active_s=F("active_s") + active_s
    )
    if not finished:
        if not own.exists():
            raise LeaseLostError("This image is no longer assigned to you.")
        return image
    keep_stint(image_id=image.pk, user=user, ended_as=Stint.End.FINISHED, active_s=active_s)
    _end_work(image, assignment, may_be_done=not _is_approved(image, user))
    log.info("image_finished", image_id=image.pk, user_id=user.pk, active_s=active_s)
    return image


def _end_work(image: Image, assignment: Assignment, *, may_be_done: bool) -> None:
    """Do what follows as a place is done; the image is, too, if no other is left and it may be."""
    if assignment.slot == 0:  # to whom proposals were shown
        write_outcomes(image)
    is_done = may_be_done and _mark_if_done_by_all(image)
    stop_if_audits_break_it(image)
    if is_done:
        ask_for_caption(image=image)
        ask_for_order(image=image)


def _locked(assignment: Assignment) -> Image:
    image = _IMAGE.first(image=assignment.image_id)
    if image is None:
        raise Image.DoesNotExist
    return image


def _mark_if_done_by_all(image: Image) -> bool:
    """Mark an image as done if no place at it is left to finish. Its row is locked."""
    places = Assignment.objects.filter(image=image, kind=Kind.ANNOTATE)
    if places.exclude(state=State.DONE).exists():
        return False
    mark_done([image.pk])
    image.refresh_from_db()
    return True


def _is_approved(image: Image, user: User) -> bool:
    """Tell whether a verdict stands on all that the person drew: ending their work undoes none.

    A reviewer may have the review open once more.
    """
    verdict = Assignment.objects.filter(image=image, kind=Kind.REVIEW, finished_at__isnull=False)
    since = verdict.values_list("finished_at", flat=True).first()
    if image.status != Image.Status.REVIEWED or since is None:
        return False
    return not Operation.objects.filter(image=image, author=user, created_at__gt=since).exists()


def _leased(own: QuerySet[Assignment], stint: int | None) -> QuerySet[Assignment]:
    """Keep a place only while the person holds it, in that stint if it is told."""
    held = own.filter(state=State.LEASED)
    return held if stint is None else held.filter(stint=stint)


def finish_images_done_by_all(project: Project) -> None:
    """Finish the images that waited only for places that have been taken away."""
    places = Assignment.objects.filter(image=OuterRef("pk"), kind=Kind.ANNOTATE)
    waiting = Image.objects.filter(
        Exists(places),
        ~Exists(places.exclude(state=State.DONE)),
        status__in=[Image.Status.TODO, Image.Status.RETURNED],
    )
    image_ids = list(waiting.filter(project=project).values_list("pk", flat=True))
    mark_done(list(locked_images(image_ids).values_list("pk", flat=True)))


def mark_done(image_ids: Sequence[int]) -> None:
    """Mark images as done and open them for review; who reviews one now keeps the place."""
    images = Image.objects.filter(pk__in=image_ids)
    images.update(status=Image.Status.DONE, finished_at=Now())
    places = Assignment.objects.filter(image__in=image_ids)
    places.filter(kind=Kind.REVIEW, state=State.DONE).update(
        state=State.OPEN, user=None, lease_until=None, finished_at=None
    )
    wanted = [Assignment(image_id=pk, kind=Kind.REVIEW, slot=0) for pk in image_ids]
    Assignment.objects.bulk_create(wanted, batch_size=1000, ignore_conflicts=True)
    others = places.filter(kind=Kind.ANNOTATE, slot__gte=1).order_by("slot")
    slots: dict[int, list[int]] = {}
    for image_id, slot in others.values_list("image_id", "slot"):
        slots.setdefault(image_id, []).append(slot)
    for image in images.filter(pk__in=slots):
        record_agreement(image=image, slots=slots[image.pk])


def _place_at(image_id: int, *, project_id: int, user: User, kind: Assignment.Kind) -> Assignment:
    places = Assignment.objects.filter(
        image_id=image_id, image__project_id=project_id, image__deleted_at=None, kind=kind
    )
    own = places.filter(user=user).first()
    if own is not None:
        return own
    free = Q(state=State.OPEN) | Q(state=State.LEASED, lease_until__lt=Now())
    place = (
        places.filter(free)
        .order_by("slot")
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )
    if place is None:
        raise ImageTakenError("Other people are working on this image, or have finished it.")
    return place


def _held(
    queue: Queue | None, *, project_id: int, user: User, besides: int | None
) -> Assignment | None:
    return _held_by_queue(queue).first(project=project_id, user=user.pk, besides=besides or 0)


@cache
def _held_by_queue(queue: Queue | None) -> Prepared[Assignment]:
    held = to_go_on_with(queue, project_id=Param("project"), user=SOMEBODY)
    return Prepared(lambda: held.exclude(image_id=Param("besides"))[:1])


def _next_free(*, project_id: int, user: User, queue: Queue | None) -> Assignment | None:
    return _free_by_queue(queue).first(project=project_id, user=user.pk)


@cache
def _free_by_queue(queue: Queue | None) -> Prepared[Assignment]:
    free = free_in(queue, project_id=Param("project"), user=SOMEBODY)
    return Prepared(lambda: free.select_for_update(skip_locked=True, of=("self",))[:1])


def _lease(place: Assignment, user: User) -> bool:
    """Give a place to a person, unless somebody else has it by now. A longer lease of theirs stays.

    SQL of its own: RETURNING spares a query of each next image.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE annotation_assignment SET state = %(leased)s, user_id = %(user)s,"
            " lease_until = GREATEST("
            "statement_timestamp() + make_interval(secs => %(lease_s)s),"
            " CASE WHEN state = %(leased)s AND user_id = %(user)s THEN lease_until END),"
            " stint = stint + CASE WHEN state = %(leased)s AND user_id = %(user)s"
            " THEN 0 ELSE 1 END"
            " WHERE id = %(place)s AND (state = %(open)s OR user_id = %(user)s"
            " OR lease_until < statement_timestamp()) RETURNING lease_until, stint",
            {
                "leased": State.LEASED,
                "open": State.OPEN,
                "user": user.pk,
                "lease_s": settings.ASSIGNMENT_LEASE_S,
                "place": place.pk,
            },
        )
        leased = cursor.fetchone()
    if leased is None:
        return False
    place.state, place.user, stint = State.LEASED, user, place.stint
    [place.lease_until, place.stint] = leased
    place.is_taken_now = place.stint != stint
    return True


def lease_end() -> CombinedExpression:
    """Say when a lease that begins now runs out."""
    return Now() + timedelta(seconds=settings.ASSIGNMENT_LEASE_S)


def renewed_lease_end() -> Greatest:
    """Say when a lease that goes on runs out: one that a return made longer is not cut short."""
    return Greatest("lease_until", lease_end())
