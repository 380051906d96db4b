"""Comments on an image: made once, never edited; answered and resolved by either side.

Everything here may be asked again: a lost reply is sent once more and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import DomainError, IdTakenError, InvalidInputError, NotAllowedError
from annotation.models import Comment, Image, Mask
from annotation.selectors.comments import MOST, comments_of, may_comment

log = structlog.get_logger(__name__)


class TooManyCommentsError(DomainError):
    """The image holds as many comments as it may."""

    code = "too_many_comments"


class CommentSealedError(DomainError):
    """A verdict has been given with it; it is part of that now."""

    code = "comment_sealed"


class CommentAnsweredError(DomainError):
    """What others said to it would lose its sense."""

    code = "comment_answered"


class CommentWithdrawnError(DomainError):
    """Its author took it back."""

    code = "comment_withdrawn"


class IsAnswerError(DomainError):
    """An answer is resolved, and opened again, with the comment that it is to."""

    code = "is_answer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands: at a point in image pixels, on a mask, or below the one it answers.

    At none of these it is on the whole image.
    """

    point_xy: tuple[float, float] | None = None
    mask_id: UUID | None = None
    answers: UUID | None = None


@transaction.atomic
def add_comment(
    *, comment_id: UUID, image: Image, author: User, role: str, text: str, place: Place
) -> Comment:
    """Write a comment. The same id again returns the same row, whatever came with it."""
    _check_may_comment(image_id=image.pk, user=author, role=role)
    known = Comment.objects.filter(pk=comment_id).first()
    if known is None:
        # The image first and then what is answered, as an undo of an import and a verdict do.
        Image.objects.select_for_update(no_key=True).get(pk=image.pk)
        _check_place(image, place)
        _check_answered(image, place)
        if comments_of(image.pk).count() >= MOST:
            raise TooManyCommentsError(f"An image holds {MOST} comments at most.")
        x, y = place.point_xy or (None, None)
        known, is_new = Comment.objects.get_or_create(
            pk=comment_id,
            defaults={
                "image": image,
                "answers_id": place.answers,
                "author": author,
                "text": text,
                "mask_id": place.mask_id,
                "x": x,
                "y": y,
            },
        )
        if is_new:
            log.info("comment_added", comment_id=str(comment_id), image_id=image.pk)
    if (known.image_id, known.author_id) != (image.pk, author.pk):
        raise IdTakenError("Another comment has this id.")
    return known


@transaction.atomic
def resolve_comment(*, comment: Comment, by: User, role: str) -> Comment:
    """Mark it as dealt with, and so what was answered. Who did so first stays."""
    _check_may_comment(image_id=comment.image_id, user=by, role=role)
    _check_is_no_answer(comment)
    still_open = Comment.objects.filter(pk=comment.pk, resolved_at=None, withdrawn_at=None)
    if still_open.update(resolved_by=by, resolved_at=Now()):
        log.info("comment_resolved", comment_id=str(comment.pk), user_id=by.pk)
    return _fresh(comment)


@transaction.atomic
def reopen_comment(*, comment: Comment, by: User, role: str) -> Comment:
    """Take a resolution back."""
    _check_may_comment(image_id=comment.image_id, user=by, role=role)
    _check_is_no_answer(comment)
    resolved = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=False, withdrawn_at=None)
    if resolved.update(resolved_by=None, resolved_at=None):
        log.info("comment_reopened", comment_id=str(comment.pk), user_id=by.pk)
    return _fresh(comment)


@transaction.atomic
def withdraw_comment(*, comment: Comment, by: User) -> None:
    """Take back one's own comment, until it is answered or a verdict has been given with it."""
    if comment.author_id != by.pk:
        raise NotAllowedError("Only its author withdraws a comment.")
    # Whoever answers just now holds the row: that answer is seen below, or is refused.
    kept = Comment.objects.select_for_update().get(pk=comment.pk)
    if kept.withdrawn_at is not None:
        return
    if kept.sealed_at is not None:
        raise CommentSealedError("The image was reviewed with this comment: resolve it instead.")
    if Comment.objects.filter(answers=kept, withdrawn_at=None).exists():
        raise CommentAnsweredError("This comment has been answered: resolve it instead.")
    Comment.objects.filter(pk=kept.pk).update(withdrawn_at=Now())
    log.info("comment_withdrawn", comment_id=str(kept.pk), user_id=by.pk)


def seal_comments(*, image_id: int) -> None:
    """Make what was said part of the verdict that is being given."""
    Comment.objects.filter(image_id=image_id, sealed_at=None, withdrawn_at=None).update(
        sealed_at=Now()
    )


def unseal_comments(*, image_id: int, sealed_since: datetime | None) -> None:
    """Undo `seal_comments` for a verdict that is taken back."""
    Comment.objects.filter(image_id=image_id, sealed_at__gte=sealed_since).update(sealed_at=None)


def _check_may_comment(*, image_id: int, user: User, role: str) -> None:
    if not may_comment(image_id=image_id, user=user, role=role):
        raise NotAllowedError("Only reviewers and who works on this image comment on it.")


def _check_place(image: Image, place: Place) -> None:
    if place.point_xy is not None and place.mask_id is not None:
        raise InvalidInputError("A comment is pinned to a point or to a mask.", field="point_xy")
    if place.point_xy is not None:
        x, y = place.point_xy
        if not (0 <= x < image.width and 0 <= y < image.height):
            raise InvalidInputError(
                f"The point is outside the image of {image.width} x {image.height} pixels.",
                field="point_xy",
            )
    if place.mask_id is not None:
        own = Mask.objects.filter(pk=place.mask_id, image=image)
        if not own.exists():
            raise InvalidInputError("The image has no such mask.", field="mask")


def _check_answered(image: Image, place: Place) -> None:
    """Find the comment that is answered, and hold it: it is not withdrawn meanwhile."""
    if place.answers is None:
        return
    if place.point_xy is not None or place.mask_id is not None:
        raise InvalidInputError("An answer has no place of its own.", field="answers")
    answered = Comment.objects.select_for_update().filter(pk=place.answers, image=image).first()
    if answered is None:
        raise InvalidInputError("The image has no such comment.", field="answers")
    if answered.answers_id is not None:
        raise InvalidInputError("This is an answer: answer its comment.", field="answers")
    if answered.withdrawn_at is not None:
        raise CommentWithdrawnError("This comment was withdrawn.")


def _check_is_no_answer(comment: Comment) -> None:
    if comment.answers_id is not None:
        raise IsAnswerError("This is an answer: resolve its comment, or open that again.")


def _fresh(comment: Comment) -> Comment:
    known = Comment.objects.select_related("author", "resolved_by").get(pk=comment.pk)
    if known.withdrawn_at is not None:
        raise CommentWithdrawnError("This comment was withdrawn.")
    return known
