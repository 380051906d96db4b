"""What people ask of a dataset that was uploaded: look at it, bring it in, take it out again."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs, storage
from annotation.errors import DomainError, InvalidInputError
from annotation.models import DatasetImport, Job, Upload
from annotation.services.jobs import enqueue_job
from engine.datasets.formats import READERS

State = DatasetImport.State
UNBEGUN: Final = (State.CHECKING, State.READY, State.UNREADABLE)  # nothing has come in
UNDOABLE: Final = (State.IMPORTING, State.IMPORTED, State.UNDOING, State.UNDONE)
AT_WORK: Final = (State.CHECKING, State.IMPORTING, State.UNDOING)  # a job's, while it lasts
log = structlog.get_logger(__name__)


class ImportStateError(DomainError):
    """The import is not at a point at which this can be done."""

    code = "import_state"


@transaction.atomic
def offer_dataset(*, upload: Upload, formats: Sequence[str]) -> DatasetImport:
    """Have a dataset looked at that lies in an upload; nothing comes in. Safe to repeat."""
    offered, is_new = DatasetImport.objects.get_or_create(
        pk=upload.pk,
        defaults={
            "project": upload.project,
            "source": upload.file_name,
            "candidates": list(formats),
            "group_by": upload.group_by,
            "created_by": upload.created_by,
        },
    )
    if is_new and len(formats) == 1:
        _look_at(offered, formats[0])
    elif is_new:
        titles = ", ".join(READERS[name].title for name in formats)
        message = f"It may be any of these: {titles}. Choose which it is."
        _change(offered, State.UNREADABLE, message=message)
    return offered


def begin_look(offered: DatasetImport) -> DatasetImport:
    """Have an import's files looked at, whichever format they have."""
    return _look_at(offered, "")


@transaction.atomic
def look_again(*, dataset_import: DatasetImport, format_name: str) -> DatasetImport:
    """Look at a dataset as one of another format."""
    locked = _locked(dataset_import.pk, *UNBEGUN)
    if format_name not in READERS and not (locked.bucket and not format_name):
        raise InvalidInputError(f"There is no format {format_name!r}.", field="format")
    if not _is_running(locked):
        return _look_at(locked, format_name)
    if locked.format != format_name:
        raise ImportStateError("It is being looked at as another format: stop that first.")
    return locked


@transaction.atomic
def start_import(
    *, dataset_import: DatasetImport, by: User, is_finished: bool = False, proposals_by: str = ""
) -> DatasetImport:
    """Bring a dataset in, or go on with one that stopped half-way. Asking twice changes nothing.

    `is_finished`, said at the beginning: its masks are finished work, so that images with any
    count as annotated. `proposals_by`, too: those with a score are proposals of the model of that
    name, which people judge.
    """
    locked = _locked(dataset_import.pk, State.READY, State.IMPORTING, State.IMPORTED)
    if locked.state == State.IMPORTED or _is_running(locked):
        return locked
    if not locked.bucket and not Upload.objects.filter(pk=locked.pk).exists():
        raise ImportStateError("Its files are not here: give the command that began it again.")
    if locked.state == State.READY:
        locked.is_finished = is_finished
        locked.proposals_by = " ".join(proposals_by.split())
    return _enqueue(locked, State.IMPORTING, jobs.IMPORT_DATASET, by)


@transaction.atomic
def request_undo(*, dataset_import: DatasetImport, by: User) -> DatasetImport:
    """Have a job take out what an import brought, also half of one. Twice changes nothing."""
    locked = _locked(dataset_import.pk, *UNDOABLE)
    if locked.state == State.UNDONE or (locked.state == State.UNDOING and _is_running(locked)):
        return locked
    _refuse_running(locked)
    return _enqueue(locked, State.UNDOING, jobs.UNDO_IMPORT, by)


@transaction.atomic
def begin_undo(*, dataset_import: DatasetImport) -> DatasetImport:
    """Let the caller itself take out what an import brought."""
    locked = _locked(dataset_import.pk, *UNDOABLE)
    _refuse_running(locked)
    return _change(locked, State.UNDOING, message="")


@transaction.atomic
def discard_dataset(*, dataset_import: DatasetImport) -> DatasetImport:
    """Forget a dataset of which nothing came in, with what was uploaded."""
    locked = _locked(dataset_import.pk, *UNBEGUN, State.DISCARDED)
    if locked.state == State.DISCARDED:
        return locked  # what was uploaded is gone, or its images are being imported alone
    _change(locked, State.DISCARDED, message="")
    transaction.on_commit(lambda: storage.delete(storage.upload_key(locked.pk)))
    transaction.on_commit(lambda: storage.delete(storage.refused_key(locked.pk)))
    return locked


@transaction.atomic
def take_images_alone(*, dataset_import: DatasetImport) -> DatasetImport:
    """Import the images of a zip, and nothing of what else is in it."""
    locked = _locked(dataset_import.pk, State.READY, State.UNREADABLE, State.DISCARDED)
    if locked.state == State.DISCARDED:
        return locked
    _change(locked, State.DISCARDED, message="Its images were imported alone.")
    uploads = Upload.objects.filter(pk=locked.pk)
    if not uploads.exists():
        raise ImportStateError("Its files are not here.")
    uploads.update(state=Upload.State.CHECKING, message="")
    enqueue_job(
        kind=jobs.IMPORT_ARCHIVE,
        project=locked.project,
        args={"upload_id": str(locked.pk), "images_alone": 1},
        created_by=locked.created_by,
        idempotency_key=f"images alone {locked.pk}",
    )
    return locked


def _locked(dataset_import_id: UUID, *states: State) -> DatasetImport:
    found = DatasetImport.objects.select_for_update().get(pk=dataset_import_id)
    if found.state not in states:
        raise ImportStateError(f"The import is {State(found.state).label.lower()}.")
    return found


def _is_running(dataset_import: DatasetImport) -> bool:
    """Tell whether a job is at it. One that has said what came of it only tidies up after itself.

    That may take a while, where its copy of what was uploaded is large.
    """
    job = dataset_import.job
    return dataset_import.state in AT_WORK and job is not None and job.state in Job.UNFINISHED


def _refuse_running(dataset_import: DatasetImport) -> None:
    if _is_running(dataset_import):
        raise ImportStateError("It is still at work: stop that first.")


def _look_at(dataset_import: DatasetImport, format_name: str) -> DatasetImport:
    dataset_import.format = format_name
    return _enqueue(dataset_import, State.CHECKING, jobs.CHECK_DATASET, dataset_import.created_by)


def _enqueue(dataset_import: DatasetImport, state: State, kind: str, by: User) -> DatasetImport:
    dataset_import.job = enqueue_job(
        kind=kind,
        project=dataset_import.project,
        args={"dataset_import_id": str(dataset_import.pk)},
        created_by=by,
    )
    return _change(dataset_import, state, message="")


def _change(dataset_import: DatasetImport, state: State, *, message: str) -> DatasetImport:
    dataset_import.state = state
    dataset_import.message = message
    dataset_import.save(
        update_fields=["state", "message", "format", "is_finished", "proposals_by", "job"]
    )
    log.info("dataset_import", dataset_import_id=str(dataset_import.pk), state=state)
    return dataset_import
