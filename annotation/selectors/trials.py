"""Trials of a candidate beside what serves: since when, and what people did with either."""

from datetime import datetime
from typing import TypedDict

from django.db.models import Exists, OuterRef, Q

from annotation.models import Alias, AliasMove, Bundle, Image, Operation, Proposal
from annotation.selectors.effort_table import (
    By,
    EffortRow,
    Figure,
    Measures,
    effort_row,
    effort_sums,
    excess,
    with_alike,
)
from annotation.selectors.serving import alike

Arm = Image.Arm


class TrialDifference(TypedDict):
    """Candidate less serving."""

    seconds: Figure | None  # per mask
    clicks: Figure | None  # per mask
    strokes: Figure | None  # per mask
    untouched: Figure | None  # share of the proposals decided on
    iou: Figure | None  # of proposals to what became of them


class Trial(TypedDict):
    """A bundle's time on trial.

    An arm has figures of the images that were begun and finished meanwhile, and none without any.
    """

    bundle: str
    round: int  # which made the bundle
    since: datetime
    ended_at: datetime | None
    images: int  # that have its proposals
    candidate: EffortRow | None
    serving: EffortRow | None
    serving_accepted: bool  # some of its proposals by itself, on the images of `serving`
    difference: TrialDifference | None


def trial_of(project_id: int) -> Trial | None:
    """Return a project's newest trial, whether it runs or has ended; None before the first."""
    moves = AliasMove.objects.filter(project_id=project_id).order_by("-pk")
    tried = moves.filter(name=Alias.Name.CANDIDATE)
    begun = tried.filter(to_bundle__isnull=False).select_related("to_bundle__round").first()
    if begun is None or begun.to_bundle is None or begun.to_bundle.round is None:
        return None  # whatever is tried came out of a round
    ended = tried.filter(pk__gt=begun.pk).first()
    served = (
        moves.filter(name=Alias.Name.SERVING, pk__lt=begun.pk).select_related("to_bundle").first()
    )
    return _trial(begun, begun.to_bundle, begun.to_bundle.round.number, served, ended)


def _trial(
    begun: AliasMove,
    bundle: Bundle,
    number: int,
    served: AliasMove | None,
    ended: AliasMove | None,
) -> Trial:
    ended_at = ended.at if ended else None
    candidate = bundle.pk, Arm.CANDIDATE.value
    serving = (served and served.to_bundle_id) or "", Arm.SERVING.value
    made = effort_sums(begun.project_id, By.ROUND, begun.at, ended_at)
    sums = with_alike(made, [candidate[0], serving[0]])
    own, others = sums.get(candidate), sums.get(serving)
    proposed_for = Image.objects.filter(
        project_id=begun.project_id,
        deleted_at=None,
        arm=Arm.CANDIDATE,
        proposed_by__in=alike(bundle),
    )
    return Trial(
        bundle=bundle.pk,
        round=number,
        since=begun.at,
        ended_at=ended_at,
        images=proposed_for.count(),
        candidate=effort_row(candidate, "", sums) if own else None,
        serving=effort_row(serving, "", sums) if others else None,
        serving_accepted=bool(others) and _has_accepted(begun, served, ended_at),
        difference=_difference(own, others) if own and others else None,
    )


def _has_accepted(begun: AliasMove, served: AliasMove | None, ended_at: datetime | None) -> bool:
    """Tell whether what served accepted proposals by itself on images that the trial compares.

    It did before the trial: while one runs, no model may. So it is ahead by that, also once the
    trial has ended.
    """
    if served is None or served.to_bundle is None:
        return False
    finished = Image.objects.filter(
        project_id=begun.project_id,
        deleted_at=None,
        status__in=Image.FINISHED,
        arm=Arm.SERVING,
        proposed_by__in=alike(served.to_bundle),
        finished_at__gte=begun.at,
    )
    if ended_at is not None:
        finished = finished.filter(finished_at__lt=ended_at)
    before = Operation.objects.filter(
        image=OuterRef("image"), author__isnull=False, created_at__lt=begun.at
    )
    accepted = Proposal.objects.filter(is_auto_accepted=True, image__in=finished)
    return accepted.exclude(Q(Exists(before))).exists()


def _difference(own: Measures, others: Measures) -> TrialDifference:
    return TrialDifference(
        seconds=excess(own, others, "seconds"),
        clicks=excess(own, others, "clicks"),
        strokes=excess(own, others, "strokes"),
        untouched=excess(own, others, "untouched"),
        iou=excess(own, others, "iou"),
    )
