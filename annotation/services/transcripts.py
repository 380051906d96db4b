"""Transcripts: what a model heard of a take, and what people made of it. Both stay."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import DomainError, IdTakenError
from annotation.models import LiveTranscript, Recording, Transcript
from annotation.services.grounding import enqueue_grounding

State = Recording.State


class StaleTranscriptError(DomainError):
    """Somebody corrected the text meanwhile."""

    code = "stale_transcript"


@transaction.atomic
def save_raw_transcript(
    *,
    recording: Recording,
    transcript_id: UUID,
    text: str,
    words: Sequence[Mapping[str, Any]],
    model: str,
    dropped: Sequence[Mapping[str, Any]] = (),
) -> Transcript:
    """Keep what the model heard, and what was dropped of it. The same id again changes nothing."""
    transcript, _ = Transcript.objects.get_or_create(
        pk=transcript_id,
        defaults={
            "recording": recording,
            "kind": Transcript.Kind.RAW,
            "text": text,
            "words": [dict(word) for word in words],
            "dropped": [dict(each) for each in dropped],
            "model": model,
        },
    )
    LiveTranscript.objects.filter(recording=recording).delete()
    Recording.objects.filter(pk=recording.pk).update(state=State.TRANSCRIBED, error="")
    enqueue_grounding(transcript=transcript, created_by=recording.user)
    return transcript


@transaction.atomic
def correct_transcript(
    *,
    transcript_id: UUID,
    recording: Recording,
    author: User,
    text: str,
    words: Sequence[Mapping[str, Any]],
    seconds: float,
    base: UUID | None = None,
) -> Transcript:
    """Append a corrected transcript. The same id again returns the same row.

    Raises:
        StaleTranscriptError: `base`, the text that was corrected, is told, and somebody else has
            corrected it since. The lock on the take keeps two from correcting the same one.

    """
    Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    transcript = Transcript.objects.filter(pk=transcript_id).first()
    if transcript is None:
        if base is not None:
            _check_newest(recording, base, author)
        transcript = Transcript.objects.create(
            pk=transcript_id,
            recording=recording,
            kind=Transcript.Kind.CORRECTED,
            text=text,
            words=[dict(word) for word in words],
            author=author,
            seconds=seconds,
        )
    if transcript.recording_id != recording.pk:
        raise IdTakenError("Another transcript has this id.")
    enqueue_grounding(transcript=transcript, created_by=author)
    return transcript


def _check_newest(recording: Recording, base: UUID, author: User) -> None:
    corrected = recording.transcripts.filter(kind=Transcript.Kind.CORRECTED)
    newest = corrected.order_by("created_at").last()
    if newest is not None and newest.pk != base and newest.author_id != author.pk:
        raise StaleTranscriptError(
            "Somebody has corrected this text meanwhile. Look at theirs before you save yours."
        )
