"""Where a bundle is made again, so that a killed job goes on from there, and for how long."""

import shutil
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from annotation.models import Job, Rebuild
from workers.round_folders import KEPT

NAMES: Final = "-".join("?" * digits for digits in (8, 4, 4, 4, 12))  # of folders: ids
log = structlog.get_logger(__name__)


def folder_of(rebuild_id: UUID) -> Path:
    """Return where a rebuild has its checkpoints and what it has made."""
    return _all() / str(rebuild_id)


def drop_ended_folders() -> int:
    """Delete what ended rebuilds left; return how many folders. Safe to repeat.

    Those that failed or were cancelled keep theirs for a while, as they can be run again.
    """
    folders = {path.name: path for path in _all().glob(NAMES)}
    unfinished = Q(job__state__in=Job.UNFINISHED)
    ended = Rebuild.objects.filter(~unfinished, pk__in=folders, job__finished_at__lt=Now() - KEPT)
    dropped = [str(pk) for pk in ended.values_list("pk", flat=True)]
    for name in dropped:
        shutil.rmtree(folders[name], ignore_errors=True)
    if dropped:
        log.info("rebuild_folders_dropped", rebuild_ids=dropped)
    return len(dropped)


def _all() -> Path:
    return Path(settings.SCRATCH_DIR) / "rebuilds"
