"""Voices as personal data: all of a person's takes at once, and what the store still holds of them.

The row says first that a voice is gone, and from then on nobody hears it; its bytes follow. Where
they could not, the rows of its chunks and the store itself tell what is left.
"""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs, storage
from annotation.models import Job, Recording
from annotation.services.jobs import enqueue_once
from annotation.services.recordings import delete_audio, mark_voices_deleted

BATCH: Final = 1000  # takes
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


def _without_voice(ids: list[str]) -> Iterator[Recording]:
    yield from Recording.objects.filter(pk__in=ids, voice_deleted_at__isnull=False)
