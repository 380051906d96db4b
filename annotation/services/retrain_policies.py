"""When a round starts by itself: after so many finished images, or every so many hours."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from annotation.models import Project, Round
from annotation.selectors.counts import finished_since_round
from annotation.services.rounds import (
    NothingNewError,
    NotPreparedError,
    RoundRunningError,
    start_round,
)


def apply_retrain_policies() -> list[Round]:
    """Start the rounds that are due; return them."""
    projects = Project.objects.filter(
        Q(retrain_after_images__isnull=False) | Q(retrain_every_hours__isnull=False),
        deleted_at=None,
    )
    started = []
    for project in projects:
        trigger = _due(project)
        if trigger is None:
            continue
        try:
            started.append(start_round(project=project, trigger=trigger, created_by=None))
        except (RoundRunningError, NothingNewError, NotPreparedError):
            continue
    return started


def _due(project: Project) -> str | None:
    """Name the policy that wants a round now."""
    needed = project.retrain_after_images
    if needed is not None and finished_since_round(project.pk) >= needed:
        return "images"
    if project.retrain_every_hours is None:
        return None
    began = (
        Round.objects.filter(project=project)
        .order_by("-number")
        .values_list("created_at", flat=True)
        .first()
    ) or project.created_at
    waited = timezone.now() - began
    return "schedule" if waited >= timedelta(hours=project.retrain_every_hours) else None
