"""Phrases of a transcript that speak of things, and which masks they speak of."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from annotation.models.description import Transcript


class Phrase(models.Model):
    """A noun phrase: the transcript's words `first` up to but not including `end`.

    The rules that found it are named by its first link. Append-only, with its transcript, but for
    `is_asked`, which follows from the newest link as a mask's head does from its revisions.
    """

    transcript = models.ForeignKey(Transcript, on_delete=models.PROTECT, related_name="phrases")
    first = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    # What it names: "buckets" of "two red buckets". Empty: it came in with its take, and the rules
    # find no such phrase there, or have yet to look.
    noun = models.TextField()
    count = models.PositiveIntegerField(null=True)  # as said in numbers
    is_plural = models.BooleanField()
    is_definite = models.BooleanField()  # "the bucket"
    is_repeat = models.BooleanField()  # an earlier phrase asks for the same mask
    # It asks for a mask: no repeat, and its newest link names none and does not put it aside.
    is_asked = models.BooleanField(default=False, db_default=False)
    # Where the pointer was, image pixels. Goes with the voice: it is a point of the trace.
    place_xy = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="phrase_once", fields=["transcript", "first"]),
            models.CheckConstraint(
                name="phrase_has_words", condition=Q(end__gt=F("first")) & ~Q(text="")
            ),
            models.CheckConstraint(
                name="phrase_asks_once", condition=Q(is_asked=False) | Q(is_repeat=False)
            ),
        ]
        indexes = [
            # Serves the queue of images to complete: the questions that wait, few among phrases.
            models.Index(name="phrase_asked", fields=["transcript"], condition=Q(is_asked=True)),
        ]

    def __str__(self) -> str:
        return f"phrase {self.pk}: {self.text}"


class PhraseLink(models.Model):
    """Which masks a phrase speaks of, as rules or a person say. Append-only: the newest counts."""

    class Kind(models.TextChoices):
        PROPOSED = "proposed"  # by rules
        CONFIRMED = "confirmed"
        REMOVED = "removed"  # it speaks of none of these masks
        DISMISSED = "dismissed"  # it speaks of nothing that needs a mask

    id = models.UUIDField(primary_key=True)  # a person's is made by the client
    phrase = models.ForeignKey(Phrase, on_delete=models.PROTECT, related_name="links")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    masks = ArrayField(models.UUIDField(), default=list)  # the surest first
    evidence = models.FloatField(null=True)  # of the rules, 0 to 1
    rules = models.CharField(max_length=60, blank=True)  # their version
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="phrase_link_number_once", fields=["phrase", "number"]),
            models.CheckConstraint(
                name="phrase_link_has_its_maker",
                condition=Q(kind="proposed", author=None) & ~Q(rules="")
                | ~Q(kind="proposed") & Q(author__isnull=False, rules=""),
            ),
            models.CheckConstraint(
                name="phrase_link_confirmed_has_masks_and_others_have_none",
                condition=Q(kind="proposed")
                | Q(kind="confirmed", masks__len__gt=0)
                | Q(kind__in=["removed", "dismissed"], masks__len=0),
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.number} of {self.phrase_id} ({self.kind})"
