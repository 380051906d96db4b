"""The job queue as the web side sees it: names to enqueue, no code to run.

workers/ binds a task to each name, so annotation/ never imports workers/. A message carries a
job's id and nothing else: the row is the truth (DESIGN, rule 8).
"""

from typing import Final

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

IMPORT_UPLOADS: Final = "workers.import_uploads"  # {"project_id"}
IMPORT_ARCHIVE: Final = "workers.import_archive"  # {"upload_id"}
CHECK_DATASET: Final = "workers.check_dataset"  # {"dataset_import_id"}
IMPORT_DATASET: Final = "workers.import_dataset"  # {"dataset_import_id"}
UNDO_IMPORT: Final = "workers.undo_import"  # {"dataset_import_id"}
PREPARE_IMAGES: Final = "workers.prepare_images"  # {"project_id"}
TRANSCRIBE: Final = "workers.transcribe"  # {"recording_id"}
GROUND: Final = "workers.ground"  # {"transcript_id"}
SHORTEN: Final = "workers.shorten"  # {"transcript_id"}
RUN_ROUND: Final = "workers.run_round"  # {"round_id"}
REBUILD_BUNDLE: Final = "workers.rebuild_bundle"  # {"rebuild_id"}
CUT_VERSION: Final = "workers.cut_version"  # {"version_cut_id"}
EXPORT_VERSION: Final = "workers.export_version"  # {"export_id"}
DELETE_VOICES: Final = "workers.delete_voices"  # {"user_id"}

# A queue for each weight, so that nobody's import or transcript waits for somebody's training.
# cpu: seconds, no network loaded. speech: a person waits for it. gpu: minutes.
QUEUES: Final = {
    IMPORT_UPLOADS: "cpu",
    IMPORT_ARCHIVE: "cpu",
    CHECK_DATASET: "cpu",
    IMPORT_DATASET: "cpu",
    UNDO_IMPORT: "cpu",
    PREPARE_IMAGES: "gpu",
    TRANSCRIBE: "speech",
    GROUND: "speech",
    SHORTEN: "speech",
    RUN_ROUND: "gpu",
    REBUILD_BUNDLE: "gpu",
    CUT_VERSION: "cpu",
    EXPORT_VERSION: "cpu",
    DELETE_VOICES: "cpu",
}

# Run by beat, without a row.
SWEEP: Final = "workers.sweep"
APPLY_RETRAIN_POLICIES: Final = "workers.apply_retrain_policies"
EMPTY_TRASH: Final = "workers.empty_trash"
DELETE_EXPIRED_VOICES: Final = "workers.delete_expired_voices"
DROP_ROUND_FOLDERS: Final = "workers.drop_round_folders"
DELIVER_WEBHOOKS: Final = "workers.deliver_webhooks"
PERIODIC: Final = (
    SWEEP,
    APPLY_RETRAIN_POLICIES,
    EMPTY_TRASH,
    DELETE_EXPIRED_VOICES,
    DROP_ROUND_FOLDERS,
    DELIVER_WEBHOOKS,
)

# While somebody speaks, without a row: what is lost, the next seconds of the take ask for again.
HEAR: Final = "workers.hear"  # {"recording_id"}

_RETRY: Final = {"max_retries": 1, "interval_start": 0.1}

log = structlog.get_logger(__name__)

queue = Celery("annotation")
queue.config_from_object("django.conf:settings", namespace="CELERY")


def send(kind: str, job_id: int) -> None:
    """Tell the workers about a job. A broker that is away is no error: the sweeper sends again."""
    try:
        queue.send_task(kind, kwargs={"job_id": job_id}, queue=QUEUES[kind], retry_policy=_RETRY)
    except OperationalError as error:
        log.warning("job_not_sent", job_id=job_id, kind=kind, reason=str(error))


def send_hearing(recording_id: str, *, within_s: float) -> None:
    """Have what has arrived of a take heard. Too late it is no use: what follows asks again."""
    try:
        queue.send_task(
            HEAR,
            kwargs={"recording_id": recording_id},
            queue=QUEUES[TRANSCRIBE],
            expires=within_s,
            retry_policy=_RETRY,
        )
    except OperationalError as error:
        log.warning("hearing_not_sent", recording_id=recording_id, reason=str(error))
