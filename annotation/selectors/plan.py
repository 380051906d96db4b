"""The queues of a project: what waits to be verified, completed and corrected, and reviewed.

The first three are those of a plan. An image is in at most one of them, and which one follows from
its proposals, and from what was named on it and has no mask. While the model has yet to look at it,
it is in none. What a verifier expects nobody to accept as it is goes to be corrected at once, so
that nobody is asked twice; but for a few, which tell who accepts whatever is shown. What was
returned is mended as a whole, and verified by nobody. What is finished waits for review under
either plan.
"""

from typing import Final, TypedDict
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextChoices

from annotation.models import Assignment, Image, Proposal
from annotation.prepared import Param
from annotation.selectors.access import REVIEWERS, Person
from annotation.selectors.images import SENT_ON
from annotation.selectors.questions import has_question
from annotation.selectors.queue import claimable, own_leases, returned_images

State = Proposal.State
# Score of a verifier. On 170 unseen images of nuclei 1,732 of 7,365 proposals lie below, and 71 of
# these are good as they are. Of those that are left to verify 61 % are, of all 47 %.
VERIFY_MIN: Final = 0.1
# One in twenty of those below is verified all the same, see selectors/doubts.py: on these images
# that adds 1.5 % to what people verify, and each has met twenty of them after 1,300 verdicts. It is
# drawn by its id, which is itself a hash: of image, bundle and rank.
HONEYPOT_SHARE: Final = 0.05
DRAWN_BELOW: Final = UUID(int=int(HONEYPOT_SHARE * 2**128))
SHOWN_TO_VERIFY: Final = (
    Q(verifier_score=None) | Q(verifier_score__gte=VERIFY_MIN) | Q(pk__lt=DRAWN_BELOW)
)
TO_VERIFY: Final = Q(state=State.PENDING) & SHOWN_TO_VERIFY
TO_CORRECT: Final = Q(state__in=SENT_ON) | Q(
    state=State.PENDING, verifier_score__lt=VERIFY_MIN, pk__gte=DRAWN_BELOW
)
DECIDED: Final = Q(state__in=[State.ACCEPTED, State.REJECTED])
AHEAD: Final = 3  # images that a page fetches ahead
MOST_AHEAD: Final = 20  # that it may, for a time without a network


class Queue(TextChoices):
    """One kind of work on a project's images."""

    VERIFY = "verify"  # proposals that nobody has looked at, and somebody may accept
    COMPLETE = "complete"  # every proposal is decided, or something was named: is it missing?
    CORRECT = "correct"  # what people or the verifier sent on, and images with nothing to verify
    REVIEW = "review"  # finished images that others have annotated


class QueueCounts(TypedDict):
    """What one person could do now: proposals to verify, images to do something with."""

    verify: int
    complete: int
    questions: int  # of those to complete, images on which something was named without a mask
    correct: int
    review: int


def places_in(places: QuerySet[Assignment], queue: Queue | str | None) -> QuerySet[Assignment]:
    """Keep the places at images of one queue of the plan; all of them without one."""
    planned = _planned(queue)
    return places if planned is None else places.filter(_belongs_to(planned))


def _planned(queue: Queue | str | None) -> Queue | None:
    """Tell which queue of the plan it is: none, if it is all images or that of reviews."""
    return None if queue is None or queue == Queue.REVIEW else Queue(queue)


def _belongs_to(queue: Queue) -> Q:
    """Tell whether a place is at an image of that queue of the plan."""
    is_blind = Q(image__is_holdout=True) | Q(slot__gte=1)  # annotated without proposals
    is_open, is_sent_on, is_decided = _has(TO_VERIFY), _has(TO_CORRECT), _has(DECIDED)
    is_returned = Q(image__status=Image.Status.RETURNED)
    is_bare = ~is_decided & Q(image__proposed_by__isnull=False)
    is_asked = Q(has_question())
    belongs = {
        Queue.VERIFY: ~is_blind & is_open & ~is_returned,
        Queue.CORRECT: is_blind
        | (is_open & is_returned)
        | (~is_open & (is_sent_on | (is_bare & ~is_asked))),
        Queue.COMPLETE: ~is_blind & ~is_open & ~is_sent_on & (is_decided | (is_bare & is_asked)),
    }
    return belongs[queue]


