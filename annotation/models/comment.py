"""What people say to each other about an image's masks: comments, each pinned or on the whole."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.image import Image
from annotation.models.mask import Mask


class Comment(models.Model):
    """One remark at a point, on a mask, or on the whole image, or an answer to one. Never edited.

    It is open, with the answers to it, until either side resolves it. Its author may withdraw it
    until it is answered, or the next verdict on the image seals it.
    """

    id = models.UUIDField(primary_key=True)  # made by the client
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="comments")
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    mask = models.ForeignKey(Mask, on_delete=models.PROTECT, null=True, related_name="comments")
    x = models.FloatField(null=True)  # image pixels, with y
    y = models.FloatField(null=True)
    text = models.CharField(max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Whose words an import brought, as the files name them; the author is who imported them, or
    # the member of that name. Empty: it was written here.
    written_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # Nobody withdrew it, but an undo of the import that brought it: it may come in again.
    is_undone = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="comment_has_one_place_at_most",
                condition=Q(x=None, y=None)
                | Q(x__isnull=False, y__isnull=False, x__gte=0, y__gte=0, mask=None),
            ),
            models.CheckConstraint(
                name="comment_answer_has_no_place_of_its_own",
                condition=Q(answers=None) | Q(x=None, y=None, mask=None),
            ),
            models.CheckConstraint(
                name="comment_answer_is_resolved_with_its_comment",
                condition=Q(answers=None) | Q(resolved_at=None),
            ),
            models.CheckConstraint(name="comment_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="comment_resolution_has_its_person",
                condition=Q(resolved_by=None, resolved_at=None)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_sealed_is_not_withdrawn",
                condition=Q(sealed_at=None) | Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="comment_undone_is_withdrawn",
                condition=Q(is_undone=False) | Q(withdrawn_at__isnull=False),
            ),
        ]
        indexes = [
            # Serves the list of an image's comments.
            models.Index(
                name="comment_of_image",
                fields=["image", "created_at"],
                condition=Q(withdrawn_at=None),
            ),
            # Serves the count of open comments, on the page of an image and in the list.
            models.Index(
                name="comment_open",
                fields=["image"],
                condition=Q(withdrawn_at=None, resolved_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk} on image {self.image_id}"

    @property
    def point_xy(self) -> list[float] | None:
        return None if self.x is None or self.y is None else [self.x, self.y]
