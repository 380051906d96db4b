"""The refused rows of an import as a zip to be mended and sent again, kept for a while.

A job writes it while it has the files open: what was uploaded is gone once it has come in.
"""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.db.models.functions import Coalesce

from annotation import storage
from annotation.errors import DomainError
from annotation.models import DatasetImport
from annotation.scratch_folders import scratch_folder
from annotation.selectors.dataset_imports import problems_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, ZipOut
from engine.datasets.refused.writing import write_refused

BATCH: Final = 1000  # zips
log = structlog.get_logger(__name__)


class NothingRefusedError(DomainError):
    """All of the import could be used."""

    code = "nothing_refused"


class RefusedRowsGoneError(DomainError):
    """The refused rows were not kept, or not for so long."""

    status = 410
    code = "refused_rows_gone"


def keep_refused_rows(
    *, dataset_import: DatasetImport, source: Source, problems: Sequence[DatasetError], total: int
) -> None:
    """Write the rows that were refused into a zip and store it. Safe to repeat.

    One that was written before, as at the look at the files, is replaced.
    """
    key = storage.refused_key(dataset_import.pk)
    if not total:
        storage.delete(key)
        return
    with scratch_folder(settings.SCRATCH_DIR, "refused-") as folder:
        path = folder / "refused.zip"
        with zipfile.ZipFile(path, "w") as archive:
            write_refused(source, dataset_import.format, problems, total=total, out=ZipOut(archive))
        storage.put_file(key, path, "application/zip")


def told_problems(dataset_import: DatasetImport) -> list[DatasetError]:
    """Return what is known of an import's problems by now."""
    return [
        DatasetError(each.fault, file=each.file, field=each.field, index=each.row)
        for each in problems_of(dataset_import).iterator()
    ]


def address_of_refused_rows(dataset_import: DatasetImport) -> str:
    """Return where the zip can be fetched for about an hour.

    Raises:
        NothingRefusedError: there is nothing to mend.
        RefusedRowsGoneError: there is no zip any more.

    """
    if not dataset_import.problems_count:
        raise NothingRefusedError("Nothing of this import was refused.")
    key = storage.refused_key(dataset_import.pk)
    if not storage.exists(key):
        raise RefusedRowsGoneError(
            f"The refused rows are not here: they are kept for {settings.TRASH_DAYS} days after"
            " the files were read. Mend them in your own files, and send these again."
        )
    name = f"refused-{str(dataset_import.pk)[:8]}.zip"
    return storage.presign_get(key, download_name=name)


def drop_old_refused_rows(cutoff: datetime) -> int:
    """Delete the zips of imports that were last worked on before that.

    They may hold images, and must not outlive those.
    """
    dropped = 0
    keys = storage.list_keys(storage.REFUSED)
    while batch := list(islice(keys, BATCH)):
        ids = {Path(key).stem: key for key in batch}
        imports = DatasetImport.objects.filter(pk__in=ids)
        last = Coalesce("job__created_at", "created_at")
        old = imports.annotate(last=last).filter(last__lt=cutoff).values_list("pk", flat=True)
        for import_id in old:
            storage.delete(ids[str(import_id)])
            dropped += 1
    if dropped:
        log.info("refused_rows_dropped", imports=dropped)
    return dropped
