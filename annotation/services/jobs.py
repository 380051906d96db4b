"""The life of a job: queued, claimed under a lease, ended once. The database's clock decides.

A running job's `lease_until` is when somebody else may take it over; a queued job's is when the
sweeper sends its id again. Whoever claims a job gets a new fencing token, and every write of an
older holder is refused.

Attempts are counted since the work last said, by `count_anew`, that it got further: what does so
between one death and the next may die any number of times, and at one place MAX_ATTEMPTS times.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from annotation import jobs
from annotation.errors import DomainError
from annotation.models import Job, Project
from annotation.services.deliveries import announce_job

MAX_ATTEMPTS: Final = 3
# After each attempt that a passing fault ended; the last of them is the end. An object store or a
# database that is started anew is away for half a minute.
PAUSES_S: Final = (5, 60)
VANISHED: Final = f"The worker vanished {MAX_ATTEMPTS} times while running this job."
State = Job.State
log = structlog.get_logger(__name__)


class JobCancelledError(Exception):
    """A person asked for the job to stop."""


class LeaseLostError(Exception):
    """Another worker holds the job now, or it has ended: this one's writes no longer count."""


class JobEndedError(DomainError):
    """The job has succeeded: there is nothing to retry."""

    code = "job_ended"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run a job until another claim or the end of the lease."""

    job_id: int
    kind: str
    project_id: int | None
    args: Mapping[str, int | str]
    attempt: int
    fencing_token: int


@transaction.atomic
def enqueue_job(
    *,
    kind: str,
    project: Project | None,
    args: Mapping[str, int | str],
    created_by: User | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """Write the job's row and send its id on commit. The same key returns the same row."""
    values = {
        "project": project,
        "kind": kind,
        "args": dict(args),
        "created_by": created_by,
        "lease_until": _resend_at(),
    }
    if idempotency_key is None:
        job = Job.objects.create(**values)
    else:
        job, is_new = Job.objects.get_or_create(idempotency_key=idempotency_key, defaults=values)
        if not is_new:
            return job
    transaction.on_commit(partial(jobs.send, kind, job.pk))
    return job


@transaction.atomic
def enqueue_once(
    *,
    kind: str,
    project: Project | None,
    args: Mapping[str, int | str],
    created_by: User | None = None,
) -> Job:
    """Enqueue work that finds by itself what there is to do: one waiting job of it is enough."""
    waiting = Job.objects.filter(kind=kind, project=project, args=dict(args), state=State.QUEUED)
    job = waiting.select_for_update().first()
    if job is not None:
        return job
    return enqueue_job(kind=kind, project=project, args=args, created_by=created_by)


