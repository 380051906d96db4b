"""The Celery app of workers: which modules hold tasks. What runs by the clock is beat's."""

from typing import Any

import structlog
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections
from kombu.transport.redis import Channel

from workers.beat import app

__all__ = ["app"]

# A message that a worker holds is not put back when its connection ends: its job's row sends it
# again. kombu 5.7 tries even while the broker is away, and the failure ends the worker.
Channel.do_restore = False

app.conf.imports = ("workers.periodic", "workers.tasks")

# Celery judges by the peak: a child that trained ends with its task, and another takes its place.
# One that proposed (1.5 GB) has forgotten its networks and stays: the next would import torch anew.
app.conf.worker_max_memory_per_child = 2 * 1024**2  # KiB

# Celery would close a child's pool with every task, and open it again for the next, which takes
# 8 ms; what a task held only goes back.
app.conf["CELERY_DB_REUSE_MAX"] = 1000  # tasks


@task_prerun.connect
def bind_ids(task_id: str, kwargs: dict[str, Any], **_: Any) -> None:  # noqa: ANN401  # Celery's signal
    """Put the task's and the job's id on every line that it logs."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, job_id=kwargs.get("job_id"))


@task_postrun.connect
def give_connection_back(**_: Any) -> None:  # noqa: ANN401  # Celery's signal
    """Let the pool have the connection of this thread, or close it where it is broken."""
    close_old_connections()
