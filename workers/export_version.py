"""Write a version in one format and keep the file for download."""

from django.conf import settings

from annotation.models import Export
from annotation.scratch_folders import scratch_folder
from annotation.services.exports import choice_of, write_export
from annotation.services.kept_exports import keep_export
from workers.lease import Lease


def export_version(lease: Lease) -> None:
    """Stream the version to a file, then to the object store.

    The same version gives the same bytes, but for voices and traces whose speakers withdrew.
    """
    exports = Export.objects.select_related("version__project")
    export = exports.get(pk=str(lease.claim.args["export_id"]))

    def show(done: int, total: int) -> None:
        lease.report(done, total, "Writing the export")

    with scratch_folder(settings.SCRATCH_DIR, "export-") as folder:
        path = folder / "export.zip"
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
