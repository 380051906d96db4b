"""Voices as personal data: deleted for their speaker, after a project's days, or as strays.

The row says first that a voice is gone, and from then on nobody hears it; its bytes follow. Where
they could not, the rows of its chunks and the store itself tell what is left.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, islice
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.errors import DomainError
from annotation.models import Job, LiveTranscript, Recording, RecordingChunk
from annotation.services.grounding import forget_places
from annotation.services.jobs import enqueue_once
from annotation.services.kept_exports import close_voiced_exports, drop_closed_exports

BATCH: Final = 1000  # takes
EXPIRED_AT_ONCE: Final = 100  # takes
log = structlog.get_logger(__name__)


class VoiceDeletedError(DomainError):
    """The voice of the take was deleted; what still comes of it is not kept."""

    code = "voice_deleted"


@transaction.atomic
def delete_own_voices(*, user: User) -> Job:
    """Delete the traces of all takes of a person now, and have a job delete their audio.

    Texts stay. Takes in the trash and in projects that the person has left are among them.
    """
    silenced = mark_voices_deleted(Recording.objects.filter(user=user))
    log.info("own_voices_deleted", user_id=user.pk, takes=silenced)
    args = {"user_id": user.pk}
    return enqueue_once(kind=jobs.DELETE_VOICES, project=None, args=args, created_by=user)


def delete_expired_voices() -> int:
    """Delete the voices that are older than their project keeps them; return how many.

    The days count from when the take began, also for one that never became whole. Texts stay.
    """
    deleted = 0
    while batch := list(_expired()[:EXPIRED_AT_ONCE]):
        for recording in batch:
            forget_voice(recording)
        deleted += len(batch)
        log.info("voices_expired", takes=len(batch))
    if deleted:
        drop_closed_exports()
    return deleted


def forget_voice(recording: Recording) -> None:
    """Delete a take's audio and pointer trace for good; the texts stay. Safe to repeat."""
    mark_voices_deleted(Recording.objects.filter(pk=recording.pk))
    delete_audio(recording)


@transaction.atomic
def mark_voices_deleted(recordings: QuerySet[Recording]) -> int:
    """Delete the pointer traces, and let nobody hear the takes any more; return how many.

    Exports that may hold them are closed.
    """
    LiveTranscript.objects.filter(recording__in=recordings.values("pk")).delete()
    with_voice = recordings.filter(voice_deleted_at=None)
    close_voiced_exports(with_voice)
    marked = with_voice.update(voice_deleted_at=Now(), trace=[], cuts=[])
    forget_places(recordings)  # also those that were being written until the takes were marked
    return marked


def delete_audio(recording: Recording) -> None:
    """Delete every object of a take from the store. Safe to repeat."""
    arrived = list(recording.chunks.values_list("pk", flat=True))
    for key in storage.list_keys(f"recordings/{recording.pk}/"):
        storage.delete(key)
    # Last: they tell what is left to do. One that came meanwhile has bytes, and stays.
    RecordingChunk.objects.filter(pk__in=arrived).delete()


def drop_if_deleted(recording: Recording) -> None:
    """Delete what was stored just now if the voice was deleted while it was on its way."""
    if Recording.objects.filter(pk=recording.pk, voice_deleted_at__isnull=False).exists():
        delete_audio(recording)
        raise VoiceDeletedError("The voice of this take was deleted meanwhile.")


def audio_key(recording: Recording) -> str:
    return f"recordings/{recording.pk}/audio"


def drop_stray_audio() -> int:
    """Delete what the store holds of takes whose voice is gone, or never came; return of how many.

    A process may have died between storing bytes and looking whether they were still wanted. An
    import stores them before it writes the row. So nobody else's takes may lie in the bucket, nor
    those of a database that was set back.
    """
    dropped = 0
    keys = storage.list_keys("recordings/")
    takes = (take for take, _ in groupby(keys, lambda key: key.split("/")[1]))
    while batch := list(islice(takes, BATCH)):
        for recording in _without_voice(batch):
            delete_audio(recording)
            dropped += 1
        for take in sorted(set(batch) - _with_row(batch)):
            dropped += _drop_old(f"recordings/{take}/")
    if dropped:
        log.warning("stray_audio_dropped", takes=dropped)
    return dropped


def _with_row(ids: list[str]) -> set[str]:
    return {str(pk) for pk in Recording.objects.filter(pk__in=ids).values_list("pk", flat=True)}


def _drop_old(prefix: str) -> bool:
    """Delete objects unless one of them came lately; tell whether they are gone."""
    keys = list(storage.list_keys(prefix))
    if any(map(storage.came_lately, keys)):
        return False
    for key in keys:
        storage.delete(key)
    return True


def _expired() -> QuerySet[Recording]:
    kept = F("image__project__voice_days") * timedelta(days=1)
    old = Recording.objects.filter(
        voice_deleted_at=None,
        image__project__voice_days__isnull=False,
        created_at__lt=ExpressionWrapper(Now() - kept, DateTimeField()),
    )
    return old.order_by("created_at")


def _without_voice(ids: list[str]) -> Iterator[Recording]:
    """Yield those whose voice was deleted, or that came in as text alone after all."""
    is_gone = Q(voice_deleted_at__isnull=False) | Q(mime="")
    yield from Recording.objects.filter(is_gone, pk__in=ids)
