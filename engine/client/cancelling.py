"""Stopping what the server does in the background, by the id of what it is done for."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import requests

from engine.client import datasets
from engine.client import operations as op
from engine.client.errors import AnnealError
from engine.client.models import JOB_UNFINISHED, DatasetImport, Export, VersionCut
from engine.client.transport import Transport


def cancel(transport: Transport, begun: UUID) -> DatasetImport | Export | VersionCut:
    """Stop an import, an export or the cut of a version.

    Raises:
        AnnealError: there is none of this id, or nothing is being done to it.

    """
    if datasets.import_of(transport, begun) is not None:
        return datasets.cancel(transport, begun)
    read: Callable[[], Export | VersionCut] = partial(transport.call, op.EXPORT, export_id=begun)
    try:
        found = read()
    except AnnealError as error:
        if error.status != requests.codes.not_found:
            raise
        read = partial(_cut, transport, begun)
        found = read()
    if found.job.state not in JOB_UNFINISHED:
        what = "export" if isinstance(found, Export) else "cut of a version"
        told = f"The {what} has {found.job.state}: there is nothing to cancel."
        raise AnnealError(0, "nothing_runs", told)
    transport.call(op.CANCEL_JOB, job_id=found.job.id)
    return read()


def _cut(transport: Transport, begun: UUID) -> VersionCut:
    try:
        return transport.call(op.VERSION_CUT, version_cut_id=begun)
    except AnnealError as error:
        if error.status != requests.codes.not_found:
            raise
        told = f"No import, export or cut of yours has the id {begun}."
        raise AnnealError(0, "nothing_begun", told) from None
