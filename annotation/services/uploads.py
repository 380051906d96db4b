"""Files on their way in: begun, resumed, cancelled, completed.

Looking at them is services/imports.py's.
"""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs, storage
from annotation.errors import DomainError, InvalidInputError
from annotation.models import Project, Upload
from annotation.selectors.uploads import pending_bytes
from annotation.services.image_groups import checked_group_by
from annotation.services.jobs import enqueue_once
from annotation.services.left_uploads import end_pending
from annotation.services.upload_parts import (
    Part,
    are_aborted,
    arrived_parts,
    bare_etag,
    count_parts,
    part_of,
)

log = structlog.get_logger(__name__)


class UploadTakenError(DomainError):
    """The id belongs to another file."""

    code = "upload_taken"


class UploadIncompleteError(DomainError):
    """Bytes are missing, or too many; `missing` holds the numbers of the parts to be sent."""

    code = "upload_incomplete"


class UploadArrivedError(DomainError):
    """All its bytes are there, and a job looks at them or has done so."""

    code = "upload_arrived"


class UploadCancelledError(DomainError):
    """Somebody cancelled it meanwhile."""

    code = "upload_cancelled"


class UploadsFullError(DomainError):
    """As much is on its way into the project as may be."""

    code = "uploads_full"


def begin_upload(
    *,
    project: Project,
    upload_id: UUID,
    file_name: str,
    size_bytes: int,
    created_by: User,
    batch: UUID | None = None,
    group_by: str = "",
) -> Upload:
    """Open an upload; asking again with the same id resumes it.

    The images of one `batch` are undone together. Those that are alike by `group_by`, as
    engine.datasets.grouping has it, stay on one side of the holdout.

    Raises:
        InvalidInputError: the file is larger than may be, or `group_by` is none.
        UploadTakenError: the id belongs to another file.
        UploadsFullError: too much is on its way into the project.
        UploadCancelledError: it was cancelled just now.

    """
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 1024**2
        fault = f"A file may have at most {limit} MiB: import it from a bucket, or in parts."
        raise InvalidInputError(fault, field="bytes")
    wanted = checked_group_by(group_by)
    upload = _known_or_new(
        Upload(
            pk=upload_id,
            batch=batch,
            group_by=wanted,
            project=project,
            file_name=file_name,
            bytes=size_bytes,
            created_by=created_by,
        )
    )
    if (upload.project_id, upload.bytes) != (project.pk, size_bytes):
        raise UploadTakenError("This upload id belongs to another file.")
    unseen = Upload.objects.filter(pk=upload.pk, state=Upload.State.PENDING)
    if upload.group_by != wanted and unseen.update(group_by=wanted):
        upload = _as_it_is(upload)
    if _is_in_parts(upload) and are_aborted(upload):
        # By a cancel that broke off, or by the store's own rules: these parts take no bytes.
        opened = Upload.objects.filter(pk=upload.pk, multipart_id=upload.multipart_id)
        opened.update(multipart_id="")
        upload = _as_it_is(upload)
    if _is_in_parts(upload) and not upload.multipart_id:
        multipart_id = storage.create_multipart(storage.upload_key(upload.pk))
        opened = Upload.objects.filter(pk=upload.pk, multipart_id="")
        if not opened.update(multipart_id=multipart_id):  # of two requests at once, the first wins
            storage.abort_multipart(storage.upload_key(upload.pk), multipart_id)
        upload = _as_it_is(upload)
    return upload


@transaction.atomic
def _known_or_new(upload: Upload) -> Upload:
    """Return the row of that id; where there is none, this one if the project has room for it.

    Raises:
        UploadsFullError: it has none.

    """
    # Locked, as of two files at once each would find room for itself.
    Project.objects.select_for_update(no_key=True).get(pk=upload.project_id)
    rows = Upload.objects.filter(pk=upload.pk)
    if (known := rows.first()) is not None:
        return known
    most = settings.MAX_PENDING_UPLOAD_BYTES
    if pending_bytes(upload.project_id) + upload.bytes > most:
        raise UploadsFullError(
            f"At most {most // 1024**2} MiB of files may be on their way into a project, and with"
            " this one it would be more. Wait until others have come in, leave out those that will"
            " not, or bring in or discard datasets that were sent; then send it again."
        )
    Upload.objects.bulk_create([upload], ignore_conflicts=True)  # another project may have the id
    return rows.get()


