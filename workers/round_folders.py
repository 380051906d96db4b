"""Where a round keeps what its next attempt goes on from, and for how long."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from annotation.models import Job, Round

# Whoever comes back after a weekend, or after days without room, can still run it again from its
# last checkpoint. A folder takes some 100 MB; without it, running again begins anew.
KEPT: Final = timedelta(days=7)
State = Round.State
log = structlog.get_logger(__name__)


def folder_of(current: Round) -> Path:
    """Return where a round has its checkpoints and its bundle in the making."""
    return _all() / str(current.pk)


def drop_ended_folders() -> int:
    """Delete the folders of rounds that have ended; return how many. Safe to repeat.

    Those that failed or were cancelled keep theirs for a while, as they can be run again.
    """
    folders = {int(path.name): path for path in _all().glob("*") if path.name.isdecimal()}
    judged = Q(state__in=[State.PROMOTED, State.REFUSED])
    given_up = Q(state__in=[State.FAILED, State.CANCELLED], finished_at__lt=Now() - KEPT)
    at_work = Q(job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    ended = Round.objects.filter(judged | given_up, pk__in=folders).exclude(at_work)
    dropped = list(ended.values_list("pk", flat=True))
    for round_id in dropped:
        shutil.rmtree(folders[round_id], ignore_errors=True)
    if dropped:
        log.info("round_folders_dropped", round_ids=dropped)
    return len(dropped)


def _all() -> Path:
    return Path(settings.SCRATCH_DIR) / "rounds"
