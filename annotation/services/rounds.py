"""Rounds: started once, followed step by step by their job, and ended by the gate."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import structlog
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Case, Max, Q, Value, When
from django.db.models.functions import Now

from annotation import caption_models, jobs
from annotation.errors import DomainError
from annotation.models import Alias, Bundle, DatasetVersion, Job, Project, Round
from annotation.selectors.to_learn import all_to_learn, new_to_learn
from annotation.services.bundles import hold_serving, promote_bundle
from annotation.services.gate import Verdict
from annotation.services.jobs import cancel_job, enqueue_job

State = Round.State
Part = Round.Part
CURVES: Final = {Part.MASKS: "curve", Part.CAPTIONS: "caption_curve"}  # fields of a round
IS_RUNNING: Final = "A round is running; wait for it or cancel it."
NOTHING_THERE: Final = {
    Part.MASKS: "No finished image outside the holdout has a mask to learn from.",
    Part.CAPTIONS: "No finished image outside the holdout was described.",
}
log = structlog.get_logger(__name__)


class RoundRunningError(DomainError):
    """One round at a time."""

    code = "round_running"


class NothingNewError(DomainError):
    """Nothing was finished or described since the last round, or at all."""

    code = "nothing_new"


class NotPreparedError(DomainError):
    """The project serves no bundle yet."""

    code = "not_prepared"


@transaction.atomic
def start_round(
    *,
    project: Project,
    trigger: str,
    created_by: User | None,
    parts: Collection[str] | None = None,
    request_id: UUID | None = None,
) -> Round:
    """Begin a round and enqueue its job. The same request_id returns the same round.

    Without parts it trains what has something new to learn from. Parts that a person chooses may
    learn from what they know already: the holdout may have grown since, or the recipe changed.

    Raises:
        RoundRunningError: one runs already.
        NotPreparedError: the project serves no bundle yet.
        NothingNewError: there is nothing new, or nothing at all for a part that was chosen.

    """
    key = f"round:{request_id}" if request_id else None
    Project.objects.select_for_update().get(pk=project.pk)
    if key and (known := Round.objects.filter(job__idempotency_key=key).first()):
        return known
    rounds = Round.objects.filter(project=project)
    if rounds.filter(state__in=Round.RUNNING).exists():
        raise RoundRunningError(IS_RUNNING)
    serving = Alias.objects.filter(project=project, name=Alias.Name.SERVING).first()
    if serving is None:
        raise NotPreparedError(
            "No model serves here yet: it comes with the first images, once they are prepared."
        )
    chosen = _parts_to_train(project, parts)
    newest = rounds.aggregate(newest=Max("number"))["newest"] or 0
    try:
        with transaction.atomic():
            created = Round.objects.create(
                project=project,
                number=newest + 1,
                trigger=trigger,
                parts=chosen,
                base_bundle_id=serving.bundle_id,
                created_by=created_by,
            )
    except IntegrityError:  # one that had failed was taken up again meanwhile
        raise RoundRunningError(IS_RUNNING) from None
    created.job = enqueue_job(
        kind=jobs.RUN_ROUND,
        project=project,
        args={"round_id": created.pk},
        created_by=created_by,
        idempotency_key=key,
    )
    created.save(update_fields=["job"])
    log.info(
        "round_started", round_id=created.pk, number=created.number, trigger=trigger, parts=chosen
    )
    return created


def reopen_round(*, round_id: int) -> Round:
    """Take up a round whose job runs (again): one that had failed or was cancelled goes on."""
    ended = Round.objects.filter(pk=round_id, state__in=[State.FAILED, State.CANCELLED])
    stood = Case(When(bundle=None, then=Value(State.TRAINING)), default=Value(State.EVALUATING))
    try:
        with transaction.atomic():
            ended.update(state=stood, finished_at=None, decision="")
    except IntegrityError:
        raise RoundRunningError("Another round of the project runs by now.") from None
    return Round.objects.select_related("project", "base_bundle", "bundle").get(pk=round_id)


def begin_version(*, round_id: int) -> None:
    """Note that the version which the round trains on is about to be cut: it knows what is there.

    What is finished meanwhile may be in it, and counts as new all the same.
    """
    Round.objects.filter(pk=round_id, dataset_version=None).update(learns_until=Now())


def freeze_version(*, round_id: int, version: DatasetVersion) -> None:
    """Note what the round trains on; the first answer stays."""
    Round.objects.filter(pk=round_id, dataset_version=None).update(dataset_version=version)


def record_curve(*, round_id: int, part: str, curve: Sequence[Mapping[str, float]]) -> None:
    """Replace a part's loss curve by a longer one."""
    points = [dict(point) for point in curve]
    Round.objects.filter(pk=round_id).update(**{CURVES[Part(part)]: points})


def record_examples(*, round_id: int, examples: Mapping[str, Any]) -> None:
    """Keep the objects that show what the round learned; see `Round.examples`."""
    Round.objects.filter(pk=round_id).update(examples=dict(examples))


def record_bundle(*, round_id: int, bundle: Bundle) -> None:
    """Note what came out of training; evaluation is next."""
    made = Round.objects.filter(pk=round_id, state=State.TRAINING)
    if made.update(bundle=bundle, state=State.EVALUATING):
        Bundle.objects.filter(pk=bundle.pk).update(round=round_id)