def cancel_upload(*, project: Project, upload_id: UUID) -> None:
    """Forget a file that is on its way, with what came of it: it counts no more.

    Cancelling it twice, or one that was never begun, changes nothing.

    Raises:
        UploadArrivedError: it is complete, so that a job may be importing it.

    """
    known = Upload.objects.filter(pk=upload_id, project=project)
    if not known.exists():
        return
    end_pending(upload_id)
    if known.exclude(state=Upload.State.PENDING).exists():
        raise UploadArrivedError(
            "All of this file has arrived: only what is on its way can be cancelled, and what comes"
            " in of it goes out by an undo."
        )
    log.info("upload_cancelled", upload_id=str(upload_id))


def missing_parts(upload: Upload) -> list[Part]:
    """Return what is still to be sent; nothing once the upload is complete."""
    if upload.state != Upload.State.PENDING:
        return []
    arrived = arrived_parts(upload)
    return [part_of(upload, n) for n in range(1, count_parts(upload) + 1) if n not in arrived]


def complete_upload(*, upload: Upload, etags: Mapping[int, str]) -> Upload:
    """Check that all bytes are there and have them looked at. Sending it twice changes nothing.

    Raises:
        UploadIncompleteError: they are not.
        UploadCancelledError: it was cancelled just now.

    """
    if upload.state != Upload.State.PENDING:
        return upload
    arrived = arrived_parts(upload)
    missing = [n for n in range(1, count_parts(upload) + 1) if n not in arrived]
    if missing:
        now = _as_it_is(upload)  # whoever cancels it deletes them first, and an import deletes all
        if now.state != Upload.State.PENDING:
            return now
        raise UploadIncompleteError(f"Parts {missing} have not arrived.", missing=missing)
    changed = [n for n, etag in etags.items() if arrived.get(n) and arrived[n] != bare_etag(etag)]
    if changed:
        raise UploadIncompleteError(f"Parts {changed} differ from what was sent.", missing=changed)
    if upload.multipart_id:
        _join(upload, arrived)
    return _queue(upload)


@transaction.atomic
def _queue(upload: Upload) -> Upload:
    waiting = Upload.objects.filter(pk=upload.pk, state=Upload.State.PENDING)
    if waiting.update(state=Upload.State.CHECKING):
        enqueue_once(
            kind=jobs.IMPORT_UPLOADS,
            project=upload.project,
            args={"project_id": upload.project_id},
            created_by=upload.created_by,
        )
        log.info("upload_completed", upload_id=str(upload.pk), bytes=upload.bytes)
    return _as_it_is(upload)


def _as_it_is(upload: Upload) -> Upload:
    """Read a row that was there a moment ago anew.

    Raises:
        UploadCancelledError: it is gone.

    """
    found = Upload.objects.filter(pk=upload.pk).first()
    if found is None:
        raise UploadCancelledError("This upload was cancelled: send the file again.")
    return found


def _join(upload: Upload, arrived: Mapping[int, str]) -> None:
    """Make one object of the parts; where it is longer or shorter than announced, begin anew."""
    key = storage.upload_key(upload.pk)
    if all(arrived.values()):  # else an earlier request has joined them
        with suppress(storage.ObjectMissingError):  # so it has meanwhile, or they went
            storage.complete_multipart(key, upload.multipart_id, list(arrived.items()))
    try:
        found = storage.size(key)
    except storage.ObjectMissingError:
        if _as_it_is(upload).state != Upload.State.PENDING:
            return  # it has come in by now, or was refused
        raise UploadIncompleteError(
            "What was sent is not there any more: send the file again.", missing=list(arrived)
        ) from None
    if found == upload.bytes:
        return
    # The id is used up; another's may be in its place by now.
    joined = Upload.objects.filter(pk=upload.pk, multipart_id=upload.multipart_id)
    if joined.update(multipart_id=""):
        storage.delete(key)
    raise UploadIncompleteError(
        f"{found} bytes have arrived, not {upload.bytes}: send the file again.",
        missing=list(arrived),
    )


def _is_in_parts(upload: Upload) -> bool:
    return upload.state == Upload.State.PENDING and count_parts(upload) > 1
