"""Rounds, with what people spent while each round's proposals were being corrected."""

from datetime import datetime
from typing import Any, TypedDict

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from annotation.models import Alias, Bundle, Job, Proposal, Round
from annotation.selectors.access import Person, rows_for
from annotation.selectors.caption_effort import (
    NO_CAPTION_EFFORT,
    CaptionEffort,
    caption_efforts_of,
)
from annotation.selectors.jobs import with_stalled

UNTOUCHED_IOU = 0.9999  # a final revision is the proposal itself, but for rounding


class Effort(TypedDict):
    """What a finished mask cost on the images that a bundle had proposed for.

    A sum of zero is None: nobody measured it.
    """

    masks: int
    seconds_per_mask: float | None
    clicks_per_mask: float | None
    accepted_untouched_share: float | None  # of the proposals that people decided on
    captions: CaptionEffort


class RoundRow(TypedDict):
    """A round as the table shows it; the pretrained bundle is row 0 and has no id."""

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
    effort: Effort
    job: Job | None


NO_EFFORT = Effort(
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
    rounds = Round.objects.filter(project_id=project_id).select_related("created_by")
    efforts = efforts_of(project_id)
    rows = [
        round_row(each, efforts)
        for each in rounds.defer("curve", "caption_curve", "examples")
        .prefetch_related(_jobs())
        .order_by("-number")
    ]
    pretrained = Bundle.objects.filter(
        dataset_version=None, pk__in=_bundles_that_served(project_id)
    ).order_by("created_at")
    return rows + [_row_of_pretrained(bundle, rows, efforts) for bundle in pretrained]


def round_row(each: Round, efforts: dict[str, Effort]) -> RoundRow:
    """Write one round as a row."""
    return RoundRow(
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
        effort=efforts.get(each.bundle_id or "", NO_EFFORT),
        job=each.job,
    )


def efforts_of(project_id: int) -> dict[str, Effort]:
    """Sum up, for each bundle, what the images cost that it had proposed masks or captions for."""
    decided = (
        Proposal.objects.filter(
            image__project_id=project_id,
            image__deleted_at=None,
            image__status__in=["done", "reviewed"],
            state__in=["accepted", "rejected"],
            is_auto_accepted=False,
        )
        .values("bundle_id")
        .annotate(all=Count("pk"), untouched=Count("pk", filter=Q(final_iou__gte=UNTOUCHED_IOU)))
    )
    shares = {row["bundle_id"]: row["untouched"] / row["all"] for row in decided}
    described = caption_efforts_of(project_id)
    efforts = {bundle: Effort({**NO_EFFORT, "captions": own}) for bundle, own in described.items()}
    with connection.cursor() as cursor:
        cursor.execute(_EFFORT_SQL, [project_id])
        for bundle, masks, clicks, seconds in cursor.fetchall():
            efforts[bundle] = Effort(
                masks=masks,
                seconds_per_mask=seconds / masks if masks and seconds else None,
                clicks_per_mask=clicks / masks if masks and clicks else None,
                accepted_untouched_share=shares.get(bundle),
                captions=described.get(bundle, NO_CAPTION_EFFORT),
            )
    return efforts


# A second person works without proposals, so only the first one's effort is a bundle's.
# Each image counts once for a bundle, whose proposals it need not have kept: a mask that was
# missing and a proposal that was rejected cost time as well.
_EFFORT_SQL = """
WITH seen AS (
  SELECT DISTINCT p.bundle_id, p.image_id
  FROM annotation_proposal p JOIN annotation_image i ON i.id = p.image_id
  WHERE i.project_id = %s AND i.deleted_at IS NULL AND i.status IN ('done', 'reviewed')
    AND p.state IN ('accepted', 'rejected')
), masks AS (
  SELECT seen.bundle_id, count(DISTINCT m.id) AS masks, sum(r.clicks) AS clicks
  FROM seen
  JOIN annotation_mask m ON m.image_id = seen.image_id AND m.slot = 0
  JOIN annotation_revision head ON head.id = m.head_id AND head.rle IS NOT NULL
  JOIN annotation_revision r ON r.mask_id = m.id AND r.operation_id IS NOT NULL
  GROUP BY 1
), spent AS (
  SELECT seen.bundle_id, sum(a.active_s) AS seconds
  FROM seen JOIN annotation_assignment a ON a.image_id = seen.image_id
    AND a.kind = 'annotate' AND a.slot = 0
  GROUP BY 1
)
SELECT spent.bundle_id, coalesce(masks.masks, 0), coalesce(masks.clicks, 0), spent.seconds
FROM spent LEFT JOIN masks ON masks.bundle_id = spent.bundle_id
"""


def _jobs() -> "Prefetch[str, QuerySet[Job], str]":
    return Prefetch("job", with_stalled(Job.objects.all()))


def _bundles_that_served(project_id: int) -> QuerySet[Any, Any]:
    bases = Round.objects.filter(project_id=project_id).values("base_bundle")
    aliases = Alias.objects.filter(project_id=project_id).values("bundle")
    return bases.union(aliases)


def _row_of_pretrained(
    bundle: Bundle, rows: list[RoundRow], efforts: dict[str, Effort]
) -> RoundRow:
    judged = [row["metrics"] for row in rows if row["base_bundle"] == bundle.pk]
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
