"""Review: finished work is accepted, or returned to who did it."""

from datetime import timedelta
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import DomainError
from annotation.models import Assignment, Image
from annotation.services.comments import seal_comments

RETURNED_FOR: Final = timedelta(days=1)  # then anybody may take it
Status = Image.Status
log = structlog.get_logger(__name__)


class NotFinishedError(DomainError):
    """Only finished work can be reviewed."""

    code = "not_finished"


@transaction.atomic
def review_image(*, image: Image, verdict: str, comment: str, reviewer: User) -> Image:
    """Accept finished work, or return it to those who did it, with the comments that were made."""
    reviewable = Image.objects.filter(
        pk=image.pk, status__in=[Status.DONE, Status.REVIEWED, verdict]
    )
    if not reviewable.update(status=verdict, review_comment=comment):
        raise NotFinishedError("This image has not been finished yet.")
    if verdict == Status.RETURNED:
        done = Assignment.objects.filter(image=image, state=Assignment.State.DONE)
        done.update(state=Assignment.State.LEASED, lease_until=Now() + RETURNED_FOR)
    seal_comments(image_id=image.pk)
    image.refresh_from_db()
    log.info("image_reviewed", image_id=image.pk, verdict=verdict, user_id=reviewer.pk)
    return image
