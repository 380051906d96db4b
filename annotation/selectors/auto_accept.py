"""What the model accepted by itself, what audits say of it, and how reliable its scores are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict

from django.db.models import Avg, Count, F, Q, QuerySet, Value
from django.db.models.functions import Floor, Least

from annotation.models import Alias, Project, Proposal
from annotation.selectors.effort_table import UNTOUCHED_IOU
from engine.verification.promise import Precision, measured_precision

State = Proposal.State
BINS: Final = 10  # of scores, each a tenth wide
AS_IT_WAS: Final = Q(state=State.ACCEPTED, final_iou__gte=UNTOUCHED_IOU)
# An accepted one may still be corrected until its image is finished.
DECIDED_BY_A_PERSON: Final = Q(decided_by__isnull=False) & (
    Q(state=State.ACCEPTED, final_iou__isnull=False)
    | Q(state__in=[State.REJECTED, State.NEEDS_WORK])
)


@dataclass(frozen=True, slots=True)
class Audit:
    """Of the proposals that auto-accept left to people since its precision was promised."""

    audited: int
    decided: int
    untouched: int  # accepted, and so they were when the image was finished


class ScoreBin(TypedDict):
    """Proposals that people decided on, of about one score."""

    low: float  # scores from here
    high: float  # to here
    mean_score: float
    accepted_share: float  # untouched
    count: int


class AutoAccept(TypedDict):
    """What a manager sees of auto-accept."""

    wanted_precision: float | None  # None: people decide all
    since: datetime | None  # None: it was never switched on
    stopped_at: datetime | None
    stop_reason: str
    accepted: int  # by the model, whenever
    audited: int
    decided: int
    measured: Precision | None
    has_scores: bool  # the serving bundle has a verifier, and has used it
    bins: list[ScoreBin]  # of the serving bundle's proposals, those with any


def audit_of(project: Project) -> Audit:
    """Count what audits have come to, in one query."""
    return Audit(**_audited(project).aggregate(**_AUDIT))


def auto_accept_of(project: Project) -> AutoAccept:
    """Sum up auto-accept in three queries, whatever the project's size."""
    mine = _proposals(project)
    audit = audit_of(project)
    serving = Alias.objects.filter(project=project, name=Alias.Name.SERVING).values("bundle")
    is_scored = Q(bundle__in=serving, verifier_score__isnull=False)
    counts = mine.aggregate(
        accepted=Count("pk", filter=Q(is_auto_accepted=True)),
        scored=Count("pk", filter=is_scored),
    )
    return AutoAccept(
        wanted_precision=project.auto_accept_precision,
        since=project.auto_accept_since,
        stopped_at=project.auto_accept_stopped_at,
        stop_reason=project.auto_accept_stop_reason,
        accepted=counts["accepted"],
        audited=audit.audited,
        decided=audit.decided,
        measured=measured_precision(audit.untouched, audit.decided),
        has_scores=counts["scored"] > 0,
        bins=_bins(mine.filter(is_scored)),
    )


_AUDIT: Final = {
    "audited": Count("pk", filter=~Q(state=State.SUPERSEDED)),
    "decided": Count("pk", filter=DECIDED_BY_A_PERSON),
    "untouched": Count("pk", filter=DECIDED_BY_A_PERSON & AS_IT_WAS),
}


def _proposals(project: Project) -> QuerySet[Proposal]:
    return Proposal.objects.filter(image__project=project, image__deleted_at=None)


def _audited(project: Project) -> QuerySet[Proposal]:
    since = project.auto_accept_since or project.created_at
    return _proposals(project).filter(is_audited=True, created_at__gte=since)


def _bins(scored: QuerySet[Proposal]) -> list[ScoreBin]:
    rows = (
        scored.filter(DECIDED_BY_A_PERSON)
        .annotate(bin=Least(Floor(F("verifier_score") * BINS), Value(float(BINS - 1))))
        .values("bin")
        .annotate(
            all=Count("pk"), untouched=Count("pk", filter=AS_IT_WAS), mean=Avg("verifier_score")
        )
        .order_by("bin")
    )
    return [
        ScoreBin(
            low=row["bin"] / BINS,
            high=(row["bin"] + 1) / BINS,
            mean_score=row["mean"],
            accepted_share=row["untouched"] / row["all"],
            count=row["all"],
        )
        for row in rows
    ]
