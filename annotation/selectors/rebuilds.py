"""Bundles that were made again, with their jobs, and the newest of each bundle."""

from django.db.models import Prefetch, QuerySet

from annotation.models import Rebuild
from annotation.selectors.access import Person, rows_for
from annotation.selectors.jobs import with_job


def rebuilds_for(user: Person) -> QuerySet[Rebuild]:
    """Rebuilds in the person's projects."""
    return rows_for(_with_jobs(Rebuild.objects.filter(project__deleted_at=None)), user=user)


def rebuilds_of(project_id: int, bundle_id: str) -> QuerySet[Rebuild]:
    """Every time that a project had a bundle made again."""
    return _with_jobs(Rebuild.objects.filter(project_id=project_id, bundle_id=bundle_id))


def newest_rebuilds(project_id: int) -> "Prefetch[str, QuerySet[Rebuild], str]":
    """Prefetch, with bundles, the newest rebuild of each: a list of one or none."""
    newest = Rebuild.objects.filter(project_id=project_id)
    newest = newest.order_by("bundle", "-created_at", "-id").distinct("bundle")
    return Prefetch("rebuilds", _with_jobs(newest), to_attr="newest_rebuilds")


def _with_jobs(rebuilds: QuerySet[Rebuild]) -> QuerySet[Rebuild]:
    return with_job(rebuilds.select_related("created_by"))
