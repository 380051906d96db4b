"""Look at what was uploaded: images one by one, archives each in a job of its own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from annotation.models import DatasetImport, Project, Upload
from annotation.selectors.uploads import checking_upload_ids
from annotation.services.import_requests import UNBEGUN
from annotation.services.imports import (
    check_upload,
    import_archive,
    import_images_alone,
    refuse_unread,
)
from annotation.services.jobs import is_older
from annotation.services.preparation import prepare_project
from annotation.storage import StorageUnavailableError
from workers.lease import Lease

IN_A_ROW: Final = 5  # files that the store does not give: then it is taken to be away
# Then what the store does not give is refused, if only the store answers.
LONGEST_OUTAGE: Final = timedelta(days=1)


def import_uploads(lease: Lease) -> None:
    """Import every file of the project whose bytes have arrived, then have them prepared.

    One that the store does not give stops no other, and is refused where it gave others.

    Raises:
        StorageUnavailableError: it gave none, or none of many in a row; they wait for the next
            look, and are refused in one that was asked for a day ago.

    """
    project = Project.objects.get(pk=lease.claim.args["project_id"])
    waiting = checking_upload_ids(project.pk)
    unread, outage = _look(lease, waiting)
    if outage is None or is_older(lease.claim, LONGEST_OUTAGE):
        for upload_id in unread:
            lease.check()
            if fault := _fault(lease, upload_id):
                refuse_unread(upload_id=upload_id, fault=fault)
                lease.count_anew()
    prepare_project(project=project)
    if outage is not None:
        raise outage
    lease.report(len(waiting), len(waiting), "Checking files")
    # An archive has a job of its own, which tells. What an earlier run kept is told by this one.
    lease.is_look = not lease.has_kept and lease.claim.fencing_token == 1


def _look(lease: Lease, waiting: Sequence[str]) -> tuple[list[str], StorageUnavailableError | None]:
    """Look at files; return those that the store did not give, and why if it seems to be away."""
    unread: list[str] = []
    fault, in_a_row = None, 0
    for done, upload_id in enumerate(waiting):
        lease.report(done, len(waiting), "Checking files")
        fault = _fault(lease, upload_id)
        in_a_row = in_a_row + 1 if fault else 0
        if fault:
            unread.append(upload_id)
        if in_a_row == IN_A_ROW:
            return unread, fault
    return unread, fault if len(unread) == len(waiting) else None


def _fault(lease: Lease, upload_id: str) -> StorageUnavailableError | None:
    """Look at a file; return why the store did not give it, if so."""
    try:
        if check_upload(upload_id=upload_id).state != Upload.State.CHECKING:
            lease.count_anew()
    except StorageUnavailableError as fault:
        return fault
    return None


def import_archive_job(lease: Lease) -> None:
    """Offer the dataset of an upload, or import every image of a zip and have them prepared.

    Raises:
        StorageUnavailableError: the store does not give it; after a day it is refused for that.

    """
    upload_id = str(lease.claim.args["upload_id"])

    def show(done: int, name: str) -> None:
        lease.report(done, 0, f"Checking {name}")

    work = import_images_alone if lease.claim.args.get("images_alone") else import_archive
    try:
        work(upload_id=upload_id, on_progress=show, on_kept=lease.count_anew)
    except StorageUnavailableError as fault:
        if not is_older(lease.claim, LONGEST_OUTAGE):
            raise
        refuse_unread(upload_id=upload_id, fault=fault)
    upload = Upload.objects.select_related("project").get(pk=upload_id)
    offered = DatasetImport.objects.filter(pk=upload_id)
    if not offered.filter(state__in=UNBEGUN).exists():
        prepare_project(project=upload.project)
    lease.is_look = "images_alone" not in lease.claim.args and offered.exists()
