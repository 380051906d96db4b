"""Rounds, with what people spent while each round's proposals were being corrected."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict

from django.db.models import Prefetch, QuerySet

from annotation.models import Alias, Bundle, Image, Job, Round
from annotation.selectors.access import Person, rows_for
from annotation.selectors.caption_effort import (
    NO_CAPTION_EFFORT,
    CaptionEffort,
    caption_efforts_of,
)
from annotation.selectors.effort_table import By, Figure, effort_sums, figure
from annotation.selectors.jobs import with_stalled


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
    metrics: dict[str, Any]
    decision: str
    created_at: datetime
    finished_at: datetime | None
    created_by: str | None
    job: Job | None


class RoundRow(RoundFacts):
    """A round as the table shows it."""

    effort: Effort


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
    return rows_for(rounds.prefetch_related(_jobs()), user=user)


def round_rows(project_id: int) -> list[RoundRow]:
    """List a project's rounds, the newest first, the pretrained bundle last."""
    rounds = (
        Round.objects.filter(project_id=project_id)
        .select_related("created_by")
        .defer("curve", "caption_curve", "examples")
        .prefetch_related(_jobs())
        .order_by("-number")
    )
    efforts = efforts_of(project_id)
    rows = [
        RoundRow(**round_facts(each), effort=efforts.get(each.bundle_id or "", NO_EFFORT))
        for each in rounds
    ]
    pretrained = Bundle.objects.filter(
        dataset_version=None, pk__in=_bundles_that_served(project_id)
    ).order_by("created_at")
    return rows + [_row_of_pretrained(bundle, rounds, efforts) for bundle in pretrained]


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
        metrics=each.metrics,
        decision=each.decision,
        created_at=each.created_at,
        finished_at=each.finished_at,
        created_by=each.created_by.username if each.created_by else None,
        job=each.job,
    )


def efforts_of(project_id: int) -> dict[str, Effort]:
    """Sum up, for each bundle, what the images cost that it had proposed masks or captions for."""
    described = caption_efforts_of(project_id)
    efforts = {bundle: Effort({**NO_EFFORT, "captions": own}) for bundle, own in described.items()}
    for (bundle, arm), measures in effort_sums(project_id, By.BUNDLE).items():
        if arm != Image.Arm.NONE:
            efforts[bundle] = Effort(
                images=measures["images"].clusters,
                masks=int(measures["seconds"].x),
                seconds_per_mask=figure(measures, "seconds"),
                clicks_per_mask=figure(measures, "clicks"),
                accepted_untouched_share=figure(measures, "untouched"),
                captions=described.get(bundle, NO_CAPTION_EFFORT),
            )
    return efforts


def _jobs() -> "Prefetch[str, QuerySet[Job], str]":
    return Prefetch("job", with_stalled(Job.objects.all()))


def _bundles_that_served(project_id: int) -> QuerySet[Any, Any]:
    bases = Round.objects.filter(project_id=project_id).values("base_bundle")
    aliases = Alias.objects.filter(project_id=project_id).values("bundle")
    return bases.union(aliases)


def _row_of_pretrained(
    bundle: Bundle, rounds: Iterable[Round], efforts: dict[str, Effort]
) -> RoundRow:
    judged = [each.metrics for each in rounds if each.judged_against == bundle.pk]
    figures = next((each["serving"] for each in judged if each.get("serving")), None)
    described = next((each["captions"] for each in judged if each.get("captions")), None)
    return RoundRow(
        id=None,
        number=0,
        state="pretrained",
        trigger="",
        parts=[],
        dataset_version=None,
        base_bundle=None,
        bundle=bundle.pk,
        metrics=({"candidate": figures} if figures else {})
        | ({"captions": {"candidate": described["serving"]}} if described else {}),
        decision="",
        created_at=bundle.created_at,
        finished_at=bundle.created_at,
        created_by=None,
        effort=efforts.get(bundle.pk, NO_EFFORT),
        job=None,
    )
