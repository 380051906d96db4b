"""The commands of `anneal` as a terminal has them, with the server's work between."""

from collections.abc import Callable
from typing import TypeAlias

import pytest

from annotation import jobs
from annotation.models import Job
from engine.client.__main__ import main
from workers.app import app

Anneal: TypeAlias = Callable[..., int]


def working(*_: object) -> None:
    """Let the server do the next job whenever somebody waits for it."""
    waiting = Job.objects.filter(state="queued").exclude(kind=jobs.PREPARE_IMAGES)
    if job := waiting.order_by("pk").first():
        app.tasks[job.kind](job_id=job.pk)


def interrupting(kind: str) -> Callable[[object], None]:
    """Press Ctrl-C once a job of that kind waits, and let the server work until then."""

    def pause(_: object) -> None:
        if Job.objects.filter(kind=kind, state="queued").exists():
            raise KeyboardInterrupt
        working()

    return pause


def run_anneal(*arguments: object) -> int:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    code = ended.value.code
    return code if isinstance(code, int) else 0
