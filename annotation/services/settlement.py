"""What a job that failed or was cancelled leaves behind is ended too, in words for people."""

from django.db.models import Exists

from annotation import jobs
from annotation.models import Job, Recording, Upload
from annotation.services.rounds import settle_rounds


def settle_failures() -> None:
    """End rounds, takes and uploads whose job has ended without them. Safe to repeat."""
    settle_rounds()
    _settle_recordings()
    _settle_archives()
    _settle_files()


def _settle_recordings() -> None:
    waiting = Recording.objects.filter(state=Recording.State.TRANSCRIBING)
    for recording_id in waiting.values_list("pk", flat=True):
        error = _error_of(jobs.TRANSCRIBE, {"recording_id": str(recording_id)})
        if error is not None:
            waiting.filter(pk=recording_id).update(state=Recording.State.FAILED, error=error)


def _settle_archives() -> None:
    checking = Upload.objects.filter(state=Upload.State.CHECKING)
    for upload_id in checking.values_list("pk", flat=True):
        error = _error_of(jobs.IMPORT_ARCHIVE, {"upload_id": str(upload_id)})
        if error is not None:
            checking.filter(pk=upload_id).update(state=Upload.State.REFUSED, message=error)


def _settle_files() -> None:
    """Refuse the files of projects in which none is looked at any more.

    An archive at work is one of the files; the others then wait for its end.
    """
    checking = Upload.objects.filter(state=Upload.State.CHECKING)
    for project_id in checking.values_list("project", flat=True).distinct():
        error = _error_of(jobs.IMPORT_UPLOADS, {"project_id": project_id})
        if error is not None:
            looks = Job.objects.filter(
                kind__in=[jobs.IMPORT_UPLOADS, jobs.IMPORT_ARCHIVE],
                project=project_id,
                state__in=Job.UNFINISHED,
            )  # asked with the update: a file that has just come has a new one
            stranded = checking.filter(~Exists(looks), project=project_id)
            stranded.update(state=Upload.State.REFUSED, message=error)


def _error_of(kind: str, args: dict[str, int] | dict[str, str]) -> str | None:
    """Return why the newest such job failed; None where it has not."""
    job = Job.objects.filter(kind=kind, args__contains=args).order_by("-pk").first()
    if job is None or job.state not in {Job.State.FAILED, Job.State.CANCELLED}:
        return None
    return job.error or "Cancelled."
