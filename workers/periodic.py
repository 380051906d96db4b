"""What beat runs by the clock. None of it has a job's row: each looks for its work by itself."""

import structlog

from annotation import jobs
from annotation.services.deliveries import drop_old_deliveries
from annotation.services.jobs import sweep_jobs
from annotation.services.kept_answers import drop_old_answers
from annotation.services.kept_exports import drop_closed_exports, expire_exports
from annotation.services.retrain_policies import apply_retrain_policies
from annotation.services.settlement import settle_failures
from annotation.services.trash import empty_trash
from annotation.services.voices import delete_expired_voices, drop_stray_audio
from workers import rebuild_folders, round_folders
from workers.webhooks import deliver_webhooks

log = structlog.get_logger(__name__)


@jobs.queue.task(name=jobs.SWEEP)
def sweep() -> None:
    """Send again what waits or was abandoned, and end what hangs on a failed job."""
    sent = sweep_jobs()
    settle_failures()
    if sent:
        log.info("jobs_sent_again", job_ids=sent)


@jobs.queue.task(name=jobs.APPLY_RETRAIN_POLICIES)
def apply_policies() -> None:
    """Start the rounds that a project's policy wants now."""
    apply_retrain_policies()


@jobs.queue.task(name=jobs.EMPTY_TRASH)
def empty_trash_daily() -> None:
    """Delete the pixels of what has been in the trash for longer than it can be restored.

    And what the store still holds of voices that were deleted, exports that nobody asks for, and
    what is kept of old requests and deliveries.
    """
    drop_stray_audio()
    expire_exports()
    drop_closed_exports()
    drop_old_answers()
    drop_old_deliveries()
    empty_trash()  # last: a version whose manifest is damaged stops it, and no voice shall stay


@jobs.queue.task(name=jobs.DELETE_EXPIRED_VOICES)
def delete_expired_voices_hourly() -> None:
    """Delete the voices that a project keeps no longer."""
    delete_expired_voices()


@jobs.queue.task(name=jobs.DELIVER_WEBHOOKS)
def deliver_due_webhooks() -> None:
    """Tell webhooks what is due."""
    deliver_webhooks()


@jobs.queue.task(name=jobs.DROP_ROUND_FOLDERS)
def drop_round_folders_daily() -> None:
    """Delete what ended rounds and rebuilds left on the disk of the machine that trains."""
    round_folders.drop_ended_folders()
    rebuild_folders.drop_ended_folders()
