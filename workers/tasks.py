"""A Celery task for each name of annotation.jobs.

What a job runs is imported by the child that runs it: torch alone takes four seconds of CPU, and
neither a worker's start nor a light job shall wait for it.
"""

from typing import Final

from django.utils.module_loading import import_string

from annotation import jobs
from annotation.services.jobs import claim_job
from workers.lease import Lease, run_under_lease

WORK: Final = {
    jobs.IMPORT_UPLOADS: "workers.import_uploads.import_uploads",
    jobs.IMPORT_ARCHIVE: "workers.import_uploads.import_archive_job",
    jobs.CHECK_DATASET: "workers.import_datasets.check_dataset",
    jobs.IMPORT_DATASET: "workers.import_datasets.import_dataset",
    jobs.UNDO_IMPORT: "workers.import_datasets.undo_import",
    jobs.PREPARE_IMAGES: "workers.prepare_images.prepare_images",
    jobs.TRANSCRIBE: "workers.transcribe.transcribe",
    jobs.GROUND: "workers.ground.ground_transcript",
    jobs.SHORTEN: "workers.shorten.shorten_transcript",
    jobs.RUN_ROUND: "workers.run_round.run_round",
    jobs.REBUILD_BUNDLE: "workers.rebuild_job.rebuild_bundle",
    jobs.CUT_VERSION: "workers.cut_versions.cut_version",
    jobs.EXPORT_VERSION: "workers.export_version.export_version",
    jobs.DELETE_VOICES: "workers.delete_voices.delete_voices",
}


def run_job(*, job_id: int) -> None:
    """Do the job, unless somebody else does it or it has ended."""
    claim = claim_job(job_id=job_id)
    if claim is not None:
        run_under_lease(Lease(claim), _work)


@jobs.queue.task(name=jobs.HEAR)
def hear(*, recording_id: str) -> None:
    """Hear what has arrived of a take. Without a row: the seconds that follow ask again."""
    import_string("workers.transcribe.hear")(recording_id)


def _work(lease: Lease) -> None:
    import_string(WORK[lease.claim.kind])(lease)


for name in WORK:
    jobs.queue.task(name=name)(run_job)
