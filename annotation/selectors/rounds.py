"""Rounds, with what people spent while each round's proposals were being corrected."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from annotation.models import Alias, Bundle, Image, Job, Round
from annotation.selectors.access import Person, rows_for
from annotation.selectors.caption_effort import (
    NO_CAPTION_EFFORT,
    CaptionEffort,
    caption_efforts_of,
)
from annotation.selectors.effort_table import By, Figure, effort_sums, figure
from annotation.selectors.jobs import job_of, with_job


class Effort(TypedDict):
    """What a finished mask cost on the images that a bundle had proposed for, whatever the arm.

    A figure that nobody measured is None.
    """

    images: int
    masks: int
    seconds_per_mask: Figure | None
    clicks_per_mask: Figure | None
    accepted_untouched_share: Figure | None  # of the proposals that people decided on
    captions: CaptionEffort


class RoundFacts(TypedDict):
    """A round by itself; the pretrained bundle is number 0 and has no id."""

    id: int | None
    number: int
    state: str
    trigger: str
    parts: list[str]
    dataset_version: str | None
    base_bundle: str | None
    bundle: str | None
    masks_bundle: str | None  # that has the masks which it trained; None: it trained none
    metrics: dict[str, Any]
    decision: str
    created_at: datetime
    finished_at: datetime | None
    created_by: str | None
    job: Job | None
    runs: int  # how often a worker took its job up: the job's times are of the last


class RoundRow(RoundFacts):
    """A round as the table shows it."""

    effort: Effort | None  # None: it is not told


NO_EFFORT = Effort(
    images=0,
    masks=0,
    seconds_per_mask=None,
    clicks_per_mask=None,
    accepted_untouched_share=None,
    captions=NO_CAPTION_EFFORT,
)


def rounds_for(user: Person) -> QuerySet[Round]:
    """Rounds of the person's projects."""
    rounds = Round.objects.filter(project__deleted_at=None).select_related("created_by")
    return with_job(rows_for(rounds, user=user))


def rounds_of(project_id: int) -> QuerySet[Round]:
    """A project's rounds, without what the table does not show."""
    rounds = Round.objects.filter(project_id=project_id).select_related("created_by")
    return with_job(rounds.defer("curve", "caption_curve", "examples"))


def round_rows(
    project_id: int, rounds: Sequence[Round], *, are_last: bool, tells_effort: bool
) -> list[RoundRow]:
    """Write down some rounds, and what their proposals cost if that is told.

    Behind the last come the pretrained bundles.
    """
    pretrained = _pretrained_of(project_id) if are_last else []
    trained = [each.bundle_id for each in rounds if each.bundle_id]
    bundles = [*trained, *(bundle.pk for bundle in pretrained)]
    efforts = efforts_of(project_id, bundles) if tells_effort else None

    def effort_of(bundle: str | None) -> Effort | None:
        return None if efforts is None else efforts.get(bundle or "", NO_EFFORT)

    rows = [RoundRow(**round_facts(each), effort=effort_of(each.bundle_id)) for each in rounds]
    return rows + [_row_of_pretrained(bundle, effort_of(bundle.pk)) for bundle in pretrained]


def round_facts(each: Round) -> RoundFacts:
    """Write down one round, without what its proposals cost: that sums up all work."""
    return RoundFacts(
        id=each.pk,
        number=each.number,
        state=each.state,
        trigger=each.trigger,
        parts=each.parts,
        dataset_version=each.dataset_version_id,
        base_bundle=each.base_bundle_id,
        bundle=each.bundle_id,
        masks_bundle=each.masks_bundle_id,
        metrics=each.metrics,
        decision=each.decision,
        created_at=each.created_at,
        finished_at=each.finished_at,
        created_by=each.created_by.username if each.created_by else None,
        job=job_of(each),
        runs=each.job.runs if each.job else 0,
    )


def efforts_of(project_id: int, bundles: Collection[str] | None = None) -> dict[str, Effort]:
    """Sum up, for each bundle, what the images cost that it had proposed masks or captions for.

    Given some `bundles`, only for these.
    """
    described = caption_efforts_of(project_id, bundles)
    efforts = {bundle: Effort({**NO_EFFORT, "captions": own}) for bundle, own in described.items()}
    sums = effort_sums(project_id, By.BUNDLE, bundles=bundles)
    for (bundle, arm), measures in sums.items():
        if arm != Image.Arm.NONE:
            efforts[bundle] = Effort(
                images=measures["images"].clusters,
                masks=int(measures["masks"].y),
                seconds_per_mask=figure(measures, "seconds"),
                clicks_per_mask=figure(measures, "clicks"),
                accepted_untouched_share=figure(measures, "untouched"),
                captions=described.get(bundle, NO_CAPTION_EFFORT),
            )
    return efforts


def _pretrained_of(project_id: int) -> list[Any]:
    """List the pretrained bundles that served, each with its figures by the newest that has any.

    These are of `Round.metrics`: those of masks are `figures`, those of captions `described`.
    """
    bases = Round.objects.filter(project_id=project_id).values("base_bundle")
    aliases = Alias.objects.filter(project_id=project_id).values("bundle")
    against = Coalesce(KT("metrics__against"), "base_bundle_id", output_field=CharField())
    judged = (
        Round.objects.filter(project_id=project_id)
        .alias(against=against)
        .filter(against=OuterRef("pk"))
        .order_by("-number")
    )
    masks = judged.filter(metrics__has_key="serving").values("metrics__serving")
    captions = judged.filter(metrics__has_key="captions").values("metrics__captions__serving")
    return list(
        Bundle.objects.filter(dataset_version=None, pk__in=bases.union(aliases))
        .annotate(figures=Subquery(masks[:1]), described=Subquery(captions[:1]))
        .order_by("created_at", "pk")
    )


def _row_of_pretrained(bundle: Any, effort: Effort | None) -> RoundRow:  # noqa: ANN401  # annotated
    return RoundRow(
        id=None,
        number=0,
        state="pretrained",
        trigger="",
        parts=[],
        dataset_version=None,
        base_bundle=None,
        bundle=bundle.pk,
        masks_bundle=bundle.pk,
        metrics=({"candidate": bundle.figures} if bundle.figures else {})
        | ({"captions": {"candidate": bundle.described}} if bundle.described else {}),
        decision="",
        created_at=bundle.created_at,
        finished_at=bundle.created_at,
        created_by=None,
        effort=effort,
        job=None,
        runs=0,
    )
