"""Emptying the trash: after TRASH_DAYS pixels go, and the voices of removed takes.

Rows and everything else that people made stay, and the pixels of what a version holds.
"""

from collections.abc import Set
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotation import storage
from annotation.models import DatasetImport, DatasetVersion, Embedding, Image, Recording
from annotation.selectors.image_versions import images_held
from annotation.services.import_requests import UNBEGUN, discard_dataset
from annotation.services.left_uploads import drop_left_uploads
from annotation.services.refused_rows import drop_old_refused_rows
from annotation.services.voices import forget_voice

log = structlog.get_logger(__name__)


def empty_trash() -> int:
    """Delete the stored pixels that no image and no version needs; return of how many images.

    Also ends uploads whose bytes never came and datasets that nobody brought in, and deletes what
    is held of uploads that are over, of takes that were removed and of imports' refused rows so
    long ago. Safe to repeat.
    """
    cutoff = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    drop_left_uploads(cutoff)
    _drop_unwanted_datasets(cutoff)
    _drop_removed_voices(cutoff)
    drop_old_refused_rows(cutoff)
    expired = Q(deleted_at__lt=cutoff) | Q(project__deleted_at__lt=cutoff)
    needed = Image.objects.exclude(expired).filter(sha256=OuterRef("sha256"))
    digests = Image.objects.filter(expired, ~Exists(needed)).values_list("sha256", flat=True)
    stored = {
        digest for digest in digests.distinct() if storage.exists(storage.original_key(digest))
    }
    emptied = 0
    for sha256 in stored - _frozen(stored, cutoff):
        # It takes minutes to get here, in which somebody may have brought it back.
        if Image.objects.exclude(expired).filter(sha256=sha256).exists():
            continue
        # Asked after the rows: an import stores the pixels first.
        if storage.came_lately(storage.original_key(sha256)):
            continue
        rows = Embedding.objects.filter(image_sha256=sha256)
        for digest, window in rows.values_list("encoder_digest", "window"):
            storage.delete(storage.embedding_key(digest, sha256, window))
        rows.delete()
        storage.delete(storage.rendition_key(sha256))
        storage.delete(storage.thumbnail_key(sha256))
        storage.delete(storage.original_key(sha256))  # last: it tells what is left to do
        emptied += 1
    if emptied:
        log.info("trash_emptied", images=emptied)
    return emptied


def _frozen(digests: Set[str], cutoff: datetime) -> set[str]:
    """Return those of the images that a version holds: it is exported and learned from for ever.

    Versions of projects that nobody can bring back are out of reach with them.
    """
    deleted = Image.objects.filter(sha256__in=digests, deleted_at__lt=cutoff)
    versions = DatasetVersion.objects.filter(project__in=deleted.values("project"))
    return images_held(digests, versions.exclude(project__deleted_at__lt=cutoff))


def _drop_unwanted_datasets(cutoff: datetime) -> None:
    for unwanted in DatasetImport.objects.filter(state__in=UNBEGUN, created_at__lt=cutoff):
        discard_dataset(dataset_import=unwanted)


def _drop_removed_voices(cutoff: datetime) -> None:
    """Let go of voices that nobody can bring back: they are personal data."""
    removed = Recording.objects.filter(deleted_at__lt=cutoff, voice_deleted_at=None)
    for recording in removed:
        forget_voice(recording)
