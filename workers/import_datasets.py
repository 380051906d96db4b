"""Datasets of other tools: looked at, brought in, taken out again."""

from collections.abc import Callable
from functools import partial

from annotation import storage
from annotation.models import DatasetImport, Job
from annotation.services.bucket_imports import UNUSABLE, opened, refuse_files, tell_format
from annotation.services.import_runs import look_at_dataset, run_import
from annotation.services.import_undo import undo_import as take_out
from annotation.services.jobs import fenced
from annotation.services.preparation import prepare_project
from workers.lease import Lease


def check_dataset(lease: Lease) -> None:
    """Count what a dataset would bring, and list what cannot be used."""
    found = _dataset_import(lease)
    if found.state != DatasetImport.State.CHECKING:
        return
    try:
        with opened(found) as source:
            if tell_format(found, source).state == DatasetImport.State.CHECKING:
                look_at_dataset(
                    found,
                    source,
                    fence=partial(fenced, lease.claim),
                    progress=_show(lease, "Looking at the dataset"),
                )
    except UNUSABLE as error:  # nothing that is there can be read
        refuse_files(found, str(error))


def import_dataset(lease: Lease) -> None:
    """Bring a dataset in, or the rest of it, then have its images prepared."""
    found = _dataset_import(lease)
    if found.state != DatasetImport.State.IMPORTED:
        with opened(found) as source:
            run_import(
                found,
                source,
                fence=partial(fenced, lease.claim),
                progress=_show(lease, "Importing the dataset"),
                on_kept=lease.count_anew,
            )
    storage.delete(storage.upload_key(found.pk))
    prepare_project(project=found.project, by=found.created_by)


def undo_import(lease: Lease) -> None:
    """Take out what an import brought."""
    found = _dataset_import(lease)
    if found.state == DatasetImport.State.UNDONE:  # by a worker that may have died before this
        storage.delete(storage.upload_key(found.pk))
        return
    by = Job.objects.select_related("created_by").get(pk=lease.claim.job_id).created_by
    take_out(
        found,
        by=by or found.created_by,
        fence=partial(fenced, lease.claim),
        progress=_show(lease, "Undoing the import"),
        on_kept=lease.count_anew,
    )


def _dataset_import(lease: Lease) -> DatasetImport:
    found = DatasetImport.objects.select_related("project", "created_by")
    return found.get(pk=str(lease.claim.args["dataset_import_id"]))


def _show(lease: Lease, message: str) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        lease.report(done, total, message)

    return show
