"""Datasets of other tools on the server: looked at, brought in, taken out again."""

from typing import TypedDict
from uuid import UUID

import requests

from engine.client import operations as op
from engine.client.errors import AnnealError
from engine.client.models import (
    IMPORT_CHECKING,
    IMPORT_IMPORTING,
    IMPORT_READY,
    IMPORT_UNDOING,
    IMPORT_UNREADABLE,
    JOB_SUCCEEDED,
    JOB_UNFINISHED,
    ChosenFormat,
    DatasetImport,
    ImportedDataset,
    Job,
    StartedImport,
)
from engine.client.transport import Transport, pages
from engine.client.waiting import Progress, has_succeeded, tell, wait_until


class Waiting(TypedDict):
    """How to wait: see engine.client.waiting."""

    timeout_s: float | None
    progress: Progress


def import_of(transport: Transport, import_id: UUID) -> DatasetImport | None:
    """Return an import; None if there is none of this id."""
    try:
        return transport.call(op.DATASET_IMPORT, dataset_import_id=import_id)
    except AnnealError as error:
        if error.status == requests.codes.not_found:
            return None
        raise


def would_go_on(
    found: DatasetImport, form: str | None, *, finished: bool, proposals_by: str, group_by: str
) -> bool:
    """Tell whether an import has begun and not ended, and would bring what is asked for now."""
    if found.group_by != group_by.strip():
        return False
    told = found.candidates[0].name if found.candidates else ""  # by the files themselves
    if found.state in {IMPORT_CHECKING, IMPORT_READY}:  # what is asked for is told to it yet
        return form is not None or found.format in {"", told}
    asked = (form or told, finished, " ".join(proposals_by.split()))
    is_as_asked = (found.format, found.finished, found.proposals_by) == asked
    # A message tells that its files have changed.
    return found.state == IMPORT_IMPORTING and is_as_asked and not found.message


def look_at(
    transport: Transport,
    import_id: UUID,
    form: str | None,
    *,
    timeout_s: float | None,
    progress: Progress,
) -> DatasetImport:
    """Wait until the server knows what a dataset would bring, read as one of that format.

    A look that was stopped, or failed, before anybody waited for it is taken again.
    """
    begun = transport.call(op.DATASET_IMPORT, dataset_import_id=import_id)
    if begun.state == IMPORT_CHECKING and begun.job is not None and _has_ended_badly(begun.job):
        again = ChosenFormat(format=begun.format)
        transport.call(op.CHECK_IMPORT, again, dataset_import_id=import_id)
    found = _after(transport, import_id, IMPORT_CHECKING, timeout_s, progress)
    if form in {None, found.format} or found.state not in {IMPORT_READY, IMPORT_UNREADABLE}:
        return found
    chosen = ChosenFormat(format=form or "")
    transport.call(op.CHECK_IMPORT, chosen, dataset_import_id=import_id)
    return _after(transport, import_id, IMPORT_CHECKING, timeout_s, progress)


def bring_in(
    transport: Transport,
    import_id: UUID,
    *,
    finished: bool,
    proposals_by: str,
    timeout_s: float | None,
    progress: Progress,
) -> DatasetImport:
    """Bring a dataset in, or the rest of one that stopped half-way.

    Raises:
        AnnealError: the server has not begun it.

    """
    wanted = StartedImport(finished=finished, proposals_by=proposals_by)
    transport.call(op.START_IMPORT, wanted, dataset_import_id=import_id)
    brought = _after(transport, import_id, IMPORT_IMPORTING, timeout_s, progress)
    if brought.state == IMPORT_READY:
        raise AnnealError(0, "not_begun", "The server has not begun the import: start it again.")
    return brought


def take_out(
    transport: Transport, import_id: UUID, *, timeout_s: float | None, progress: Progress
) -> DatasetImport:
    """Take out what an import brought, but for what people have worked on since."""
    transport.call(op.UNDO_IMPORT, dataset_import_id=import_id)
    return _after(transport, import_id, IMPORT_UNDOING, timeout_s, progress)


def cancel(transport: Transport, import_id: UUID) -> DatasetImport:
    """Stop what the server does to a dataset.

    Raises:
        AnnealError: it does nothing.

    """
    found = transport.call(op.DATASET_IMPORT, dataset_import_id=import_id)
    is_at_work = found.state in {IMPORT_CHECKING, IMPORT_IMPORTING, IMPORT_UNDOING}
    if not is_at_work or found.job is None or found.job.state not in JOB_UNFINISHED:
        told = f"Nothing is being done to {found.file_name}: there is nothing to cancel."
        raise AnnealError(0, "nothing_runs", told)
    transport.call(op.CANCEL_JOB, job_id=found.job.id)
    return transport.call(op.DATASET_IMPORT, dataset_import_id=import_id)


def with_problems(transport: Transport, found: DatasetImport) -> ImportedDataset:
    """Fetch what of a dataset cannot be used."""
    problems = (
        pages(transport, op.IMPORT_PROBLEMS, {}, dataset_import_id=found.id)
        if found.problems_count
        else ()
    )
    return ImportedDataset(**found.model_dump(), problems=list(problems))


def _has_ended_badly(job: Job) -> bool:
    return job.state not in {*JOB_UNFINISHED, JOB_SUCCEEDED}


def _after(
    transport: Transport, import_id: UUID, state: str, timeout_s: float | None, progress: Progress
) -> DatasetImport:
    """Wait until an import is not in a state any more.

    Raises:
        JobEndedError: it stays there, as its job failed or was cancelled.

    """
    what = f"The dataset ({state})"

    def left() -> DatasetImport | None:
        found = transport.call(op.DATASET_IMPORT, dataset_import_id=import_id)
        if found.state != state:
            return found
        if found.job is not None:
            tell(progress, found.job, what)
            has_succeeded(found.job)
        return None

    return wait_until(left, what, timeout_s)
