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

    criteria = criteria_of(cut.criteria)
    total = check_something(cut.project, criteria)
    return cut_version(
        project=cut.project,
        note=cut.note,
        created_by=cut.created_by,
        criteria=criteria,
        progress=lambda done: progress(done, max(done, total)),
        keep=keep,
        on_new=_told_at_the_end,
    )


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
    total = check_something(project, criteria)
    return cut_version(
        project=project,
        note=note,
        created_by=None,
        criteria=criteria,
        progress=lambda done: progress(done, max(done, total)),
        keep=partial(_name_query, query=query),
    )


def _told_at_the_end(_: DatasetVersion) -> None:
    """Leave it to the end of the job, which is told whatever it comes to."""


def _name_query(version: DatasetVersion, query: VersionQuery | None) -> None:
    """Write down the saved query that a version was cut from; the first one stays."""
    DatasetVersion.objects.filter(pk=version.pk, cut_from=None).update(cut_from=query)
