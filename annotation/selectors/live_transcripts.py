"""What is heard of takes that are being spoken now."""

from datetime import timedelta
from typing import Final, TypedDict
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from annotation.models import LiveTranscript, Recording, RecordingChunk

_SPOKEN_WITHIN: Final = timedelta(minutes=1)


class LiveText(TypedDict):
    """The text so far of one take. What is open may change with the next words."""

    recording: str
    settled: str
    open: str


def live_text_by_person(project_id: int) -> dict[int, list[LiveText]]:
    """What each person is saying now, on images of the project."""
    spoken: QuerySet[LiveTranscript] = LiveTranscript.objects.filter(
        recording__image__project_id=project_id,
        recording__state=Recording.State.UPLOADING,
        updated_at__gte=Now() - _SPOKEN_WITHIN,
    ).select_related("recording")
    found: dict[int, list[LiveText]] = {}
    for live in spoken.order_by("pk"):
        if live.heard is None:
            continue
        text: LiveText = {
            "recording": str(live.pk),
            "settled": " ".join(word["text"] for word in live.heard["settled"]),
            "open": " ".join(word["text"] for word in live.heard["open"]),
        }
        found.setdefault(live.recording.user_id, []).append(text)
    return found


def live_of(recording_id: UUID | str) -> LiveTranscript | None:
    """Find what was heard of a take that is not whole yet, and whose voice is still there."""
    live = LiveTranscript.objects.filter(recording_id=recording_id)
    return live.filter(
        recording__state=Recording.State.UPLOADING, recording__voice_deleted_at=None
    ).first()


def chunks_without_gap(recording_id: UUID | str) -> list[RecordingChunk]:
    """Return the chunks from the first on, as far as none is missing."""
    chunks = RecordingChunk.objects.filter(recording_id=recording_id).order_by("number")
    return [chunk for at, chunk in enumerate(chunks) if chunk.number == at]
