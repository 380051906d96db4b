"""Where written exports lie, until they expire; with voices, until somebody in them withdraws.

The row says first that an export is closed, and from then on nobody gets its address; its file
follows. A row names its file before there is one, so that one whose row does not name it is closed.
One that expired keeps its digest: asked for again, it has the same bytes.
"""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from annotation import storage
from annotation.errors import DomainError
from annotation.export_formats import VOICED
from annotation.models import Export, Recording
from annotation.selectors.voices import all_may_leave
from engine.datasets.traits import Losses

BATCH: Final = 1000  # files
# Between the last address that was given of a file and its end: a download that began by it may
# take longer than the address lives.
DOWNLOADING: Final = timedelta(days=1)
PREFIX: Final = "exports/"
log = structlog.get_logger(__name__)


class VoiceLeftError(DomainError):
    """A voice in the export was deleted, or its speaker withdrew, while it was written."""

    code = "voice_left"


def keep_export(
    *,
    export: Export,
    path: Path,
    voices: Collection[UUID] = (),
    losses: Losses | None = None,
    own: Losses | None = None,
) -> Export:
    """Store the file and note where it lies. Safe to repeat.

    `voices` are the takes of which the file holds voice or trace. Whoever deletes one of them, or
    withdraws, waits for the row or has it waited for: either of the two sees the other.
    """
    key = f"{PREFIX}{export.pk}.zip"
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    unnamed = Export.objects.filter(pk=export.pk).exclude(key=key, expired_at=None)
    unnamed.update(key=key, used_at=timezone.now(), expired_at=None)
    storage.put_file(key, path, "application/zip")
    kept = Export.objects.filter(pk=export.pk, key=key).update(
        sha256=sha256, bytes=path.stat().st_size, losses=losses or {}, anneal_only=own or {}
    )
    if not kept or not all_may_leave(voices):
        _close(Export.objects.filter(pk=export.pk))
        storage.delete(key)
        raise VoiceLeftError("Somebody in it withdrew their voice meanwhile. Export it again.")
    export.refresh_from_db()
    return export


def close_voiced_exports(recordings: QuerySet[Recording]) -> None:
    """Close the exports that may hold these takes: all those with voices of their projects."""
    projects = recordings.values("image__project")
    _close(Export.objects.filter(format__in=VOICED, version__project__in=projects))


def expire_exports() -> int:
    """Let exports go that nobody asked for in EXPORT_DAYS, and return how many expired.

    `drop_closed_exports` deletes their files, a day after the last address of them was given.
    """
    if not settings.EXPORT_DAYS:
        return 0
    now = timezone.now()
    named = Export.objects.exclude(key="")
    named.filter(expired_at__lt=now - DOWNLOADING).update(key="")
    cutoff = now - timedelta(days=settings.EXPORT_DAYS)
    unused = named.filter(expired_at=None, used_at__lt=cutoff).exclude(sha256="")
    expired = unused.update(expired_at=now)
    if expired:
        log.info("exports_expired", exports=expired)
    return expired


def drop_closed_exports() -> int:
    """Delete the files of closed and expired exports, also what a process left when it died."""
    dropped = 0
    keys = storage.list_keys(PREFIX)
    while batch := list(islice(keys, BATCH)):
        files = {Path(key).stem: key for key in batch}
        for closed in Export.objects.filter(pk__in=files, key="").values_list("pk", flat=True):
            storage.delete(files[str(closed)])
            dropped += 1
    if dropped:
        log.info("closed_exports_dropped", exports=dropped)
    return dropped


def _close(exports: QuerySet[Export]) -> None:
    exports.update(key="", sha256="", bytes=0)
