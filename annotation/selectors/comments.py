"""Comments on images: which there are, and who may write them."""

from typing import Final

from django.db.models import QuerySet

from annotation.models import Assignment, Comment, Membership
from annotation.selectors.access import REVIEWERS, Person, rows_for

MOST: Final = 500  # comments on one image


def comments_for(user: Person) -> QuerySet[Comment]:
    """Comments on images of the person's projects, withdrawn ones too: a resend finds its row."""
    comments = Comment.objects.filter(image__deleted_at=None, image__project__deleted_at=None)
    return rows_for(comments, user=user, path="image__project")


def comments_of(image_id: int) -> QuerySet[Comment]:
    """What has been said about an image, the oldest first; nothing that was withdrawn."""
    said = Comment.objects.filter(image_id=image_id, withdrawn_at=None)
    return said.select_related("author", "resolved_by").order_by("created_at", "pk")


def open_comments() -> QuerySet[Comment]:
    """Comments that wait for somebody to resolve them; their answers do not count."""
    return Comment.objects.filter(answers=None, withdrawn_at=None, resolved_at=None)


def may_comment(*, image_id: int, user: Person, role: str) -> bool:
    """Tell whether a member may write here: who reviews, and whose work it is."""
    if role in REVIEWERS:
        return True
    own = Assignment.objects.filter(image_id=image_id, user_id=user.pk or 0)
    return role == Membership.Role.ANNOTATOR and own.exists()
