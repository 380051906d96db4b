"""Imports of datasets: who may see them, and what could not be used."""

from django.db.models import Prefetch, QuerySet

from annotation.models import DatasetImport, ImportProblem, Job
from annotation.selectors.access import Person, rows_for
from annotation.selectors.jobs import with_stalled


def dataset_imports_for(user: Person) -> QuerySet[DatasetImport]:
    """Imports of the person's projects, each with its last job."""
    imports = DatasetImport.objects.filter(project__deleted_at=None)
    jobs = Prefetch("job", with_stalled(Job.objects.all()))
    return rows_for(imports, user=user).select_related("created_by").prefetch_related(jobs)


def problems_of(dataset_import: DatasetImport) -> QuerySet[ImportProblem]:
    """What could not be used, in the order in which it was found."""
    return dataset_import.problems.order_by("pk")