def held_in(
    queue: Queue | str | None, *, project_id: int | Param, user: Person
) -> QuerySet[Assignment]:
    """Places of a queue that are the person's, the longest-held first."""
    held = own_leases(project_id=project_id, user=user, kind=kind_of(queue))
    return places_in(held, queue)


def to_go_on_with(
    queue: Queue | str | None, *, project_id: int | Param, user: Person
) -> QuerySet[Assignment]:
    """Places that come before any free one: what was returned to the person, then `held_in`.

    Returned work comes first whichever queue of the plan it belongs to: it is theirs to mend.
    """
    held = own_leases(project_id=project_id, user=user, kind=kind_of(queue))
    planned = _planned(queue)
    if planned is None:
        return held
    return held.filter(_belongs_to(planned) | Q(image__status=Image.Status.RETURNED))


def free_in(
    queue: Queue | str | None, *, project_id: int | Param, user: Person
) -> QuerySet[Assignment]:
    """Places of a queue that the person may take, in its order."""
    free = claimable(project_id=project_id, user=user, kind=kind_of(queue))
    return places_in(free, queue)


def kind_of(queue: Queue | str | None) -> Assignment.Kind:
    """Tell what kind of places a queue hands out."""
    return Assignment.Kind.REVIEW if queue == Queue.REVIEW else Assignment.Kind.ANNOTATE


def queue_counts(*, project_id: int, user: Person, role: str) -> QueueCounts:
    """Count what the person could do, in a query for each queue that is theirs."""

    def images(queue: Queue, *those: Exists) -> int:
        mine, others = (
            find(queue, project_id=project_id, user=user)
            .filter(*those)
            .order_by()
            .values("image_id")
            for find in (held_in, free_in)
        )
        return mine.union(others).count()

    return QueueCounts(
        verify=proposals_within_reach(project_id=project_id, user=user).count(),
        complete=images(Queue.COMPLETE),
        questions=images(Queue.COMPLETE, has_question()),
        correct=images(Queue.CORRECT),
        review=images(Queue.REVIEW) if role in REVIEWERS else 0,
    )


def proposals_within_reach(*, project_id: int, user: Person) -> QuerySet[Proposal]:
    """Proposals to verify on images that the person holds or could take."""
    own, free = (
        find(Queue.VERIFY, project_id=project_id, user=user).order_by().values("image")
        for find in (held_in, free_in)
    )
    return to_verify(project_id).filter(Q(image__in=own) | Q(image__in=free))


def to_verify(project_id: int) -> QuerySet[Proposal]:
    """Proposals to verify, image by image as they come in the queue, the surest of each first.

    None on the blind holdout.
    """
    pending = Proposal.objects.filter(
        TO_VERIFY,
        image__project_id=project_id,
        image__deleted_at=None,
        image__is_holdout=False,
    )
    return pending.order_by(
        "image__rank",
        "image_id",
        F("verifier_score").desc(nulls_last=True),
        F("predicted_iou").desc(nulls_last=True),
        "pk",
    )


def upcoming_image_ids(
    *,
    project_id: int,
    user: Person,
    queue: Queue | str | None = None,
    besides: int | None = None,
    count: int = AHEAD,
) -> list[int]:
    """Images that the person would get after the current one, `besides`, for prefetching."""
    is_review = queue == Queue.REVIEW
    returned = [] if is_review else returned_images(project_id=project_id, user=user)
    ids = [image_id for image_id in returned if image_id != besides]
    places = free_in(queue, project_id=project_id, user=user)
    # The other places of an image follow its first.
    for image_id in places.values_list("image_id", flat=True)[: count * 5]:
        if image_id not in {besides, *ids}:
            ids.append(image_id)
    return ids[:count]


def _has(those: Q) -> Q:
    return Q(Exists(Proposal.objects.filter(those, image=OuterRef("image"))))
