"""What a bundle's captioner proposes to say of an image, and what became of it."""

from django.db import models
from django.db.models import Q

from annotation.models.description import Caption
from annotation.models.image import Image
from annotation.models.learning import Bundle

UNDECIDED = ("pending", "superseded")


class CaptionProposal(models.Model):
    """A text for an image that nobody had described, and how far from it people's words came.

    A share of the images is the arm without proposals: theirs is kept, and nobody sees it. So the
    words of both arms can be measured against what the model would have said.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"  # untouched
        EDITED = "edited"
        RESPOKEN = "respoken"  # a person said or wrote it anew
        SUPERSEDED = "superseded"  # by a newer bundle's, before anyone had described the image

    id = models.UUIDField(primary_key=True)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="caption_proposals")
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="caption_proposals")
    text = models.TextField(blank=True)  # none where the model had nothing to say
    # [{"first", "end", "text", "noun", "count", "is_plural", "is_definite"}], words of the text.
    # Which masks they speak of is asked anew: masks are drawn and named after the proposal.
    phrases = models.JSONField(default=list)
    is_shown = models.BooleanField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    # The first caption of the image since.
    caption = models.OneToOneField(Caption, on_delete=models.PROTECT, null=True, related_name="+")
    edits = models.PositiveIntegerField(null=True)  # words put in, taken out or replaced
    words = models.PositiveIntegerField(null=True)  # of the caption
    created_at = models.DateTimeField()  # of the text, which more masks may have made anew
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="caption_proposal_one_pending", fields=["image"], condition=Q(state="pending")
            ),
            models.CheckConstraint(
                name="caption_proposal_decided_has_its_caption",
                condition=Q(
                    state__in=UNDECIDED, caption=None, edits=None, words=None, decided_at=None
                )
                | Q(
                    state__in=["accepted", "edited", "respoken"],
                    caption__isnull=False,
                    edits__isnull=False,
                    words__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="caption_proposal_taken_up_was_shown",
                condition=Q(is_shown=True) | ~Q(state__in=["accepted", "edited"]),
            ),
        ]

    def __str__(self) -> str:
        return f"caption proposal {self.pk} on image {self.image_id} ({self.state})"
