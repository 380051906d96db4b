"""Saved queries of versions, and the cuts that were asked for."""

from django.db.models import Exists, OuterRef, QuerySet

from annotation.models import VersionCut, VersionQuery
from annotation.selectors.access import Person, rows_for
from annotation.selectors.jobs import with_job


def version_queries_for(user: Person) -> QuerySet[VersionQuery]:
    """Saved queries of the person's projects, also those that are no longer offered."""
    queries = VersionQuery.objects.filter(project__deleted_at=None).select_related("created_by")
    return rows_for(queries, user=user)


def offered(queries: QuerySet[VersionQuery]) -> QuerySet[VersionQuery]:
    """Keep the newest number of each name."""
    later = VersionQuery.objects.filter(
        project=OuterRef("project"), name=OuterRef("name"), number__gt=OuterRef("number")
    )
    return queries.filter(~Exists(later), dropped_at=None)


def version_cuts_for(user: Person) -> QuerySet[VersionCut]:
    """Cuts of the person's projects, with their jobs."""
    cuts = VersionCut.objects.filter(project__deleted_at=None)
    return with_job(rows_for(cuts.select_related("created_by", "query"), user=user))
