"""Projects: made with their labels, changed, put in the trash and brought back (DESIGN P9)."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotation.jobs import PREPARE_IMAGES, RUN_ROUND
from annotation.models import Assignment, Image, Job, Label, Membership, Project
from annotation.services.assignments import finish_images_done_by_all
from annotation.services.draws import people_for
from annotation.services.jobs import cancel_job
from annotation.services.preparation import prepare_project
from annotation.services.promises import promise

BATCH: Final = 1000  # images
# What is proposed where, and what comes next.
SEEN_TO_BY_A_JOB: Final = (
    "next_by",
    "without_proposals_share",
    "previous_bundle_share",
    "candidate_bundle_share",
)
log = structlog.get_logger(__name__)


@transaction.atomic
def create_project(
    *,
    name: str,
    created_by: User,
    labels: Sequence[Mapping[str, str]] = (),
    **settings: str | float,
) -> Project:
    """Make a project; whoever makes it is its first manager.

    Args:
        name: what it is called.
        created_by: that manager.
        labels: name and color of each.
        settings: other fields of the project, where its defaults will not do.

    """
    project = Project.objects.create(name=name, created_by=created_by, **settings)
    Membership.objects.create(project=project, user=created_by, role=Membership.Role.MANAGER)
    Label.objects.bulk_create(Label(project=project, **label) for label in labels)
    log.info("project_created", project_id=project.pk, user_id=created_by.pk)
    return project


@transaction.atomic
def update_project(*, project: Project, changes: Mapping[str, Any]) -> Project:
    """Change the named fields.

    Another number of people adds places to images, or takes open ones away; another order, and
    other arms of what nobody has begun, are made by a job.
    """
    locked = Project.objects.select_for_update().get(pk=project.pk)
    if "auto_accept_precision" in changes:
        changes = {**changes, **promise(locked, changes["auto_accept_precision"])}
    needs_preparing = any(
        changes.get(name, getattr(locked, name)) != getattr(locked, name)
        for name in SEEN_TO_BY_A_JOB
    )
    for name, value in changes.items():
        setattr(locked, name, value)
    if changes:
        locked.save(update_fields=list(changes))
    if changes.keys() & {"overlap", "overlap_share", "holdout_people"}:
        _fit_places(locked)
    if needs_preparing:
        prepare_project(project=locked)
    return locked


@transaction.atomic
def delete_project(*, project: Project, by: User) -> None:
    """Put a project in the trash: everything inside stays and disappears from view.

    Nobody waits for its images and its next model any more, so that preparing and training end.
    """
    _visible(project).update(deleted_at=timezone.now())
    idle = Job.objects.filter(project=project, kind__in=[PREPARE_IMAGES, RUN_ROUND])
    for job in idle.filter(finished_at=None):
        cancel_job(job_id=job.pk)
    log.info("project_deleted", project_id=project.pk, user_id=by.pk)


@transaction.atomic
def restore_project(*, project: Project, by: User) -> None:
    """Bring a project back from the trash, and prepare what is not prepared."""
    Project.objects.filter(pk=project.pk).update(deleted_at=None)
    prepare_project(project=project, by=by)
    log.info("project_restored", project_id=project.pk, user_id=by.pk)


def _visible(project: Project) -> QuerySet[Project]:
    return Project.objects.filter(pk=project.pk, deleted_at=None)


def _fit_places(project: Project) -> None:
    """Take away open places that are too many, and make those missing at unfinished images."""
    images = Image.objects.filter(project=project).order_by("pk")
    rows = images.values_list("pk", "sha256", "is_holdout", "status").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        people = {
            (pk, status): people_for(sha256, is_holdout=is_holdout, project=project)
            for pk, sha256, is_holdout, status in batch
        }
        surplus = Assignment.objects.filter(
            kind=Assignment.Kind.ANNOTATE, state=Assignment.State.OPEN
        )
        for count in set(people.values()):
            ids = [pk for (pk, _), wanted in people.items() if wanted == count]
            surplus.filter(image__in=ids, slot__gte=count).delete()
        Assignment.objects.bulk_create(
            (
                Assignment(image_id=pk, slot=slot)
                for (pk, status), wanted in people.items()
                if status == Image.Status.TODO
                for slot in range(wanted)
            ),
            ignore_conflicts=True,
        )
    finish_images_done_by_all(project)
