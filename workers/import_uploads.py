"""Look at what was uploaded: images one by one, archives each in a job of its own."""

from functools import partial

from annotation.models import DatasetImport, Project, Upload
from annotation.selectors.uploads import checking_upload_ids
from annotation.services.import_requests import UNBEGUN
from annotation.services.imports import check_upload, import_archive, import_images_alone
from annotation.services.jobs import count_anew
from annotation.services.preparation import prepare_project
from workers.lease import Lease


def import_uploads(lease: Lease) -> None:
    """Import every file of the project whose bytes have arrived, then have them prepared."""
    project = Project.objects.get(pk=lease.claim.args["project_id"])
    waiting = checking_upload_ids(project.pk)
    for done, upload_id in enumerate(waiting):
        lease.report(done, len(waiting), "Checking files")
        if check_upload(upload_id=upload_id).state != Upload.State.CHECKING:
            count_anew(lease.claim)
    lease.report(len(waiting), len(waiting), "Checking files")
    prepare_project(project=project)


def import_archive_job(lease: Lease) -> None:
    """Offer the dataset of an upload, or import every image of a zip and have them prepared."""
    upload_id = str(lease.claim.args["upload_id"])

    def show(done: int, name: str) -> None:
        lease.report(done, 0, f"Checking {name}")

    work = import_images_alone if lease.claim.args.get("images_alone") else import_archive
    work(upload_id=upload_id, on_progress=show, on_kept=partial(count_anew, lease.claim))
    upload = Upload.objects.select_related("project").get(pk=upload_id)
    if not DatasetImport.objects.filter(pk=upload_id, state__in=UNBEGUN).exists():
        prepare_project(project=upload.project)
