"""A finished image is opened again, before anybody has reviewed it."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from annotation.errors import DomainError, NotAllowedError
from annotation.models import Assignment, Image
from annotation.selectors.access import REVIEWERS
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
    at_review = Assignment.objects.filter(
        image=locked, kind=Kind.REVIEW, state=State.LEASED, lease_until__gt=Now()
    ).exclude(user=user)
    if locked.status != Status.DONE or at_review.exists():
        raise UnderReviewError("The image is being reviewed: only a reviewer can return it now.")
    again = own if is_own else places
    again.filter(state=State.LEASED).update(finished_at=None)
    again.filter(state=State.DONE).update(
        state=State.LEASED,
        lease_until=Now() + RETURNED_FOR,
        finished_at=None,
        stint=F("stint") + 1,
    )
    locked.status = Status.RETURNED if locked.review_comment else Status.TODO
    locked.finished_at = None
    locked.save(update_fields=["status", "finished_at"])
    log.info("image_reopened", image_id=locked.pk, user_id=user.pk)
    return locked
