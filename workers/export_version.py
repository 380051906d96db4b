"""Write a version in one format and keep the file for download."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import Final

from django.conf import settings

from annotation.models import Export
from annotation.services.exports import choice_of, write_export
from annotation.services.kept_exports import keep_export
from workers.lease import Lease

PREFIX: Final = "export-"
ABANDONED_S: Final = 86_400.0  # no export takes a day


def export_version(lease: Lease) -> None:
    """Stream the version to a file, then to the object store.

    The same version gives the same bytes, but for voices and traces whose speakers withdrew.
    """
    exports = Export.objects.select_related("version__project")
    export = exports.get(pk=str(lease.claim.args["export_id"]))

    def show(done: int, total: int) -> None:
        lease.report(done, total, "Writing the export")

    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    _drop_abandoned(settings.SCRATCH_DIR)
    with TemporaryDirectory(dir=settings.SCRATCH_DIR, prefix=PREFIX) as folder:
        path = Path(folder) / "export.zip"
        written = write_export(
            export.version,
            path,
            show,
            export_format=export.format,
            choice=choice_of(export.options),
        )
        lease.check()
        keep_export(
            export=export,
            path=path,
            voices=written.voices,
            losses=written.losses,
            own=written.own,
        )


def _drop_abandoned(scratch: Path) -> None:
    """Delete what a killed export left here: there may be voices in it."""
    for folder in scratch.glob(f"{PREFIX}*"):
        if folder.stat().st_mtime < time() - ABANDONED_S:
            shutil.rmtree(folder, ignore_errors=True)
