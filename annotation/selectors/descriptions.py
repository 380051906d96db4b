"""What was said and written about an image."""

from django.db.models import Prefetch, QuerySet

from annotation.models import Caption, Consent, Recording, RecordingChunk, Transcript
from annotation.selectors.access import Person, rows_for


def recordings_for(user: Person) -> QuerySet[Recording]:
    """Recordings on the images of the person's projects."""
    recordings = Recording.objects.filter(
        image__deleted_at=None, image__project__deleted_at=None
    ).select_related("user")
    return rows_for(
        recordings.prefetch_related(_transcripts(), _chunks()), user=user, path="image__project"
    )


def recordings_of(image_id: int) -> QuerySet[Recording]:
    """An image's takes, the newest first, each with its texts."""
    recordings = Recording.objects.filter(image_id=image_id).select_related("user")
    return recordings.prefetch_related(_transcripts(), _chunks()).order_by("-created_at")


def captions_of(image_id: int) -> QuerySet[Caption]:
    """An image's captions, the newest first: that one counts."""
    return (
        Caption.objects.filter(image_id=image_id).select_related("author").order_by("-created_at")
    )


def has_consented(user: Person) -> bool:
    """Tell whether the person agrees, now, to being recorded."""
    return Consent.objects.filter(user_id=user.pk or 0, withdrawn_at=None).exists()


def _transcripts() -> "Prefetch[str, QuerySet[Transcript], str]":
    return Prefetch(
        "transcripts", Transcript.objects.select_related("author").order_by("created_at")
    )


def _chunks() -> "Prefetch[str, QuerySet[RecordingChunk], str]":
    return Prefetch("chunks", RecordingChunk.objects.order_by("number"))
