"""Files on their way in."""

from django.db.models import QuerySet

from annotation.models import Upload
from annotation.selectors.access import Person, rows_for


def uploads_for(user: Person) -> QuerySet[Upload]:
    """Uploads of the person's projects."""
    return rows_for(Upload.objects.filter(project__deleted_at=None), user=user)


def checking_upload_ids(project_id: int) -> list[str]:
    """Uploads whose bytes have arrived and that wait to be looked at, the oldest first."""
    waiting = Upload.objects.filter(project_id=project_id, state=Upload.State.CHECKING)
    ids = waiting.order_by("created_at", "pk").values_list("pk", flat=True)
    return [str(upload_id) for upload_id in ids]
