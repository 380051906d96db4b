"""Imports of datasets: who may see them, and what could not be used."""

from django.db.models import QuerySet

from annotation.models import DatasetImport, ImportProblem
from annotation.selectors.access import Person, rows_for
from annotation.selectors.jobs import with_job


def dataset_imports_for(user: Person) -> QuerySet[DatasetImport]:
    """Imports of the person's projects, each with its last job."""
    imports = DatasetImport.objects.filter(project__deleted_at=None)
    return with_job(rows_for(imports, user=user).select_related("created_by"))


def problems_of(dataset_import: DatasetImport) -> QuerySet[ImportProblem]:
    """What could not be used, in the order in which it was found."""
    return dataset_import.problems.order_by("pk")
