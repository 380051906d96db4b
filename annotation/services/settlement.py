"""What a job that failed or was cancelled leaves behind is ended too, or tried once more."""

from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Exists, QuerySet
from django.db.models.functions import Now

from annotation import jobs
from annotation.models import Job, Project, Recording, Upload
from annotation.selectors.uploads import own_jobs
from annotation.services.jobs import enqueue_once, is_ended_by_outage, retry_job
from annotation.services.left_uploads import drop_refused
from annotation.services.rounds import settle_rounds

AFTER_OUTAGE: Final = timedelta(minutes=10)
LONGEST_OUTAGE: Final = timedelta(days=1)  # after it a person is to look, and to ask again
# Nobody asks for the first again before something else changes, and who asked for the second has
# hours of training in it.
GO_ON_ALONE: Final = (jobs.PREPARE_IMAGES, jobs.RUN_ROUND)
ENDED_BADLY: Final = (Job.State.FAILED, Job.State.CANCELLED)


def settle_failures() -> None:
    """End rounds, takes and uploads whose job has ended without them. Safe to repeat.

    Uploads wait through an outage: their job is tried again and goes on with them. Preparations
    and rounds fail, for all to see, and are taken up again.
    """
    settle_rounds()
    _go_on_after_outage()
    _settle_recordings()
    _settle_archives()
    checking = Upload.objects.filter(state=Upload.State.CHECKING)
    for project_id in checking.values_list("project", flat=True).distinct():
        _settle_files(project_id)


def _go_on_after_outage() -> None:
    """Try again what an outage ended, where no other has come in its place."""
    failed = Job.objects.filter(
        kind__in=GO_ON_ALONE,
        state=Job.State.FAILED,
        project__deleted_at=None,
        created_at__gt=Now() - LONGEST_OUTAGE,
        finished_at__lt=Now() - AFTER_OUTAGE,
    )
    for job in failed:
        later = Job.objects.filter(kind=job.kind, project=job.project_id, pk__gt=job.pk)
        if is_ended_by_outage(job) and not later.exists():
            retry_job(job_id=job.pk)


def _settle_recordings() -> None:
    waiting = Recording.objects.filter(state=Recording.State.TRANSCRIBING)
    for recording_id in waiting.values_list("pk", flat=True):
        job = _ended(jobs.TRANSCRIBE, {"recording_id": str(recording_id)})
        if job is not None:
            waiting.filter(pk=recording_id).update(state=Recording.State.FAILED, error=_reason(job))


def _settle_archives() -> None:
    checking = Upload.objects.filter(state=Upload.State.CHECKING)
    for upload_id in checking.values_list("pk", flat=True):
        job = _ended(jobs.IMPORT_ARCHIVE, {"upload_id": str(upload_id)})
        if job is not None and not _waits_for_end_of_outage(job):
            _refuse(checking.filter(pk=upload_id), job)


@transaction.atomic
def _settle_files(project_id: int) -> None:
    """Refuse the files of a project whose look was cancelled; of one that failed, what it read.

    The others are looked at anew: each failure leaves one file fewer.
    """
    # Locked, as who comes second finds the new look.
    Project.objects.select_for_update(no_key=True).get(pk=project_id)
    job = _ended(jobs.IMPORT_UPLOADS, {"project_id": project_id})
    if job is None or _waits_for_end_of_outage(job):
        return
    looks = Job.objects.filter(
        kind=jobs.IMPORT_UPLOADS, project=project_id, state__in=Job.UNFINISHED
    )  # asked with the lock: a file that has just come has a new one
    files = Upload.objects.filter(
        ~Exists(looks), ~Exists(own_jobs()), project=project_id, state=Upload.State.CHECKING
    )
    if job.state == Job.State.CANCELLED:
        _refuse(files, job)
        return
    read = files.order_by("created_at", "pk").values("pk")[:1]
    if _refuse(files.filter(pk__in=read), job):
        enqueue_once(kind=job.kind, project=job.project, args=job.args, created_by=job.created_by)


def _waits_for_end_of_outage(job: Job) -> bool:
    """Tell whether an outage ended a job, and try it again where that was some time ago."""
    if not is_ended_by_outage(job):
        return False
    if Job.objects.filter(pk=job.pk, finished_at__lt=Now() - AFTER_OUTAGE).exists():
        retry_job(job_id=job.pk)
    return True


@transaction.atomic
def _refuse(uploads: QuerySet[Upload], job: Job) -> int:
    """Refuse files and delete what was sent of them; return how many."""
    # Locked, as who tries it again would read what is deleted: so it finds them refused.
    if not Job.objects.select_for_update(no_key=True).filter(pk=job.pk, state__in=ENDED_BADLY):
        return 0
    ids = list(uploads.select_for_update().values_list("pk", flat=True))
    transaction.on_commit(partial(drop_refused, ids))
    return Upload.objects.filter(pk__in=ids).update(
        state=Upload.State.REFUSED, message=_reason(job)
    )


def _ended(kind: str, args: dict[str, int] | dict[str, str]) -> Job | None:
    """Return the newest such job where it failed or was cancelled; None where it has not."""
    job = Job.objects.filter(kind=kind, args__contains=args).order_by("-pk").first()
    return job if job is not None and job.state in ENDED_BADLY else None


def _reason(job: Job) -> str:
    return job.error or "Cancelled."
