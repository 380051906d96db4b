"""Trials of a candidate beside what serves: since when, and what people did with either."""

from datetime import datetime
from typing import TypedDict

from annotation.models import Alias, AliasMove, Bundle, Image
from annotation.selectors.effort_table import (
    By,
    EffortRow,
    Figure,
    Measures,
    effort_row,
    effort_sums,
    excess,
)

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
    difference: TrialDifference | None


def trial_of(project_id: int) -> Trial | None:
    """Return a project's newest trial, whether it runs or has ended; None before the first."""
    moves = AliasMove.objects.filter(project_id=project_id).order_by("-pk")
    tried = moves.filter(name=Alias.Name.CANDIDATE)
    begun = tried.filter(to_bundle__isnull=False).select_related("to_bundle__round").first()
    if begun is None or begun.to_bundle is None:
        return None
    ended = tried.filter(pk__gt=begun.pk).first()
    served = moves.filter(name=Alias.Name.SERVING, pk__lt=begun.pk).first()
    return _trial(begun, begun.to_bundle, served, ended.at if ended else None)


def _trial(
    begun: AliasMove, bundle: Bundle, served: AliasMove | None, ended_at: datetime | None
) -> Trial:
    sums = effort_sums(begun.project_id, By.ROUND, begun.at, ended_at)
    candidate = bundle.pk, Arm.CANDIDATE.value
    serving = (served and served.to_bundle_id) or "", Arm.SERVING.value
    own, others = sums.get(candidate), sums.get(serving)
    proposed_for = Image.objects.filter(
        project_id=begun.project_id, deleted_at=None, arm=Arm.CANDIDATE, proposed_by=bundle
    )
    return Trial(
        bundle=bundle.pk,
        round=bundle.round.number,
        since=begun.at,
        ended_at=ended_at,
        images=proposed_for.count(),
        candidate=effort_row(candidate, "", sums) if own else None,
        serving=effort_row(serving, "", sums) if others else None,
        difference=_difference(own, others) if own and others else None,
    )


def _difference(own: Measures, others: Measures) -> TrialDifference:
    return TrialDifference(
        seconds=excess(own, others, "seconds"),
        clicks=excess(own, others, "clicks"),
        strokes=excess(own, others, "strokes"),
        untouched=excess(own, others, "untouched"),
        iou=excess(own, others, "iou"),
    )
