"""Jobs as the project page and the live events show them."""

from datetime import timedelta

from django.db.models import Case, Exists, Q, QuerySet, Value, When
from django.db.models.functions import Now

from annotation.models import Job
from annotation.selectors.access import Person, rows_for

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
    running = Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=Now())
    held_up = Q(state=Job.State.RUNNING) & (
        Q(lease_until__lt=Now()) | Q(updated_at__lt=Now() - NO_PROGRESS)
    )
    not_taken = (
        Q(state=Job.State.QUEUED) & Q(updated_at__lt=Now() - NOT_STARTED) & ~Q(Exists(running))
    )
    return jobs.annotate(
        stalled=Case(When(held_up | not_taken, then=Value(value=True)), default=Value(value=False))
    )