@transaction.atomic
def claim_job(*, job_id: int) -> Claim | None:
    """Take a queued job, or a running one whose lease ran out; None where there is nothing to take.

    Two jobs of one kind with the same arguments never run at once: the second stays queued.
    """
    _wait_for_twins(job_id)
    twin = Job.objects.filter(
        kind=OuterRef("kind"), args=OuterRef("args"), state=State.RUNNING, lease_until__gt=Now()
    ).exclude(pk=OuterRef("pk"))
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lte=Now())
    claimed = Job.objects.filter(free, ~Exists(twin), pk=job_id, attempt__lt=MAX_ATTEMPTS).update(
        state=State.RUNNING,
        attempt=F("attempt") + 1,
        fencing_token=F("fencing_token") + 1,
        lease_until=_lease_end(),
        started_at=Now(),
        updated_at=Now(),
        finished_at=None,
        error="",
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    return Claim(job.pk, job.kind, job.project_id, job.args, job.attempt, job.fencing_token)


def _wait_for_twins(job_id: int) -> None:
    """Wait until nobody else is claiming a job of the same kind and arguments, until this ends.

    Of two that are claimed at once, neither would see that the other one runs.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('claim ' || kind || args::text, 0))"
            " FROM annotation_job WHERE id = %s",
            [job_id],
        )


def heartbeat(
    claim: Claim,
    *,
    done: int | None = None,
    total: int | None = None,
    message: str | None = None,
) -> None:
    """Extend the lease and tell how far the job is.

    Raises:
        JobCancelledError: a person asked for the end.
        LeaseLostError: the job is somebody else's, or has ended.

    """
    progress: dict[str, object] = {}
    if done is not None:
        progress |= {"progress_done": done}
    if total is not None:
        progress |= {"progress_total": total}
    if message is not None:
        progress |= {"message": message}
    if progress:
        progress["updated_at"] = Now()
    if not _held(claim).update(lease_until=_lease_end(), **progress):
        raise LeaseLostError(f"job {claim.job_id}")
    if Job.objects.filter(pk=claim.job_id, cancel_requested=True).exists():
        raise JobCancelledError(f"job {claim.job_id}")


def count_anew(claim: Claim) -> None:
    """Make this attempt the first one: it has done what no other will have to do again.

    Raises:
        LeaseLostError: the job is somebody else's, or has ended.

    """
    if not _held(claim).update(attempt=1):
        raise LeaseLostError(f"job {claim.job_id}")


@contextmanager
def fenced(claim: Claim) -> Iterator[None]:
    """Open a transaction that only the holder of the lease can commit, and nobody asked to stop.

    Raises:
        JobCancelledError: a person asked for the end, however short a while ago.
        LeaseLostError: the job is somebody else's, or has ended.

    """
    with transaction.atomic():
        held = _held(claim).select_for_update().values_list("cancel_requested", flat=True)
        is_cancelled = held.first()
        if is_cancelled is None:
            raise LeaseLostError(f"job {claim.job_id}")
        if is_cancelled:
            raise JobCancelledError(f"job {claim.job_id}")
        yield


def succeed_job(claim: Claim, *, message: str = "") -> None:
    """End a job well."""
    _end(claim, State.SUCCEEDED, message=message)


def succeed_look(claim: Claim) -> None:
    """End a job well that only looked at what there is: it brought nothing, and nobody is told."""
    _ended(claim, State.SUCCEEDED)


def fail_job(claim: Claim, *, error: str) -> None:
    """End a job with the reason in words."""
    _end(claim, State.FAILED, error=error)


def end_cancelled_job(claim: Claim) -> None:
    """End a job that a person asked to stop."""
    _end(claim, State.CANCELLED)


@transaction.atomic
def release_job(claim: Claim, *, error: str) -> None:
    """Give a job back after a passing fault; it is tried again, at most MAX_ATTEMPTS times.

    One that a person asked to stop ends with that.
    """
    held = _held(claim).select_for_update().values_list("attempt", "cancel_requested").first()
    if held is None:
        raise LeaseLostError(f"job {claim.job_id}")
    attempt, is_cancelled = held
    if is_cancelled:
        end_cancelled_job(claim)
        return
    if attempt >= MAX_ATTEMPTS:
        fail_job(claim, error=error)
        return
    again_at = Now() + timedelta(seconds=PAUSES_S[attempt - 1])
    _held(claim).update(state=State.QUEUED, lease_until=again_at, error=error, updated_at=Now())


@transaction.atomic
def cancel_job(*, job_id: int) -> Job:
    """Stop a job: at once while it waits, at its next heartbeat while it runs."""
    waiting = Job.objects.filter(pk=job_id, state=State.QUEUED)
    if not waiting.update(
        state=State.CANCELLED, cancel_requested=True, finished_at=Now(), updated_at=Now()
    ):
        Job.objects.filter(pk=job_id, state=State.RUNNING).update(cancel_requested=True)
        return Job.objects.get(pk=job_id)
    job = Job.objects.get(pk=job_id)
    announce_job(job)
    return job


@transaction.atomic
def retry_job(*, job_id: int) -> Job:
    """Queue a failed or cancelled job again."""
    ended = Job.objects.filter(pk=job_id, state__in=[State.FAILED, State.CANCELLED])
    again = ended.update(
        state=State.QUEUED,
        attempt=0,
        cancel_requested=False,
        lease_until=_resend_at(),
        finished_at=None,
        error="",
        updated_at=Now(),
    )
    job = Job.objects.get(pk=job_id)
    if not again and job.state == State.SUCCEEDED:
        raise JobEndedError("The job has already succeeded; there is nothing to retry.")
    if again:
        transaction.on_commit(partial(jobs.send, job.kind, job.pk))
    return job


def is_older(claim: Claim, age: timedelta) -> bool:
    """Tell whether a job was asked for longer ago."""
    return _held(claim).filter(created_at__lt=Now() - age).exists()


def sweep_jobs() -> list[int]:
    """Send again what waits or was abandoned; fail what was abandoned too often.

    Returns the ids that were sent.
    """
    abandoned = Job.objects.filter(state=State.RUNNING, lease_until__lte=Now())
    for job_id in abandoned.filter(cancel_requested=True).values_list("pk", flat=True):
        _give_up(abandoned.filter(pk=job_id), job_id, State.CANCELLED, "")
    for job_id in abandoned.filter(attempt__gte=MAX_ATTEMPTS).values_list("pk", flat=True):
        _give_up(abandoned.filter(pk=job_id), job_id, State.FAILED, VANISHED)
    sent = []
    due = Q(state=State.QUEUED, lease_until__lte=Now()) | Q(state=State.QUEUED, lease_until=None)
    due |= Q(state=State.RUNNING, lease_until__lte=Now())
    for job in Job.objects.filter(due).order_by("pk"):
        if job.state == State.QUEUED:
            Job.objects.filter(pk=job.pk, state=State.QUEUED).update(lease_until=_resend_at())
        jobs.send(job.kind, job.pk)
        sent.append(job.pk)
    return sent


def is_ended_by_outage(job: Job) -> bool:
    """Tell whether faults that pass have ended a job, and nothing that it worked at.

    Any other fault ends a job at its first attempt. One that comes at the last is told as such once
    the job is tried again.
    """
    return job.state == State.FAILED and job.attempt >= MAX_ATTEMPTS and job.error != VANISHED


@transaction.atomic
def _give_up(abandoned: QuerySet[Job], job_id: int, state: Job.State, error: str) -> None:
    if abandoned.update(state=state, error=error, finished_at=Now(), updated_at=Now()):
        announce_job(Job.objects.get(pk=job_id))
        log.error("job_abandoned", job_id=job_id, state=state)


def _lease_end() -> CombinedExpression:
    return Now() + timedelta(seconds=settings.JOB_LEASE_S)


def _resend_at() -> CombinedExpression:
    """Say when a queued job that nobody has claimed is sent again."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_S / 2)


def _held(claim: Claim) -> QuerySet[Job]:
    return Job.objects.filter(
        pk=claim.job_id, state=State.RUNNING, fencing_token=claim.fencing_token
    )


@transaction.atomic
def _end(claim: Claim, state: Job.State, *, message: str | None = None, error: str = "") -> None:
    announce_job(_ended(claim, state, message=message, error=error))


@transaction.atomic
def _ended(claim: Claim, state: Job.State, *, message: str | None = None, error: str = "") -> Job:
    values: dict[str, object] = {"message": message} if message else {}
    ended = _held(claim).update(
        state=state, error=error, finished_at=Now(), updated_at=Now(), **values
    )
    if not ended:
        raise LeaseLostError(f"job {claim.job_id}")
    log.info("job_ended", job_id=claim.job_id, kind=claim.kind, state=state)
    twins = Job.objects.filter(kind=claim.kind, args=dict(claim.args), state=State.QUEUED)
    for job_id in twins.values_list("pk", flat=True):
        transaction.on_commit(partial(jobs.send, claim.kind, job_id))
    return Job.objects.get(pk=claim.job_id)