@transaction.atomic
def finish_round(
    *,
    round_id: int,
    serving: str,
    metrics: Mapping[str, Any],
    verdict: Verdict,
    trained: Collection[str] | None = None,
    composed: Bundle | None = None,
) -> Round:
    """Write the figures and do as the gate says, once.

    Args:
        round_id: the round that was judged.
        serving: the bundle that the candidate was compared with.
        metrics: see `Round.metrics`.
        verdict: on all parts together.
        trained: the parts that were trained, where some could not be.
        composed: what to promote in the candidate's place: the parts of it that passed.

    Raises:
        ServingMovedError: another bundle came to serve meanwhile; nothing is written.

    """
    judged = Round.objects.select_for_update().select_related("project").get(pk=round_id)
    if judged.state != State.EVALUATING or judged.bundle is None:
        return judged
    if composed and composed != judged.bundle:
        judged.bundle, judged.trained_bundle = composed, judged.bundle
    if trained is not None:
        judged.parts = list(trained)
    hold_serving(project=judged.project, expected=serving)
    state = State.PROMOTED if verdict.is_promoted else State.REFUSED
    if verdict.is_promoted:
        promote_bundle(
            project=judged.project,
            expected=serving,
            to=judged.bundle,
            reason=f"round {judged.number}",
            by=None,
        )
    judged.state, judged.decision, judged.metrics = state, verdict.reason, dict(metrics)
    judged.save(update_fields=["state", "decision", "metrics", "bundle", "trained_bundle", "parts"])
    Round.objects.filter(pk=round_id).update(finished_at=Now())
    log.info("round_finished", round_id=round_id, state=state, decision=verdict.reason)
    return judged


@transaction.atomic
def promote_by_hand(
    *, project: Project, bundle: Bundle, serving_seen: str, reason: str, by: User
) -> None:
    """Serve a bundle on a person's judgement, whatever the gate said. Safe to repeat.

    Raises:
        ServingMovedError: the project serves neither `serving_seen` nor the bundle itself.

    """
    if Alias.objects.filter(project=project, name=Alias.Name.SERVING, bundle=bundle).exists():
        return
    on_trial = Alias.objects.filter(project=project, name=Alias.Name.CANDIDATE, bundle=bundle)
    way = "after a trial" if on_trial.exists() else "by hand"
    promote_bundle(project=project, expected=serving_seen, to=bundle, reason=reason, by=by)
    judged = Round.objects.select_for_update(of=("self",))
    refused = judged.filter(bundle=bundle, state=State.REFUSED).first()
    if refused is not None:
        refused.state = State.PROMOTED
        gate = refused.decision.removeprefix("Not promoted: ")
        refused.decision = f"Promoted {way} by {by.username}. The gate had refused: {gate}"
        refused.save(update_fields=["state", "decision"])
    halved = judged.filter(trained_bundle=bundle).first()
    if halved is not None:
        halved.bundle, halved.trained_bundle = bundle, None
        passed = {*halved.parts, *([Bundle.Part.LABELS] if Part.MASKS in halved.parts else [])}
        halved.metrics["passed"] = [part for part in Bundle.Part.values if part in passed]
        halved.decision = (
            f"All promoted {way} by {by.username}. The gate had said: {halved.decision}"
        )
        halved.save(update_fields=["bundle", "trained_bundle", "metrics", "decision"])


@transaction.atomic
def cancel_round(*, round_id: int) -> Round:
    """Stop a round that runs, or that waits to be taken up again; its job ends at the next step."""
    is_going = Q(state__in=Round.RUNNING) | Q(job__state__in=Job.UNFINISHED)
    going = Round.objects.filter(is_going, pk=round_id)
    job_id = going.values_list("job_id", flat=True).first()
    if job_id is not None and cancel_job(job_id=job_id).state == Job.State.CANCELLED:
        settle_rounds()
    return Round.objects.get(pk=round_id)


def settle_rounds() -> int:
    """End the rounds whose job has ended without finishing them; return how many."""
    open_rounds = Round.objects.filter(state__in=Round.RUNNING)
    settled = open_rounds.filter(job__state=Job.State.CANCELLED).update(
        state=State.CANCELLED, decision="Cancelled.", finished_at=Now()
    )
    for failed in open_rounds.filter(job__state=Job.State.FAILED).select_related("job"):
        # It may have been tried again since: then its job has not failed.
        settled += open_rounds.filter(pk=failed.pk, job__state=Job.State.FAILED).update(
            state=State.FAILED,
            decision=failed.job.error if failed.job else "",
            finished_at=Now(),
        )
    return settled


def _parts_to_train(project: Project, wanted: Collection[str] | None) -> list[str]:
    """Return the parts that are wanted, or those with news, in their usual order.

    Raises:
        NothingNewError: a wanted part has nothing to learn from, or none has anything new.

    """
    if wanted is None:
        return _parts_with_news(new_to_learn(project.pk))
    there = all_to_learn(project.pk)
    for part in wanted:
        if not there[part]:
            raise NothingNewError(NOTHING_THERE[Part(part)])
    return [part for part in Part.values if part in wanted]


def _parts_with_news(news: Mapping[str, int]) -> list[str]:
    parts = [part for part in Part.values if news[part]]
    if not parts:
        raise NothingNewError("No image was finished or described since the last round.")
    if parts == [Part.CAPTIONS] and not caption_models.are_installed():
        # A retrain policy would start a round that fails, minute after minute.
        raise NothingNewError(f"Only descriptions are new, and {caption_models.MISSING}.")
    return parts
