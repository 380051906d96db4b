"""Jobs as the project page and the live events show them."""

from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Case, Exists, Model, Q, QuerySet, Value, When
from django.db.models.functions import Now

from annotation.models import Job
from annotation.selectors.access import Person, rows_for

Row = TypeVar("Row", bound=Model)

NO_PROGRESS = timedelta(minutes=10)
NOT_STARTED = timedelta(minutes=2)


def jobs_for(user: Person) -> QuerySet[Job]:
    """Jobs of the person's projects."""
    return with_stalled(rows_for(Job.objects.filter(project__deleted_at=None), user=user))


def jobs_of(project_id: int) -> QuerySet[Job]:
    """All that was or is to be done for a project."""
    return with_stalled(Job.objects.filter(project_id=project_id))


def with_stalled(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Add `stalled`: nobody holds it, it makes no progress, or no worker takes what waits (P8)."""
    return jobs.annotate(stalled=_stalled())


def with_job(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Read each row's `job` in one statement with the row; `job_of` returns it.

    Of two statements, the second may see a job that ended where the first saw no outcome yet.
    """
    joined: QuerySet[Row] = rows.select_related("job").annotate(job_stalled=_stalled("job__"))  # type: ignore[assignment]  # the plugin loses Row
    return joined


def job_of(row: Model) -> Job | None:
    """Return the job of a row that was read `with_job`, and whether it is `stalled`."""
    told: Any = row  # its type knows of neither
    job: Job | None = told.job
    if job is not None:
        job.stalled = told.job_stalled  # type: ignore[attr-defined]  # as `with_stalled` adds it
    return job


def _stalled(job: str = "") -> Case:
    running = Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=Now())
    held_up = Q(**{f"{job}state": Job.State.RUNNING}) & (
        Q(**{f"{job}lease_until__lt": Now()}) | Q(**{f"{job}updated_at__lt": Now() - NO_PROGRESS})
    )
    not_taken = (
        Q(**{f"{job}state": Job.State.QUEUED})
        & Q(**{f"{job}updated_at__lt": Now() - NOT_STARTED})
        & ~Q(Exists(running))
    )
    return Case(When(held_up | not_taken, then=Value(value=True)), default=Value(value=False))
