"""Dataset versions and their exports."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet

from annotation.models import DatasetVersion, Export, Job, Round
from annotation.selectors.access import Person, rows_for
from annotation.selectors.jobs import with_stalled


def versions_for(user: Person) -> QuerySet[DatasetVersion]:
    """Versions of the person's projects."""
    return rows_for(
        with_exports(DatasetVersion.objects.filter(project__deleted_at=None)), user=user
    )


def with_exports(versions: QuerySet[DatasetVersion]) -> QuerySet[DatasetVersion]:
    """Add the exports, the newest first, and `round_numbers`, the rounds that trained on it."""
    rounds = Round.objects.filter(dataset_version=OuterRef("pk")).order_by("number")
    return (
        versions.select_related("created_by")
        .prefetch_related(_exports())
        .annotate(round_numbers=ArraySubquery(rounds.values("number")))
    )


def exports_for(user: Person) -> QuerySet[Export]:
    """Exports of the person's projects."""
    exports = Export.objects.filter(version__project__deleted_at=None)
    return rows_for(exports.prefetch_related(_job()), user=user, path="version__project")


def _exports() -> Prefetch[str, QuerySet[Export], str]:
    return Prefetch("exports", Export.objects.order_by("-created_at").prefetch_related(_job()))


def _job() -> Prefetch[str, QuerySet[Job], str]:
    return Prefetch("job", with_stalled(Job.objects.all()))
