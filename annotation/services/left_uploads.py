"""What uploads leave in the store: parts that nobody joins, and files that nobody reads.

An address to send to lives for an hour, also once its upload is over, and who sends may go away.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotation import storage
from annotation.models import DatasetImport, Upload

BATCH: Final = 1000  # keys of the store
# More than passes between an upload in parts that begins and the row that names it.
BEGINNING: Final = timedelta(days=1)
State = Upload.State
log = structlog.get_logger(__name__)


def drop_left_uploads(cutoff: datetime) -> None:
    """Delete what is held of uploads that are over or unknown. Safe to repeat.

    Those that were begun before the cutoff and whose bytes never came are over.
    """
    stale = Upload.objects.filter(state=State.PENDING, created_at__lt=cutoff)
    for upload_id in stale.values_list("pk", flat=True).iterator():
        end_pending(upload_id)
    dropped = _drop_unread()
    aborted = _abort_unnamed(timezone.now() - BEGINNING)
    if dropped or aborted:
        log.info("left_uploads_dropped", objects=dropped, multiparts=aborted)


@transaction.atomic
def end_pending(upload_id: UUID) -> None:
    """Forget an upload that was not completed, with what came of it; any other stays.

    What still comes of it, as an address lives on, the next emptying of the trash finds unknown.
    """
    # Locked, as it may just be completed.
    pending = Upload.objects.select_for_update().filter(pk=upload_id, state=State.PENDING)
    if (upload := pending.first()) is None:
        return
    key = storage.upload_key(upload.pk)
    if upload.multipart_id:
        storage.abort_multipart(key, upload.multipart_id)
    storage.delete(key)
    upload.delete()  # last: nothing else names its parts


def drop_refused(upload_ids: Iterable[UUID]) -> None:
    """Delete what was sent of files that are refused for good: nothing reads it any more.

    Where the store is away, the next emptying of the trash does it.
    """
    with suppress(storage.StorageUnavailableError):
        for upload_id in upload_ids:
            storage.delete(storage.upload_key(upload_id))


def _drop_unread() -> int:
    """Delete files that nobody waits for or reads; return of how many.

    A row is there before any address to send to is: what has none has lost it.
    """
    dropped = 0
    stored = _stored_ids()
    while batch := list(islice(stored, BATCH)):
        for upload_id in set(batch) - _wanted(batch):
            if _wanted([upload_id]):  # begun anew since: an id comes again
                continue
            storage.delete(storage.upload_key(upload_id))
            dropped += 1
    return dropped


def _wanted(ids: Sequence[UUID]) -> set[UUID]:
    """Return those that are on their way, or read. The others stay over."""
    needing = DatasetImport.objects.filter(pk=OuterRef("pk"), state__in=DatasetImport.NEEDING_FILES)
    wanted = Upload.objects.filter(Q(state__in=Upload.ON_THEIR_WAY) | Exists(needing), pk__in=ids)
    return set(wanted.values_list("pk", flat=True))


def _abort_unnamed(before: datetime) -> int:
    """Abort what was begun in parts before that and no pending upload names; return how many.

    Whoever began it died before its row named it, or the row is gone.
    """
    aborted = 0
    begun = storage.list_multiparts(storage.UPLOADS)
    old = ((_id_of(each.key), each) for each in begun if each.begun_at < before)
    ours = ((upload_id, each) for upload_id, each in old if upload_id is not None)
    while batch := list(islice(ours, BATCH)):
        ids = [upload_id for upload_id, _ in batch]
        pending = Upload.objects.filter(pk__in=ids, state=State.PENDING)
        named = set(pending.values_list("multipart_id", flat=True))
        for _, each in batch:
            if each.multipart_id not in named:
                storage.abort_multipart(each.key, each.multipart_id)
                aborted += 1
    return aborted


def _stored_ids() -> Iterator[UUID]:
    for key in storage.list_keys(storage.UPLOADS):
        if (upload_id := _id_of(key)) is not None:
            yield upload_id


def _id_of(key: str) -> UUID | None:
    """Return whose key it is; None: somebody else has put something there."""
    with suppress(ValueError):
        upload_id = UUID(key.removeprefix(storage.UPLOADS))
        return upload_id if storage.upload_key(upload_id) == key else None
    return None
