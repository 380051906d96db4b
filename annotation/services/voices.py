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
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.models import Job, Recording
from annotation.services.jobs import enqueue_once
from annotation.services.kept_exports import drop_closed_exports
from annotation.services.recordings import delete_audio, mark_voice_deleted, mark_voices_deleted

BATCH: Final = 1000  # takes
EXPIRED_AT_ONCE: Final = 100  # takes
log = structlog.get_logger(__name__)


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
            mark_voice_deleted(recording)
            delete_audio(recording)
        deleted += len(batch)
        log.info("voices_expired", takes=len(batch))
    if deleted:
        drop_closed_exports()
    return deleted


def drop_stray_audio() -> int:
    """Delete what the store holds of takes whose voice is gone; return of how many.

    A process may have died between storing bytes and looking whether they were still wanted.
    """
    dropped = 0
    keys = storage.list_keys("recordings/")
    takes = (take for take, _ in groupby(keys, lambda key: key.split("/")[1]))
    while batch := list(islice(takes, BATCH)):
        for recording in _without_voice(batch):
            delete_audio(recording)
            dropped += 1
    if dropped:
        log.warning("stray_audio_dropped", takes=dropped)
    return dropped


def _expired() -> QuerySet[Recording]:
    kept = F("image__project__voice_days") * timedelta(days=1)
    old = Recording.objects.filter(
        voice_deleted_at=None,
        image__project__voice_days__isnull=False,
        created_at__lt=ExpressionWrapper(Now() - kept, DateTimeField()),
    )
    return old.order_by("created_at")


def _without_voice(ids: list[str]) -> Iterator[Recording]:
    yield from Recording.objects.filter(pk__in=ids, voice_deleted_at__isnull=False)
