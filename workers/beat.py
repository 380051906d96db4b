"""The Celery app as beat sees it: what runs by the clock, and no module that loads a network.

Workers begin with it, too.
"""

from logging.config import dictConfig
from typing import Any

from celery.signals import setup_logging
from django.conf import settings

from annotation import jobs
from annotation.published_secrets import refuse_published_secrets

refuse_published_secrets()

# A job whose worker died waits for its lease to run out, and then no longer than half of it.
SWEEP_S = min(10.0, settings.JOB_LEASE_S / 2)

app = jobs.queue
app.conf.beat_schedule = {
    "sweep": {"task": jobs.SWEEP, "schedule": SWEEP_S, "options": {"expires": 30}},
    "apply_retrain_policies": {
        "task": jobs.APPLY_RETRAIN_POLICIES,
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "empty_trash": {"task": jobs.EMPTY_TRASH, "schedule": 24 * 3600.0},
    "delete_expired_voices": {
        "task": jobs.DELETE_EXPIRED_VOICES,
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # The rows wait: what a run leaves, the next one finds.
    "deliver_webhooks": {
        "task": jobs.DELIVER_WEBHOOKS,
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    # Their disk is that of a worker that runs rounds.
    "drop_round_folders": {
        "task": jobs.DROP_ROUND_FOLDERS,
        "schedule": 24 * 3600.0,
        "options": {"queue": jobs.QUEUES[jobs.RUN_ROUND], "expires": 24 * 3600},
    },
}


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:  # noqa: ANN401  # Celery's signal
    """Celery would replace the root logger's handlers; settings.LOGGING stays instead."""
    dictConfig(settings.LOGGING)
