"""Write a version in one format and keep the file for download."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from annotation.models import Export
from annotation.services.exports import keep_export, write_export
from workers.lease import Lease


def export_version(lease: Lease) -> None:
    """Stream the version to a file, then to the object store. The same version, the same bytes."""
    export = Export.objects.select_related("version").get(pk=str(lease.claim.args["export_id"]))

    def show(done: int, total: int) -> None:
        lease.report(done, total, "Writing annotations")

    settings.SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.SCRATCH_DIR, prefix="export-") as folder:
        path = Path(folder) / "export.zip"
        write_export(export.version, path, show)
        lease.check()
        keep_export(export=export, path=path)
