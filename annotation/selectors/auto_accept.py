"""What the model accepted by itself, what audits say of it, and how reliable its scores are.

By the verdicts of people who are not doubted: whoever accepts all that is shown would have measured
every promise as kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, TypedDict

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Floor, Least

from annotation.models import Alias, Bundle, Image, Project, Proposal, Round, Stint
from annotation.selectors.doubts import (
    AS_IT_WAS,
    AT_ONCE,
    DECIDED_BY_A_PERSON,
    doubted_people,
)
from annotation.selectors.serving import alike, is_trial_on, proposing_aliases
from engine.bundle import VERIFIER
from engine.verification.promise import Precision, measured_precision

State = Proposal.State
SERVING: Final = Alias.Name.SERVING
ALL: Final = "all"  # whichever bundle proposed
# Undecided on an image that a person has finished, and no import: where proposals that are wrong
# are left standing, verdicts alone would be better than the model is.
LEFT_BY_A_PERSON: Final = (
    Q(state__in=[State.PENDING, State.NOT_SURE], image__status__in=Image.FINISHED)
    & ~AT_ONCE
    & Exists(Stint.objects.filter(image=OuterRef("image"), ended_as=Stint.End.FINISHED))
)
BINS: Final = 10  # of scores, each a tenth wide


@dataclass(frozen=True, slots=True)
class Audit:
    """Of the proposals that auto-accept left to people since its precision was promised."""

    audited: int
    decided: int  # or left undecided by who finished the image: they did not want it
    untouched: int  # of the decided: accepted, and so they were when the image was finished
    left_out: int  # decided by people who are doubted, and not counted as decided
    at_once: int  # accepted with others at once, or picked out from those: not counted as audited

    @property
    def measured(self) -> Precision | None:
        return measured_precision(self.untouched, self.decided)


class Measured(TypedDict):
    """What people found of one bundle's proposals, and of those of bundles alike."""

    decided: int
    measured: Precision | None


class ScoreBin(TypedDict):
    """Proposals that people decided on, of about one score."""

    low: float  # scores from here
    high: float  # to here
    mean_score: float
    accepted: Precision  # untouched
    count: int


class AutoAccept(TypedDict):
    """What a manager sees of auto-accept."""

    wanted_precision: float | None  # None: people decide all
    since: datetime | None  # None: it was never switched on
    stopped_at: datetime | None
    stop_reason: str
    is_paused: bool  # while a candidate is tried, of which people decide all; False: or not to tell
    accepted: int  # by the model, whenever
    audited: int | None  # None, as what follows: not to be told
    decided: int | None
    left_out: int | None  # verdicts of doubted people on those audited; None: not to be told
    at_once: int | None  # of no use, as others as sure were accepted at once; None: not to be told
    measured: Precision | None
    serving: Measured | None  # of that bundle's alone; None: there is none, or not to be told
    has_scores: bool  # the serving bundle has a verifier, and has used it
    can_promise: list[float] | None  # of those asked for, the highest first; None: nobody tried
    bins: list[ScoreBin]  # of the serving bundle's proposals, those with any


def audits_of(project: Project) -> dict[str, Audit]:
    """Count what audits have come to, in three queries: of `ALL`, and of each that proposes now.

    These are named by their aliases, and of each counts what bundles alike have proposed, too. A
    bundle that is worse than those before it would hide behind their audits for long.
    """
    audited, proposers = _proposals(project).filter(_is_audited(project)), _proposers(project)
    counts = audited.aggregate(**_audits(project, proposers, doubted_people(project.pk)))
    return {name: _audit(name, counts) for name in proposers}


