"""Review: finished work is accepted, or returned to who did it; a verdict may be taken back."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from annotation.errors import DomainError, InvalidInputError
from annotation.models import Assignment, Image, Operation, Stint
from annotation.selectors.comments import open_comments
from annotation.services.assignments import LeaseLostError
from annotation.services.comments import seal_comments, unseal_comments
from annotation.services.masks import stale
from annotation.services.promises import stop_if_audits_break_it
from annotation.services.stints import keep_stint

Kind = Assignment.Kind
State = Assignment.State
RETURNED_FOR: Final = timedelta(days=1)  # then anybody may take it
Status = Image.Status
log = structlog.get_logger(__name__)


class NotFinishedError(DomainError):
    """Only finished work can be reviewed."""

    code = "not_finished"


class VerdictStandsError(DomainError):
    """Somebody else gave the verdict, or somebody has gone on with the image since."""

    code = "verdict_stands"


@transaction.atomic
def review_image(
    *,
    image: Image,
    verdict: str,
    comment: str,
    reviewer: User,
    active_s: float = 0,
    stint: int | None = None,
    version: int | None = None,
) -> Image:
    """Accept finished work, or return it to those who did it, with the comments that were made.

    A return says why: by a comment that is still open, or by `comment`. The reviewer's seconds
    count once: in the stint that the verdict ends, or, of a review that nobody claimed, up to its
    first verdict. A verdict of a stint that it has ended is none any more.

    Raises:
        LeaseLostError: the stint was told, and the review is not the reviewer's any more, or has
            ended by another verdict.
        StaleVersionError: others changed the image after `version`, which the reviewer saw, or an
            import did.
        NotFinishedError: the image is being worked on.

    """
    image = Image.objects.select_for_update().get(pk=image.pk)
    places = Assignment.objects.filter(image=image)
    reviews = places.filter(kind=Kind.REVIEW)
    if stint is not None and not _is_held(reviews.filter(user=reviewer), stint):
        if not _was_given(image, verdict, reviewer):
            raise LeaseLostError("Your review of this image has ended without this verdict.")
        return image
    if version is not None:
        _check_seen(image, version, reviewer)
    if image.status not in {Status.DONE, Status.REVIEWED, verdict}:
        raise NotFinishedError("This image has not been finished yet.")
    is_first_return = verdict == Status.RETURNED and image.status != verdict
    image.status, image.review_comment = Status(verdict), comment
    image.save(update_fields=["status", "review_comment"])
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
    stop_if_audits_break_it(image)  # by what the reviewer has corrected
    log.info("image_reviewed", image_id=image.pk, verdict=verdict, user_id=reviewer.pk)
    return image


def _is_held(own: QuerySet[Assignment], stint: int) -> bool:
    """Tell whether the reviewer's place is still in that stint."""
    place = own.first()
    if place is None:
        raise LeaseLostError("This image is no longer assigned to you.")
    return place.state == State.LEASED and place.stint == stint


def _was_given(image: Image, verdict: str, reviewer: User) -> bool:
    """Tell whether a verdict stands, or may be one from which others have gone on since."""
    given = image.stints.filter(user=reviewer, ended_as=Stint.End.REVIEWED)
    last_at = given.order_by("-ended_at").values("ended_at")[:1]
    since = image.stints.filter(ended_as=Stint.End.FINISHED, ended_at__gt=Subquery(last_at))
    return image.status == verdict or since.exists()


def _check_seen(image: Image, version: int, reviewer: User) -> None:
    later = Operation.objects.filter(image=image, image_version__gt=version)
    # Every save raises the version by one and has operations; an import does, and has none.
    saves = later.values("image_version").distinct().count()
    is_imported = image.version - version > saves
    if is_imported or later.exclude(author=reviewer).exists():
        raise stale(
            "Somebody has changed this image meanwhile: look at it again, then decide.",
            image=image,
            missed=later,
        )


@transaction.atomic
def take_back_verdict(*, image: Image, reviewer: User) -> Image:
    """Let a verdict not have been given: the image waits for review, as it did before.

    Only its reviewer may, and only while nobody has gone on with the image. The seconds of the
    review stay spent. Resending is harmless.
    """
    locked = Image.objects.select_for_update().get(pk=image.pk)
    places = Assignment.objects.filter(image=locked)
    review = places.filter(kind=Kind.REVIEW, state=State.DONE, user=reviewer).first()
    if locked.status == Status.DONE and review is None:
        return locked
    if locked.status not in {Status.REVIEWED, Status.RETURNED} or review is None:
        raise VerdictStandsError("Only who gave a verdict takes it back.")
    if _has_gone_on(locked, since=review.finished_at, besides=reviewer):
        raise VerdictStandsError("Somebody has gone on with the image since: review it again.")
    places.filter(kind=Kind.ANNOTATE).update(state=State.DONE, lease_until=None)
    unseal_comments(image_id=locked.pk, sealed_since=review.finished_at)
    places.filter(pk=review.pk).update(
        state=State.OPEN, user=None, lease_until=None, finished_at=None
    )
    locked.status, locked.review_comment = Status.DONE, ""
    locked.save(update_fields=["status", "review_comment"])
    log.info("verdict_taken_back", image_id=locked.pk, user_id=reviewer.pk)
    return locked


def _has_gone_on(image: Image, *, since: datetime | None, besides: User) -> bool:
    """Tell whether others have drawn since, or the image is no longer with those who did it."""
    drawn = Operation.objects.filter(image=image, created_at__gt=since).exclude(author=besides)
    finished = Stint.objects.filter(
        image=image, ended_as=Stint.End.FINISHED, user_id=OuterRef("user_id")
    )
    places = Assignment.objects.filter(image=image, kind=Kind.ANNOTATE)
    return drawn.exists() or places.exclude(Exists(finished)).exists()
