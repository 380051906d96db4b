"""When a round starts by itself: after so many finished images, every so many hours, or as it pays.

It pays once the time that it is expected to save people, by what the last rounds saved each time
the finished images doubled, exceeds the last round's at the price that a manager sets.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from annotation import caption_models
from annotation.models import Project, Round
from annotation.selectors.expectation import expectation_of
from annotation.selectors.to_learn import finished_since_round, new_captions, new_masks
from annotation.services.rounds import (
    NothingNewError,
    NotPreparedError,
    RoundRunningError,
    start_round,
)
from engine.returns import pays


def apply_retrain_policies() -> list[Round]:
    """Start the rounds that are due; return them."""
    projects = Project.objects.filter(
        Q(retrain_after_images__isnull=False)
        | Q(retrain_every_hours__isnull=False)
        | Q(retrain_at_price__isnull=False),
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
    needed, hours = project.retrain_after_images, project.retrain_every_hours
    if needed is not None and _new_since_any(project) >= needed:
        return "images"
    if hours is not None and _waited_for(project, hours):
        return "schedule"
    if project.retrain_at_price is not None and _pays(project, project.retrain_at_price):
        return "pays"
    return None


def _new_since_any(project: Project) -> int:
    """Count images that are new to masks, or to captions if there are more, since the last round.

    Also since one that failed or was cancelled. Else what made it fail, or the person who stopped
    it, would meet the next one a minute later. A round of captions alone leaves masks as new as
    they were. Of captions the last round of any kind counts: it may have left them out.
    """
    rounds = project.rounds.all()
    masks = new_masks(project.pk, rounds.filter(parts__contains=[Round.Part.MASKS]))
    return max(masks, new_captions(project.pk, rounds) if caption_models.are_installed() else 0)


def _waited_for(project: Project, hours: float) -> bool:
    """Tell whether the newest round began so long ago."""
    rounds = Round.objects.filter(project=project).order_by("-number")
    began = rounds.values_list("created_at", flat=True).first() or project.created_at
    return timezone.now() - began >= timedelta(hours=hours)


def _pays(project: Project, price: float) -> bool:
    """Tell whether a round is expected to be worth it; as long as that is not known, it is not."""
    if not finished_since_round(project.pk):  # it would save nothing: no need to sum up all work
        return False
    expected = expectation_of(project.pk)
    saving, round_s = expected["saving"], expected["round_s"]
    if saving is None or round_s is None:
        return False
    return pays(saving_s=saving["value"], round_s=round_s, price=price)
