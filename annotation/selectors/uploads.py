"""Files on their way in."""

from django.db.models import Exists, OuterRef, QuerySet, Sum, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from annotation import jobs
from annotation.models import DatasetImport, Job, Upload
from annotation.selectors.access import Person, rows_for


def uploads_for(user: Person) -> QuerySet[Upload]:
    """Uploads of the person's projects."""
    return rows_for(Upload.objects.filter(project__deleted_at=None), user=user)


def checking_upload_ids(project_id: int) -> list[str]:
    """Uploads whose bytes have arrived and that wait to be looked at, the oldest first.

    Without those that a job of their own looks at.
    """
    waiting = Upload.objects.filter(
        ~Exists(own_jobs()), project_id=project_id, state=Upload.State.CHECKING
    )
    ids = waiting.order_by("created_at", "pk").values_list("pk", flat=True)
    return [str(upload_id) for upload_id in ids]


def pending_bytes(project_id: int) -> int:
    """Return how much the store holds, or shall hold, of what is on its way into a project.

    Files that are sent or wait for a look, and datasets of which something may still come in.
    """
    offered = DatasetImport.objects.filter(
        project_id=project_id, state__in=DatasetImport.NEEDING_FILES
    )
    # Two queries, as an index serves the first: a project may have millions that have come in.
    files = Upload.objects.filter(project_id=project_id, state__in=Upload.ON_THEIR_WAY)
    datasets = Upload.objects.filter(pk__in=offered.values("pk")).exclude(
        state__in=Upload.ON_THEIR_WAY
    )
    return sum(each.aggregate(total=Sum("bytes"))["total"] or 0 for each in (files, datasets))


def own_jobs() -> QuerySet[Job]:
    """Beside an upload, the job of its own: of an archive, or of what may be a dataset."""
    archives = Job.objects.filter(kind=jobs.IMPORT_ARCHIVE, project=OuterRef("project"))
    upload = Cast(OuterRef("pk"), TextField())
    return archives.alias(upload=KeyTextTransform("upload_id", "args")).filter(upload=upload)
