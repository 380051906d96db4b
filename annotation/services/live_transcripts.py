"""What is heard of a take while it is being spoken: shown to the speaker, and reused in the end."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from annotation import jobs
from annotation.models import LiveTranscript

EVERY_CHUNKS: Final = 2  # of two seconds each
_LOST_AFTER_S: Final = 30.0  # a pass whose worker died, or that waited so long, holds nobody up


def ask_to_hear(*, recording_id: UUID, number: int) -> None:
    """Have a take heard with every second chunk, unless a pass waits or is under way."""
    if number % EVERY_CHUNKS != EVERY_CHUNKS - 1:
        return
    LiveTranscript.objects.get_or_create(recording_id=recording_id)
    free = Q(asked_until=None) | Q(asked_until__lte=Now())
    asked = LiveTranscript.objects.filter(free, recording_id=recording_id).update(
        asked_until=Now() + timedelta(seconds=_LOST_AFTER_S)
    )
    if asked:
        send = partial(jobs.send_hearing, str(recording_id), within_s=_LOST_AFTER_S)
        transaction.on_commit(send)


def save_heard(*, recording_id: UUID, heard: Mapping[str, Any], chunks: int) -> None:
    """Keep what a pass heard in so many chunks, unless another has heard more. Ends the pass."""
    behind = LiveTranscript.objects.filter(recording_id=recording_id, chunks__lt=chunks)
    behind.update(heard=dict(heard), chunks=chunks, updated_at=Now())
    end_hearing(recording_id=recording_id)


def end_hearing(*, recording_id: UUID) -> None:
    """Let the next chunks ask again."""
    LiveTranscript.objects.filter(recording_id=recording_id).update(asked_until=None)
