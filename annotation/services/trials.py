"""Trials: a candidate proposes on some images beside what serves, and nobody is told which."""

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import DomainError
from annotation.models import Alias, Bundle, Project, Round
from annotation.selectors.serving import alike
from annotation.services.bundles import CANDIDATE, hold_serving, point_alias
from annotation.services.preparation import prepare_project
from engine.bundle import ENCODER

log = structlog.get_logger(__name__)


class NotTriableError(DomainError):
    """The round has no bundle that could propose otherwise than what serves."""

    code = "not_triable"


class TrialRunningError(DomainError):
    """One trial at a time."""

    code = "trial_running"


@transaction.atomic
def begin_trial(*, round_id: int, serving_seen: str, by: User) -> None:
    """Let a round's bundle propose on a share of the images that nobody has begun. Safe to repeat.

    Raises:
        ServingMovedError: the project does not serve `serving_seen`.
        NotTriableError: the round's masks cannot be compared with those of what serves.
        TrialRunningError: another bundle is on trial.

    """
    tried = Round.objects.select_related("project").get(pk=round_id)
    bundle = Bundle.objects.filter(pk=tried.masks_bundle_id).first()
    serving = hold_serving(project=tried.project, expected=serving_seen)
    if bundle is None or tried.state not in Round.JUDGED:
        raise NotTriableError("This round has no masks to try.")
    if bundle == serving:
        raise NotTriableError("This round serves already.")
    if alike(serving).filter(pk=bundle.pk).exists():
        raise NotTriableError("What serves has the masks of this round: there is nothing to try.")
    has_own = ENCODER in bundle.manifest["files"]
    if not has_own and bundle.encoder_digest != serving.encoder_digest:
        raise NotTriableError("This round was trained for another encoder.")
    on_trial = Alias.objects.filter(project=tried.project, name=CANDIDATE)
    if on_trial.exclude(bundle=bundle).exists():
        raise TrialRunningError("Another round is on trial; end that first.")
    point_alias(
        project=tried.project,
        name=CANDIDATE,
        to=bundle,
        reason=f"round {tried.number}",
        by=by,
    )
    prepare_project(project=tried.project, by=by)
    log.info("trial_begun", project_id=tried.project_id, bundle=bundle.pk)


@transaction.atomic
def end_trial(*, project: Project, by: User) -> None:
    """Let what serves propose again on what nobody has begun. Safe to repeat."""
    point_alias(project=project, name=CANDIDATE, to=None, reason="by hand", by=by)
    prepare_project(project=project, by=by)
    log.info("trial_ended", project_id=project.pk)
