"""A finished image is opened again before anybody has reviewed it: by a person or a question."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from annotation.errors import DomainError, NotAllowedError
from annotation.models import Assignment, Image, Project
from annotation.selectors.access import REVIEWERS
from annotation.selectors.comments import open_comments
from annotation.services.assignments import lock_member
from annotation.services.review import RETURNED_FOR

Kind = Assignment.Kind
State = Assignment.State
Status = Image.Status
log = structlog.get_logger(__name__)


class UnderReviewError(DomainError):
    """A reviewer has judged the image, or is about to."""

    code = "under_review"


@transaction.atomic
def reopen_image(*, image: Image, user: User) -> Image:
    """Let a finished image not have been finished: who annotated it goes on with it.

    They may do that, and so may reviewers and managers, for all who annotated it. One that had been
    returned is returned again, with the same words. The seconds stay spent. Resending is harmless.
    """
    member = lock_member(project_id=image.project_id, user=user)
    locked = Image.objects.select_for_update().get(pk=image.pk)
    places = Assignment.objects.filter(image=locked, kind=Kind.ANNOTATE)
    own = places.filter(user=user)
    is_own = own.exists()
    if member is None or not (is_own or member.role in REVIEWERS):
        raise NotAllowedError("Who annotated an image opens it again, a reviewer or a manager.")
    if locked.status in {Status.TODO, Status.RETURNED}:
        return locked
    if locked.status != Status.DONE or _at_review(locked).exclude(user=user).exists():
        raise UnderReviewError("The image is being reviewed: only a reviewer can return it now.")
    _open_again(locked, own if is_own else places)
    log.info("image_reopened", image_id=locked.pk, user_id=user.pk)
    return locked


@transaction.atomic
def reopen_to_answer(*, image_id: int) -> bool:
    """Open a finished image again, as a thing on it was named that has no mask; tell if it was.

    Whoever drew the set that counts goes on with it, and after a day anybody may: the question
    brings it into the queue of images to complete, so a project without queues keeps it as it is.
    So does an image that a reviewer has judged or looks at: rules found the question, and they are
    not to undo what a person decided. There it is shown to whoever opens the image.
    """
    image = Image.objects.select_for_update(of=("self",)).select_related("project").get(pk=image_id)
    is_waiting = image.status == Status.DONE and image.deleted_at is None
    if not is_waiting or image.project.plan != Project.Plan.QUEUES or _at_review(image).exists():
        return False
    _open_again(image, Assignment.objects.filter(image=image, kind=Kind.ANNOTATE, slot=0))
    log.info("image_reopened_to_answer", image_id=image.pk)
    return True


def _at_review(image: Image) -> QuerySet[Assignment]:
    return Assignment.objects.filter(
        image=image, kind=Kind.REVIEW, state=State.LEASED, lease_until__gt=Now()
    )


def _was_returned(image: Image) -> bool:
    """Tell whether a reviewer's words are still to be answered, those beside masks too."""
    beside = open_comments().filter(image=image, sealed_at__isnull=False)
    return image.review_comment != "" or beside.exists()


def _open_again(image: Image, again: QuerySet[Assignment]) -> None:
    """Give finished places back to those who had them; the image's row is locked."""
    again.filter(state=State.LEASED).update(finished_at=None)
    again.filter(state=State.DONE).update(
        state=State.LEASED,
        lease_until=Now() + RETURNED_FOR,
        finished_at=None,
        stint=F("stint") + 1,
    )
    image.status = Status.RETURNED if _was_returned(image) else Status.TODO
    image.finished_at = None
    image.save(update_fields=["status", "finished_at"])
