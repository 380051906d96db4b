"""Comments on an image: made once, never edited; resolved by either side, withdrawn by the author.

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


class CommentWithdrawnError(DomainError):
    """Its author took it back."""

    code = "comment_withdrawn"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment is pinned: a point in image pixels, a mask, or neither: the whole image."""

    point_xy: tuple[float, float] | None = None
    mask_id: UUID | None = None


@transaction.atomic
def add_comment(
    *, comment_id: UUID, image: Image, author: User, role: str, text: str, place: Place
) -> Comment:
    """Write a comment. The same id again returns the same row, whatever came with it."""
    _check_may_comment(image_id=image.pk, user=author, role=role)
    known = Comment.objects.filter(pk=comment_id).first()
    if known is None:
        _check_place(image, place)
        if comments_of(image.pk).count() >= MOST:
            raise TooManyCommentsError(f"An image holds {MOST} comments at most.")
        x, y = place.point_xy or (None, None)
        known, is_new = Comment.objects.get_or_create(
            pk=comment_id,
            defaults={
                "image": image,
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
    """Mark it as dealt with. Who did so first stays."""
    _check_may_comment(image_id=comment.image_id, user=by, role=role)
    still_open = Comment.objects.filter(pk=comment.pk, resolved_at=None, withdrawn_at=None)
    if still_open.update(resolved_by=by, resolved_at=Now()):
        log.info("comment_resolved", comment_id=str(comment.pk), user_id=by.pk)
    return _fresh(comment)


@transaction.atomic
def reopen_comment(*, comment: Comment, by: User, role: str) -> Comment:
    """Take a resolution back."""
    _check_may_comment(image_id=comment.image_id, user=by, role=role)
    resolved = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=False, withdrawn_at=None)
    if resolved.update(resolved_by=None, resolved_at=None):
        log.info("comment_reopened", comment_id=str(comment.pk), user_id=by.pk)
    return _fresh(comment)


def withdraw_comment(*, comment: Comment, by: User) -> None:
    """Take back one's own comment, until a verdict has been given with it."""
    if comment.author_id != by.pk:
        raise NotAllowedError("Only its author withdraws a comment.")
    unsealed = Comment.objects.filter(pk=comment.pk, sealed_at=None)
    if unsealed.filter(withdrawn_at=None).update(withdrawn_at=Now()):
        log.info("comment_withdrawn", comment_id=str(comment.pk), user_id=by.pk)
    elif not unsealed.exists():
        raise CommentSealedError("The image was reviewed with this comment: resolve it instead.")


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


def _fresh(comment: Comment) -> Comment:
    known = Comment.objects.select_related("author", "resolved_by").get(pk=comment.pk)
    if known.withdrawn_at is not None:
        raise CommentWithdrawnError("This comment was withdrawn.")
    return known
