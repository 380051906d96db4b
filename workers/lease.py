"""Running a claimed job: keep its lease alive beside the work, and end its row, whatever happens.

Every task takes a job's id and may be sent twice: only one of the two gets the claim.
"""

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import Final

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from annotation.services.jobs import (
    Claim,
    JobCancelledError,
    LeaseLostError,
    count_anew,
    end_cancelled_job,
    fail_job,
    heartbeat,
    release_job,
    succeed_job,
    succeed_look,
)
from annotation.services.settlement import settle_failures
from annotation.storage import StorageUnavailableError

CHECK_S: Final = 2.0  # how soon a person's Cancel is noticed
REPORT_S: Final = 0.5
# Faults that pass: the job is queued again.
PASSING = (StorageUnavailableError, OperationalError, InterfaceError)
log = structlog.get_logger(__name__)


class Lease:
    """A running job, as the code that does it sees it."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.interruption: JobCancelledError | LeaseLostError | None = None
        self.has_kept = False  # something that no other run will have to do again
        self.is_look = False  # the work says so: nothing has come of it that anybody is told of
        self._reported = 0.0
        self._ended = Event()
        self._thread = Thread(target=self._keep_alive, name=f"lease of job {claim.job_id}")

    def report(self, done: int, total: int, message: str = "") -> None:
        """Show progress, twice a second at most; raise if the job should not go on.

        A phase's beginning and end are always shown.
        """
        self.check()
        if 0 < done < total and monotonic() - self._reported < REPORT_S:
            return
        self._reported = monotonic()
        heartbeat(self.claim, done=done, total=total, message=message)

    def should_stop(self) -> bool:
        """Tell the engine, which asks between steps, to stop."""
        return self.interruption is not None

    def count_anew(self) -> None:
        """Make this attempt the first one; see annotation.services.jobs.count_anew."""
        count_anew(self.claim)
        self.has_kept = True

    def check(self) -> None:
        """Raise if a person cancelled the job or another worker took it over."""
        if self.interruption is not None:
            raise self.interruption

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _keep_alive(self) -> None:
        every_s = min(CHECK_S, settings.JOB_LEASE_S / 4)
        kept_at = monotonic()
        try:
            while self.interruption is None and not self._ended.wait(every_s):
                try:
                    heartbeat(self.claim)
                    kept_at = monotonic()
                except (JobCancelledError, LeaseLostError) as interruption:
                    self.interruption = interruption
                except (OperationalError, InterfaceError) as error:
                    log.warning("heartbeat_failed", reason=str(error))
                    connection.close()
                    if monotonic() - kept_at > settings.JOB_LEASE_S:
                        self.interruption = LeaseLostError("the database was away for too long")
        finally:
            connection.close()


def run_under_lease(lease: Lease, work: Callable[[Lease], None]) -> None:
    """Do the work of a claimed job; its end ends the job's row."""
    log.info("job_started", kind=lease.claim.kind, attempt=lease.claim.attempt)
    lease.start()
    error: Exception | None = None
    try:
        work(lease)
    except Exception as raised:  # noqa: BLE001  # whatever happens, the row gets its end
        error = lease.interruption or raised
    finally:
        lease.stop()
    try:
        _end(lease, error)
        settle_failures()
    except LeaseLostError:
        log.warning("lease_lost", kind=lease.claim.kind)


def _end(lease: Lease, error: Exception | None) -> None:
    claim = lease.claim
    if error is None:
        succeed_look(claim) if lease.is_look else succeed_job(claim)
    elif isinstance(error, JobCancelledError):
        end_cancelled_job(claim)
    elif isinstance(error, LeaseLostError):
        raise error
    elif isinstance(error, PASSING):
        reason = error.reason if isinstance(error, StorageUnavailableError) else str(error)
        log.warning("job_released", kind=claim.kind, reason=reason)
        release_job(claim, error=str(error))
    else:
        log.error("job_failed", kind=claim.kind, exc_info=error)
        fail_job(claim, error=str(error) or type(error).__name__)
