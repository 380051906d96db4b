"""Transcripts: what a model heard of a take, and what people made of it. Both stay."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import IdTakenError
from annotation.models import LiveTranscript, Recording, Transcript
from annotation.services.grounding import enqueue_grounding

State = Recording.State


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
) -> Transcript:
    """Append a corrected transcript. The same id again returns the same row."""
    transcript, _ = Transcript.objects.get_or_create(
        pk=transcript_id,
        defaults={
            "recording": recording,
            "kind": Transcript.Kind.CORRECTED,
            "text": text,
            "words": [dict(word) for word in words],
            "author": author,
            "seconds": seconds,
        },
    )
    if transcript.recording_id != recording.pk:
        raise IdTakenError("Another transcript has this id.")
    enqueue_grounding(transcript=transcript, created_by=author)
    return transcript
