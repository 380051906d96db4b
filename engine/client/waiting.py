"""Waiting for what the server does in the background: asked again, ever more seldom."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from engine.client.errors import JobEndedError, WaitedTooLongError
from engine.client.models import JOB_SUCCEEDED, JOB_UNFINISHED, Job

Progress = Callable[[int, int, str], None]  # done, of how many, what is being done
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
Found = TypeVar("Found")


def nobody_looks(done: int, total: int, what: str) -> None:
    """Take progress in, and show nothing."""


def wait_until(look: Callable[[], Found | None], what: str, timeout_s: float | None) -> Found:
    """Look until there is something to return.

    Raises:
        WaitedTooLongError: the time is up.

    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    pause_s = FIRST_PAUSE_S
    while (found := look()) is None:
        if deadline is not None and time.monotonic() + pause_s > deadline:
            raise WaitedTooLongError(f"{what} is not done after {timeout_s:g} s; it goes on.")
        time.sleep(pause_s)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.3)
    return found


def tell(progress: Progress, job: Job, what: str) -> None:
    """Say how far a job is, in its own words where it has any."""
    doing = "nobody works on it" if job.stalled else job.message or job.state
    progress(job.progress_done, job.progress_total, f"{what}: {doing}")


def has_succeeded(job: Job) -> bool:
    """Say whether a job has ended well.

    Raises:
        JobEndedError: it ended otherwise.

    """
    if job.state in JOB_UNFINISHED:
        return False
    if job.state != JOB_SUCCEEDED:
        raise JobEndedError(f"Job {job.id} ({job.kind}) has {job.state}. {job.error}".rstrip())
    return True
