"""Review: finished work is accepted, or returned to who did it."""

from datetime import timedelta
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from annotation.errors import DomainError, InvalidInputError
from annotation.models import Assignment, Image, Stint
from annotation.selectors.comments import open_comments
from annotation.services.comments import seal_comments
from annotation.services.stints import keep_stint

Kind = Assignment.Kind
State = Assignment.State
RETURNED_FOR: Final = timedelta(days=1)  # then anybody may take it
Status = Image.Status
log = structlog.get_logger(__name__)


class NotFinishedError(DomainError):
    """Only finished work can be reviewed."""

    code = "not_finished"


@transaction.atomic
def review_image(
    *,
    image: Image,
    verdict: str,
    comment: str,
    reviewer: User,
    active_s: float = 0,
    stint: int | None = None,
) -> Image:
    """Accept finished work, or return it to those who did it, with the comments that were made.

    A return says why: by a comment that is still open, or by `comment`. The reviewer's seconds
    count once: in the stint that the verdict ends, or, of a review that nobody claimed, up to its
    first verdict.
    """
    is_first_return = verdict == Status.RETURNED and image.status != verdict
    reviewable = Image.objects.filter(
        pk=image.pk, status__in=[Status.DONE, Status.REVIEWED, verdict]
    )
    if not reviewable.update(status=verdict, review_comment=comment):
        raise NotFinishedError("This image has not been finished yet.")
    places = Assignment.objects.filter(image=image)
    reviews = places.filter(kind=Kind.REVIEW)
    ended = (
        reviews.exclude(state=State.DONE)
        if stint is None
        else reviews.filter(user=reviewer, state=State.LEASED, stint=stint)
    )
    if ended.update(active_s=F("active_s") + active_s):
        keep_stint(image_id=image.pk, user=reviewer, ended_as=Stint.End.REVIEWED, active_s=active_s)
    reviews.update(state=State.DONE, user=reviewer, lease_until=None, finished_at=Now())
    if verdict == Status.RETURNED:
        done = places.filter(kind=Kind.ANNOTATE, state=State.DONE)
        done.update(state=State.LEASED, lease_until=Now() + RETURNED_FOR, stint=F("stint") + 1)
    seal_comments(image_id=image.pk)
    says_why = comment.strip() or open_comments().filter(image=image).exists()
    if is_first_return and not says_why:
        raise InvalidInputError(
            "Say what should be changed, here or by a comment.", field="comment"
        )
    image.refresh_from_db()
    log.info("image_reviewed", image_id=image.pk, verdict=verdict, user_id=reviewer.pk)
    return image
