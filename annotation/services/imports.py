"""Looking at uploads: images, archives of them, and datasets. One bad file stops no other."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import uuid5

import structlog
from django.conf import settings
from django.db import transaction

from annotation import jobs, storage
from annotation.errors import DomainError
from annotation.models import Upload
from annotation.scratch_folders import own_scratch_folder
from annotation.services.images import AddedImage, add_image
from annotation.services.import_batches import plain
from annotation.services.import_requests import offer_dataset
from annotation.services.jobs import enqueue_job
from annotation.services.left_uploads import drop_refused
from annotation.services.sent_images import keep_sent_image
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, open_source
from engine.datasets.formats import READERS
from engine.datasets.formats.detect import formats_in
from engine.datasets.formats.unknown import words_of_unknown
from engine.datasets.formats.unreadable import faults_in, withheld_in
from engine.datasets.grouping import group_of
from engine.datasets.naming import safe_name
from engine.media.archives import is_archive, iter_archive
from engine.media.entries import ArchiveEntry
from engine.media.errors import MediaError
from engine.media.opened import check_length

ZIP: Final = b"PK\x03\x04"
# Files that may hold a dataset or images without being a zip.
TARS: Final = {".tar", ".gz", ".tgz", ".zst", ".tzst"}
DATASETS: Final = {".json", ".jsonl", ".ndjson", ".xml", ".csv", ".parquet", *TARS}
State = Upload.State
NO_DATASET: Final = (
    "This is no image, and no dataset that is known. A zip or tar of a dataset may be."
)
TOLD: Final = 3  # reasons why an archive is refused
GONE: Final = "What was sent is not there any more: send it again."
UNREAD: Final = "The object store refuses this file, though it answers: send it again."
NOTHING: Final = "Nothing of it came in: mend or leave out what is odd, and send it again."
Progress = Callable[[int, str], None]  # files done, the name of the last; may raise to stop
log = structlog.get_logger(__name__)


class UploadAlteredError(DomainError):
    """What lies in the store is not as long as what was announced."""

    code = "upload_altered"


def check_upload(*, upload_id: str) -> Upload:
    """Import one file whose bytes have arrived. Safe to run twice.

    An archive, or what may be a dataset, gets a job of its own.
    """
    upload = Upload.objects.select_related("project", "created_by").get(pk=upload_id)
    if upload.state != State.CHECKING:
        return upload
    try:
        _check_length(upload)
        with storage.open_stream(storage.upload_key(upload.pk)) as stream:
            head = stream.read(len(ZIP))
    except storage.ObjectMissingError:
        # It never comes: waiting for it would stop all after it.
        return _end(upload, AddedImage(None, State.REFUSED, GONE))
    except UploadAlteredError as error:
        return _end(upload, AddedImage(None, State.REFUSED, str(error)))
    if head == ZIP or PurePosixPath(upload.file_name).suffix.lower() in DATASETS:
        enqueue_job(
            kind=jobs.IMPORT_ARCHIVE,
            project=upload.project,
            args={"upload_id": str(upload.pk)},
            created_by=upload.created_by,
            idempotency_key=f"archive {upload.pk}",
        )
        return upload
    with transaction.atomic():  # killed between the two, it would be found a duplicate of itself
        if not _record(upload, _added(upload)):  # refused meanwhile, which people were told
            transaction.set_rollback(True)
    return _cleared(upload)


def refuse_unread(*, upload_id: str, fault: storage.StorageUnavailableError) -> None:
    """Refuse a file for what the store refuses of it alone.

    Raises:
        StorageUnavailableError: the store is away, for which no file is refused.

    """
    storage.check()
    log.warning("file_not_given", upload_id=upload_id, reason=fault.reason)
    upload = Upload.objects.select_related("project").get(pk=upload_id)
    if _record(upload, AddedImage(None, State.REFUSED, f"{UNREAD} {fault}")):
        drop_refused([upload.pk])


def import_archive(
    *, upload_id: str, on_progress: Progress, on_kept: Callable[[], None] = lambda: None
) -> Upload:
    """Offer the dataset that an upload holds, or else import every image of an archive.

    An archive is refused, and none of its images comes in, where it cannot be trusted as a whole or
    what may be its annotations cannot be read. Where they lie beside images and are not used, these
    come in, and the archive is normalised: its message says what was left out. Safe to run twice.
    `on_kept` is called in the transaction of each file; what it raises rolls that back.
    """
    upload = Upload.objects.select_related("project", "created_by").get(pk=upload_id)
    if upload.state != State.CHECKING:
        return upload
    with fetched(upload) as path:
        try:
            source = open_source(path)
        except DatasetError as fault:  # of the archive as a whole
            return _refused(upload, [fault])
        if formats := [form.name for form in formats_in(source)]:
            return _offered(upload, formats)
        if withheld := withheld_in(source):
            return _refused(upload, withheld)
        return _import_images(upload, path, on_progress, on_kept, _left_out(source))


def import_images_alone(
    *, upload_id: str, on_progress: Progress, on_kept: Callable[[], None] = lambda: None
) -> Upload:
    """Import every image of an archive, whatever else is in it, as `import_archive` does."""
    upload = Upload.objects.select_related("project", "created_by").get(pk=upload_id)
    if upload.state != State.CHECKING:
        return upload
    with fetched(upload) as path:
        return _import_images(upload, path, on_progress, on_kept)


def _import_images(
    upload: Upload,
    path: Path,
    on_progress: Progress,
    on_kept: Callable[[], None],
    remark: str = "",
) -> Upload:
    """Import each with a row of its own; a remark tells what was left out of the archive."""
    outcomes: Counter[str] = Counter()
    reasons: list[str] = []  # for which the first were refused
    try:
        if not is_archive(path):
            return _end(upload, AddedImage(None, State.REFUSED, f"{NO_DATASET} {remark}".strip()))
        for done, entry in enumerate(iter_archive(path), start=1):
            state, message = _import_entry(upload, entry, on_kept)
            outcomes[state] += 1
            if state == State.REFUSED and len(reasons) < TOLD:
                reasons.append(f"{plain(entry.name)}: {message}")
            on_progress(done, entry.name)
    except MediaError as error:  # the archive as a whole
        return _end(
            upload, AddedImage(None, State.REFUSED, f"{error} {_summary(outcomes)}".strip())
        )
    if not outcomes:
        return _end(upload, AddedImage(None, State.REFUSED, "The archive holds no files."))
    if set(outcomes) == {State.REFUSED}:
        told = " ".join(filter(None, [_summary(outcomes), *reasons, remark, NOTHING]))
        return _end(upload, AddedImage(None, State.REFUSED, told))
    state = State.NORMALISED if remark else State.ACCEPTED
    return _end(upload, AddedImage(None, state, f"{_summary(outcomes)} {remark}".strip()))


def _refused(upload: Upload, faults: Sequence[DatasetError]) -> Upload:
    """End with nothing: images that came in alone would hide that a dataset did not."""
    told = [plain(str(fault)) for fault in faults[:TOLD]]
    more = [f"And {len(faults) - TOLD} more."] if len(faults) > TOLD else []
    message = " ".join([*told, *more, NOTHING])
    return _end(upload, AddedImage(None, State.REFUSED, message))


def _left_out(source: Source) -> str:
    """Say why annotations do not come in with their images: else nobody would miss them."""
    faults = "; ".join(map(str, faults_in(source)))
    return plain(f"Annotations cannot be read: {faults}." if faults else words_of_unknown(source))


@transaction.atomic
def _offered(upload: Upload, formats: list[str]) -> Upload:
    titles = " or ".join(READERS[name].title for name in formats)
    # A file that was refused meanwhile has lost its bytes.
    if _record(upload, AddedImage(None, State.ACCEPTED, f"A dataset, {titles}: see Datasets.")):
        offer_dataset(upload=upload, formats=formats)
    upload.refresh_from_db()
    return upload


def _added(upload: Upload) -> AddedImage:
    try:
        check_length(upload.bytes)
    except MediaError as error:
        return AddedImage(None, State.REFUSED, str(error))
    return add_image(
        project=upload.project,
        data=storage.get_bytes(storage.upload_key(upload.pk)),
        file_name=upload.file_name,
        group=group_of(upload.file_name, upload.group_by),
        created_by=upload.created_by,
    )


def _import_entry(
    archive: Upload, entry: ArchiveEntry, on_kept: Callable[[], None]
) -> tuple[str, str]:
    """Import one file; return its state and message."""
    name = f"{archive.file_name}/{entry.name}"[:500]
    with transaction.atomic():  # as in check_upload; a row alone would wait for bytes of its own
        row, _ = Upload.objects.get_or_create(
            pk=uuid5(archive.pk, entry.name),
            defaults={
                "batch": archive.batch or archive.pk,
                "project": archive.project,
                "file_name": name,
                "bytes": len(entry.data or b""),
                "state": State.CHECKING,
                "created_by": archive.created_by,
            },
        )
        if row.state != State.CHECKING:  # an earlier run has done this one
            return row.state, row.message
        if entry.data is None:
            added = AddedImage(None, State.REFUSED, str(entry.error))
        else:
            added = add_image(
                project=archive.project,
                data=entry.data,
                file_name=name,
                group=group_of(entry.name, archive.group_by),
                created_by=archive.created_by,
            )
        _record(row, added)
        on_kept()
    return added.outcome, added.message


def _end(upload: Upload, added: AddedImage) -> Upload:
    _record(upload, added)
    return _cleared(upload)


def _cleared(upload: Upload) -> Upload:
    storage.delete(storage.upload_key(upload.pk))
    upload.refresh_from_db()
    return upload


def _record(upload: Upload, added: AddedImage) -> bool:
    """Say what became of a file that is being looked at; return whether it was."""
    checking = Upload.objects.filter(pk=upload.pk, state=State.CHECKING)
    if not checking.update(state=added.outcome, message=added.message, image=added.image):
        return False
    keep_sent_image(upload=upload, added=added)
    return True


def _summary(outcomes: Counter[str]) -> str:
    total = sum(outcomes.values())
    parts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return f"{total} files: {parts}." if total else ""


def _check_length(upload: Upload) -> None:
    """See that no more will be read than was announced, by which files are judged too large.

    An address to send to lives for an hour, also after the file is complete.

    Raises:
        UploadAlteredError: another length lies in the store.
        ObjectMissingError: nothing does.

    """
    found = storage.size(storage.upload_key(upload.pk))
    if found != upload.bytes:
        raise UploadAlteredError(f"{found} bytes lie there, not {upload.bytes}: send it again.")


@contextmanager
def fetched(upload: Upload) -> Iterator[Path]:
    """Yield a copy of what was uploaded, under its own name, which may tell its format.

    For one process at a time: another's copy goes.

    Raises:
        UploadAlteredError: it is not as long as was announced.

    """
    _check_length(upload)
    with own_scratch_folder(settings.SCRATCH_DIR, f"archive-{upload.pk}") as folder:
        path = folder / (PurePosixPath(safe_name(upload.file_name)).name or "upload")
        storage.get_file(storage.upload_key(upload.pk), path)
        yield path
