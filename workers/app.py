"""The Celery app of workers: which modules hold tasks. What runs by the clock is beat's."""

from typing import Any

import structlog
from celery.signals import task_prerun

from workers.beat import app

__all__ = ["app"]

app.conf.imports = ("workers.periodic", "workers.tasks")

# A child that held a model in use lets its memory go with the task; another takes its place.
app.conf.worker_max_memory_per_child = 1024**2  # KiB


@task_prerun.connect
def bind_ids(task_id: str, kwargs: dict[str, Any], **_: Any) -> None:  # noqa: ANN401  # Celery's signal
    """Put the task's and the job's id on every line that it logs."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, job_id=kwargs.get("job_id"))
