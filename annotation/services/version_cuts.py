"""Cutting a version as a job: asked for, done once, and named by what it was cut from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs
from annotation.models import DatasetVersion, Project, VersionCut, VersionQuery
from annotation.selectors.version_criteria import EVERYTHING, Criteria, criteria_of, json_of
from annotation.services.jobs import enqueue_job
from annotation.services.version_queries import check_criteria, check_something
from annotation.services.versions import cut_version


@transaction.atomic
def request_cut(
    *,
    project: Project,
    criteria: Criteria = EVERYTHING,
    query: VersionQuery | None = None,
    note: str = "",
    created_by: User | None,
) -> VersionCut:
    """Have a job cut a version of what there is once it runs; a saved query goes by its criteria.

    Raises:
        InvalidInputError: the project has not what the criteria name.
        NothingToCutError: no image meets them.

    """
    if query is not None:
        criteria = criteria_of(query.criteria)
    check_criteria(project, criteria)
    check_something(project, criteria)
    cut_id = uuid4()
    job = enqueue_job(
        kind=jobs.CUT_VERSION,
        project=project,
        args={"version_cut_id": str(cut_id)},
        created_by=created_by,
    )
    return VersionCut.objects.create(
        pk=cut_id,
        project=project,
        criteria=json_of(criteria),
        query=query,
        note=note,
        job=job,
        created_by=created_by,
    )


def run_cut(
    cut: VersionCut,
    *,
    fence: Callable[[], AbstractContextManager[None]],
    progress: Callable[[int, int], None],
) -> DatasetVersion:
    """Cut what was asked for. The version's row and that it is this cut's are one transaction.

    So a job that is killed anywhere and done again makes no second version. `progress` is told
    how many images are written, and of how many.

    Raises:
        NothingToCutError: what met the criteria is gone.

    """
    if cut.version is not None:
        return cut.version

    def keep(version: DatasetVersion) -> None:
        with fence():
            VersionCut.objects.filter(pk=cut.pk).update(version=version)
            _name_query(version, cut.query)

    return _cut(cut.project, cut.note, cut.created_by, criteria_of(cut.criteria), progress, keep)


def cut_now(
    *,
    project: Project,
    criteria: Criteria,
    query: VersionQuery | None,
    note: str,
    progress: Callable[[int, int], None],
) -> DatasetVersion:
    """Cut a version without a job, for whoever waits for it.

    Raises:
        InvalidInputError: the project has not what the criteria name.
        NothingToCutError: no image meets them.

    """
    check_criteria(project, criteria)
    return _cut(project, note, None, criteria, progress, partial(_name_query, query=query))


def _cut(
    project: Project,
    note: str,
    created_by: User | None,
    criteria: Criteria,
    progress: Callable[[int, int], None],
    keep: Callable[[DatasetVersion], None],
) -> DatasetVersion:
    total = check_something(project, criteria)
    return cut_version(
        project=project,
        note=note,
        created_by=created_by,
        criteria=criteria,
        progress=lambda done: progress(done, max(done, total)),
        keep=keep,
    )


def _name_query(version: DatasetVersion, query: VersionQuery | None) -> None:
    """Write down the saved query that a version was cut from; the first one stays."""
    DatasetVersion.objects.filter(pk=version.pk, cut_from=None).update(cut_from=query)
