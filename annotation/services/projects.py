"""Projects: made with their labels, changed, put in the trash and brought back (DESIGN P9)."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotation.models import Assignment, Image, Label, Membership, Project

log = structlog.get_logger(__name__)


@transaction.atomic
def create_project(
    *,
    name: str,
    created_by: User,
    description: str = "",
    labels: Sequence[Mapping[str, str]] = (),
    overlap: int = 1,
    holdout_share: float = 0.1,
    plan: str = Project.Plan.WHOLE,
) -> Project:
    """Make a project; whoever makes it is its first manager. `labels`: name and color each."""
    project = Project.objects.create(
        name=name,
        description=description,
        overlap=overlap,
        holdout_share=holdout_share,
        plan=plan,
        created_by=created_by,
    )
    Membership.objects.create(project=project, user=created_by, role=Membership.Role.MANAGER)
    Label.objects.bulk_create(Label(project=project, **label) for label in labels)
    log.info("project_created", project_id=project.pk, user_id=created_by.pk)
    return project


@transaction.atomic
def update_project(*, project: Project, changes: Mapping[str, Any]) -> Project:
    """Change the named fields. A new overlap adds places to images, or takes open ones away."""
    locked = Project.objects.select_for_update().get(pk=project.pk)
    before = locked.overlap
    for name, value in changes.items():
        setattr(locked, name, value)
    if changes:
        locked.save(update_fields=list(changes))
    _fit_places(locked, before)
    return locked


def delete_project(*, project: Project, by: User) -> None:
    """Put a project in the trash: everything inside stays and disappears from view."""
    _visible(project).update(deleted_at=timezone.now())
    log.info("project_deleted", project_id=project.pk, user_id=by.pk)


def restore_project(*, project: Project, by: User) -> None:
    """Bring a project back from the trash."""
    Project.objects.filter(pk=project.pk).update(deleted_at=None)
    log.info("project_restored", project_id=project.pk, user_id=by.pk)


def _visible(project: Project) -> QuerySet[Project]:
    return Project.objects.filter(pk=project.pk, deleted_at=None)


def _fit_places(project: Project, before: int) -> None:
    """Make or take away the places that a changed overlap adds or leaves over."""
    surplus = Assignment.objects.filter(
        image__project=project,
        kind=Assignment.Kind.ANNOTATE,
        slot__gte=project.overlap,
        state=Assignment.State.OPEN,
    )
    if project.overlap < before:
        surplus.delete()
    for slot in range(before, project.overlap):
        images = Image.objects.filter(project=project).values_list("pk", flat=True)
        places = [Assignment(image_id=image_id, slot=slot) for image_id in images]
        Assignment.objects.bulk_create(places, batch_size=1000, ignore_conflicts=True)
