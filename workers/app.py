"""The Celery app of workers and beat: which modules hold tasks, and what runs by the clock."""

from logging.config import dictConfig
from typing import Any

import structlog
from celery.signals import setup_logging, task_prerun
from django.conf import settings

from annotation import jobs

app = jobs.queue
app.conf.update(
    imports=(
        "workers.export_version",
        "workers.import_uploads",
        "workers.periodic",
        "workers.prepare_images",
        "workers.run_round",
        "workers.transcribe",
    ),
    beat_schedule={
        "sweep": {"task": jobs.SWEEP, "schedule": 10.0, "options": {"expires": 30}},
        "apply_retrain_policies": {
            "task": jobs.APPLY_RETRAIN_POLICIES,
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "empty_trash": {"task": jobs.EMPTY_TRASH, "schedule": 24 * 3600.0},
    },
)


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:  # noqa: ANN401  # Celery's signal
    """Celery would replace the root logger's handlers; settings.LOGGING stays instead."""
    dictConfig(settings.LOGGING)


@task_prerun.connect
def bind_ids(task_id: str, kwargs: dict[str, Any], **_: Any) -> None:  # noqa: ANN401  # Celery's signal
    """Put the task's and the job's id on every line that it logs."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task_id=task_id, job_id=kwargs.get("job_id"))