def auto_accept_of(project: Project) -> AutoAccept:
    """Sum up auto-accept in seven queries, whatever the project's size."""
    mine, doubted, proposers = _proposals(project), doubted_people(project.pk), _proposers(project)
    is_scored = proposers.get(SERVING, Q(pk__in=[])) & Q(verifier_score__isnull=False)
    counts = mine.aggregate(
        accepted=Count("pk", filter=Q(is_auto_accepted=True)),
        scored=Count("pk", filter=is_scored),
        **_audits(project, proposers, doubted),
    )
    audit = _audit(ALL, counts)
    own: Measured | None = None
    if SERVING in proposers:
        serves = _audit(SERVING, counts)
        own = Measured(decided=serves.decided, measured=serves.measured)
    return AutoAccept(
        wanted_precision=project.auto_accept_precision,
        since=project.auto_accept_since,
        stopped_at=project.auto_accept_stopped_at,
        stop_reason=project.auto_accept_stop_reason,
        is_paused=project.auto_accept_precision is not None and is_trial_on(project.pk),
        accepted=counts["accepted"],
        audited=audit.audited,
        decided=audit.decided,
        left_out=audit.left_out,
        at_once=audit.at_once,
        measured=audit.measured,
        serving=own,
        has_scores=counts["scored"] > 0,
        can_promise=_promisable(project.pk),
        bins=_bins(mine.filter(is_scored).exclude(decided_by__in=doubted)),
    )


def _promisable(project_id: int) -> list[float] | None:
    """Tell what the serving verifier can promise, as the round found that measured it."""
    serving = (
        Alias.objects.filter(project=project_id, name=SERVING).select_related("bundle").first()
    )
    verifier = serving and serving.bundle.manifest["files"].get(VERIFIER)
    if verifier is None:
        return None
    same = Bundle.objects.filter(manifest__files__contains={VERIFIER: verifier})
    tried = (
        Round.objects.filter(project=project_id, metrics__candidate__has_key="promises")
        .annotate(measured=KT("metrics__measured"))
        .filter(measured__in=same.values("pk"))
        .order_by("-number")
        .values_list("metrics__candidate__promises", flat=True)
        .first()
    )
    if tried is None:
        return None
    return sorted(
        (each["promise"] for each in tried if each["threshold"] is not None), reverse=True
    )


def _proposals(project: Project) -> QuerySet[Proposal]:
    return Proposal.objects.filter(image__project=project, image__deleted_at=None)


def _is_audited(project: Project) -> Q:
    since = project.auto_accept_since or project.created_at
    return Q(audited_at__gte=since)


def _proposers(project: Project) -> dict[str, Q]:
    """Name those whose audits are judged, each with which proposals are its own."""
    names = [SERVING, Alias.Name.PREVIOUS] if project.previous_bundle_share else [SERVING]
    aliases = proposing_aliases(project.pk).filter(name__in=names).select_related("bundle")
    return {ALL: Q()} | {each.name: Q(bundle__in=alike(each.bundle)) for each in aliases}


def _audits(
    project: Project, proposers: Mapping[str, Q], doubted: Collection[int]
) -> dict[str, Count]:
    """Count the fields of an `Audit` of each proposer."""
    audited, is_left_out = _is_audited(project), Q(decided_by__in=doubted)
    decided = audited & (DECIDED_BY_A_PERSON | LEFT_BY_A_PERSON)
    counted = {
        "audited": audited & ~Q(state=State.SUPERSEDED) & ~AT_ONCE,
        "decided": decided & ~is_left_out,
        "untouched": decided & ~is_left_out & AS_IT_WAS,
        "left_out": decided & is_left_out,
        "at_once": audited & AT_ONCE,
    }
    return {
        f"{name}_{field}": Count("pk", filter=own & such)
        for name, own in proposers.items()
        for field, such in counted.items()
    }


def _audit(name: str, counts: Mapping[str, int]) -> Audit:
    return Audit(**{each.name: counts[f"{name}_{each.name}"] for each in fields(Audit)})


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
            accepted=accepted,
            count=row["all"],
        )
        for row in rows
        if (accepted := measured_precision(row["untouched"], row["all"]))
    ]
