"""What finished masks cost people, by round, size, label, annotator or arm.

In the form of SAM 2's Table 1 (arXiv 2408.00714), with intervals over images. What nobody made
alone is left out: the holdout and what a second person did are annotated without proposals, and
are no arm that was drawn to be compared.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, TypedDict

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, F, TextChoices

from annotation.models import Assignment, Bundle, Image, Label
from annotation.selectors.images import begun
from annotation.selectors.queue import WORKABLE
from annotation.selectors.serving import masks_of
from engine.ratios import (
    Estimate,
    Sums,
    combined,
    difference,
    pooled,
    ratio,
    share,
    share_interval,
)
from engine.segmentation.frame import SIDE, SIZES

Arm = Image.Arm
Kind = Assignment.Kind
ARMS: Final = (*Arm, "")
# Measures of which one tells that somebody counted: a sum of zero alone may be a silent client's.
COUNTED_BY: Final = {
    "seconds": ["seconds"],
    "clicks": ["clicks", "strokes"],
    "strokes": ["clicks", "strokes"],
}
SHARES: Final = {"untouched", "at_once", "iou"}  # within [0, 1]

FEWEST_MASKS: Final = 20  # made with a bundle's proposals, before its seconds are compared
# By name: masks to images; seconds to timed masks; clicks and strokes to masks; untouched and at
# once to decided proposals; iou.
Measures = Mapping[str, Sums]


class By(TextChoices):
    """What the rows of the table are."""

    ROUND = "round"  # whose bundle proposed, and within it the arm
    BUNDLE = "bundle"  # whose bundle proposed, whatever the arm; without proposals apart
    SIZE = "size"
    LABEL = "label"
    ANNOTATOR = "annotator"  # what each did of an image, whoever finished it
    ARM = "arm"


class Figure(TypedDict):
    """A ratio of sums over images, and where it lies with 95 % confidence."""

    value: float
    low: float | None  # None: nothing tells of a spread, as of one image
    high: float | None
    n: int  # masks or proposals that it is of


class Saved(TypedDict):
    """What proposals save for each mask: the arm without them less the arm of what served.

    It is compared within each model, and averaged by the masks made without its proposals: images
    of another model are of another time. A model that lacks one of the arms tells nothing; one with
    an arm of a single image tells of no spread, and counts only where no other model does.
    """

    seconds: Figure | None
    clicks: Figure | None


class EffortRow(TypedDict):
    """What is alike in one respect. A figure that nobody measured is None."""

    key: str
    name: str
    arm: str  # empty: all arms
    images: int
    unfinished: int | None  # images begun beside them, which do not count yet; by arm alone
    masks: int
    seconds: Figure | None  # per timed mask; at the mask alone, where rows are sizes or labels
    clicks: Figure | None  # per mask
    strokes: Figure | None  # per mask
    untouched: Figure | None  # share of the proposals decided on, of sizes and labels accepted
    at_once: Figure | None  # share of them that was accepted with others, and not looked at since
    iou: Figure | None  # of proposals to what became of them
    saved: Saved | None  # beside what serves, where there are images without proposals


def effort_table(project_id: int, by: By) -> list[EffortRow]:
    """Sum up a project's finished images, in three queries at most."""
    sums = effort_sums(project_id, by)
    names = _names(by, [key for key, _ in sums])
    order = list(names)
    groups = sorted(sums, key=lambda group: (order.index(group[0]), ARMS.index(group[1])))
    if by == By.LABEL:
        groups.sort(key=lambda group: -sums[group]["masks"].y)
    is_compared = by == By.ARM and ("", Arm.NONE) in sums
    models = effort_sums(project_id, By.ROUND) if is_compared else None
    unfinished = _unfinished(project_id) if by == By.ARM else None
    return [effort_row(group, names[group[0]], sums, models, unfinished) for group in groups]


def effort_sums(
    project_id: int,
    by: By,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    bundles: Collection[str] | None = None,
) -> Mapping[tuple[str, str], Measures]:
    """Sum up each group of images, in one query: (key, arm) -> its measures.

    Keys are bundles, sizes, labels or people; empty for all, and for masks without a label.
    Images count that were begun and finished from `since` on, finished before `until`, and that one
    of `bundles` proposed for; None: any.
    """
    small, medium = (upper / SIDE for _, upper in SIZES[:2])
    sums: dict[tuple[str, str], dict[str, Sums]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _SUMS_SQL,
            {
                "project": project_id,
                "by": by.value,
                "small": small,
                "medium": medium,
                "since": since,
                "until": until,
                "bundles": None if bundles is None else list(bundles),
            },
        )
        for key, arm, measure, *values in cursor.fetchall():
            sums.setdefault((key, arm), {})[measure] = Sums(*values)
    return sums


def with_alike(
    sums: Mapping[tuple[str, str], Measures], bundles: Collection[str]
) -> dict[tuple[str, str], Measures]:
    """Sum up by round for each of some bundles what it and others that propose alike came to.

    A round of captions alone makes a bundle of another name with the same masks. In one query.
    """
    found = Bundle.objects.filter(pk__in={key for key, _ in sums} | {*bundles})
    models = {each.pk: masks_of(each) for each in found}
    alike: dict[tuple[str, str], Measures] = {}
    for bundle in models.keys() & {*bundles}:
        for (key, arm), own in sums.items():
            if models.get(key) == models[bundle]:
                known = alike.get((bundle, arm))
                alike[bundle, arm] = _pooled(known, own) if known else own
    return alike


def _pooled(one: Measures, other: Measures) -> Measures:
    return {name: pooled(one[name], other[name]) for name in one}


def effort_row(
    group: tuple[str, str],
    name: str,
    sums: Mapping[tuple[str, str], Measures],
    models: Mapping[tuple[str, str], Measures] | None = None,
    unfinished: Mapping[str, int] | None = None,
) -> EffortRow:
    """Write what one group of images came to; `models` has its sums by model if it is of many.

    `unfinished` counts what is begun and not finished, by arm.
    """
    key, arm = group
    own = sums[group]
    alike = models or {each: sums[each] for each in sums if each[0] == key}
    return EffortRow(
        key=key,
        name=name,
        arm=arm,
        images=own["images"].clusters,
        unfinished=None if unfinished is None else unfinished.get(arm, 0),
        masks=int(own["masks"].y),
        seconds=figure(own, "seconds"),
        clicks=figure(own, "clicks"),
        strokes=figure(own, "strokes"),
        untouched=figure(own, "untouched"),
        at_once=figure(own, "at_once"),
        iou=figure(own, "iou"),
        saved=_saved(alike) if arm == Arm.SERVING else None,
    )


def figure(measures: Measures, name: str) -> Figure | None:
    """Tell a measure of a group; None where nobody measured it."""
    estimate, sums = _estimate(measures, name), measures[name]
    if estimate is None:
        return None
    interval = share_interval(sums) if name in SHARES else estimate.interval(lowest=0)
    return _figure(estimate.value, interval, sums.x)


def excess(one: Measures, other: Measures, measure: str) -> Figure | None:
    """Tell by how much a measure of one group is more than another's."""
    more, less = _estimate(one, measure), _estimate(other, measure)
    if more is None or less is None:
        return None
    return written(difference(more, less), one[measure].x + other[measure].x)


def known_seconds(measures: Measures | None) -> Estimate | None:
    """Estimate people's seconds a mask; None: of too few timed masks to compare."""
    if measures is None or measures["seconds"].x < FEWEST_MASKS:
        return None
    return _estimate(measures, "seconds")


def written(estimate: Estimate, n: float) -> Figure:
    """Write an estimate of something with its interval, and how many it is of."""
    return _figure(estimate.value, estimate.interval(), n)


def _figure(value: float, interval: tuple[float, float] | None, n: float) -> Figure:
    low, high = interval or (None, None)
    return Figure(value=value, low=low, high=high, n=int(n))


def _saved(models: Mapping[tuple[str, str], Measures]) -> Saved | None:
    pairs = [
        (models[key, Arm.NONE], own)
        for (key, arm), own in models.items()
        if arm == Arm.SERVING and (key, Arm.NONE) in models
    ]
    seconds, clicks = (_saving(pairs, measure) for measure in ("seconds", "clicks"))
    return Saved(seconds=seconds, clicks=clicks) if pairs else None


def _saving(pairs: Sequence[tuple[Measures, Measures]], measure: str) -> Figure | None:
    """Average what a measure is less with proposals than without them, of pairs (without, with)."""
    savings = []
    for without, own in pairs:
        more, less = _estimate(without, measure), _estimate(own, measure)
        if more is not None and less is not None:
            savings.append((difference(more, less), without[measure].x, own[measure].x))
    savings = [each for each in savings if each[0].variance is not None] or savings
    if not savings:
        return None
    bare = sum(masks for _, masks, _ in savings)
    average = combined([(masks / bare, saving) for saving, masks, _ in savings])
    return written(average, bare + sum(masks for *_, masks in savings))


def _estimate(measures: Measures, name: str) -> Estimate | None:
    """Estimate one ratio; None where there is nothing to divide by, or nobody counted."""
    is_counted = any(measures[each].y for each in COUNTED_BY.get(name, ["images"]))
    if not measures[name].x or not is_counted:
        return None
    return share(measures[name]) if name in SHARES else ratio(measures[name])


def _unfinished(project_id: int) -> dict[str, int]:
    """Count the images that somebody has begun and nobody has finished, by arm.

    What needs least is finished first: an arm of which much is left looks better than it is.
    """
    images = Image.objects.filter(
        begun(), project_id=project_id, deleted_at=None, status__in=WORKABLE[Kind.ANNOTATE]
    )
    counts = images.exclude(arm="").values_list("arm").annotate(Count("pk")).order_by()
    return dict(counts)


def _names(by: By, keys: list[str]) -> dict[str, str]:
    """Name the groups, in the order of the table."""
    if by in (By.ROUND, By.BUNDLE):
        newest_first = (F("round__number").desc(nulls_last=True), "-created_at")
        bundles = Bundle.objects.filter(pk__in=keys).order_by(*newest_first)
        of_round = ("round__number", "round__bundle", "round__trained_bundle")
        told = bundles.select_related("round").only(*of_round)
        return {bundle.pk: _model_name(bundle) for bundle in told}
    if by == By.LABEL:
        labels = Label.objects.filter(pk__in=[key for key in keys if key])
        return {str(label.pk): label.name for label in labels} | {"": "No label"}
    if by == By.ANNOTATOR:
        people = User.objects.filter(pk__in=keys).order_by("username")
        return {str(user.pk): user.username for user in people}
    return {name: name.capitalize() for name, _ in SIZES} if by == By.SIZE else {"": ""}


def _model_name(bundle: Bundle) -> str:
    if bundle.round is None:
        return "Pretrained"
    return f"Round {bundle.round.number}{', in part' if bundle.is_in_part else ''}"


# A cell is what one image adds to one row: all of it, its masks of one size or label, or what one
# person did of it. Seconds of sizes and labels are those at the masks alone: what was spent on
# looking is nobody's in particular. A mask that was missing and a proposal that was rejected cost
# time as well, so an image counts whatever became of its proposals, and so do clicks on a mask that
# was deleted. A reviewer's clicks do not, nor the masks that they made, as their seconds are not
# counted: what is drawn once the image was finished counts only of who has annotated it and before
# they last ended that, and all before, also of people whose place others took before they had ended
# their work. Clicks on a proposal count whatever its verdict, also where that leaves no revision. A
# mask is that of who made it, whoever changed it; what the model accepted by itself, of who
# finished the image. Where a mask came of a proposal that the image's arm does not show (of a page
# opened before another bundle proposed there, say), the image is in no figure: it was made with the
# help of one, and would count for the other.
# What an import finished nobody has worked at. Who loses their place before they end their work
# tells no seconds: what they did counts, and the image is in no ratio with seconds. Where there are
# no seconds at all, nobody measured them, and the masks are in no ratio with seconds; of sizes and
# labels none on the whole image, as no time may be spent at a few masks.
_SUMS_SQL: Final = """
WITH images AS (
  SELECT i.id, i.arm, i.proposed_by_id, greatest(i.width, i.height) AS side, i.finished_at,
    a.user_id, a.active_s
  FROM annotation_image i
  JOIN annotation_assignment a ON a.image_id = i.id AND a.kind = 'annotate' AND a.slot = 0
  WHERE i.project_id = %(project)s AND i.deleted_at IS NULL
    AND i.status IN ('done', 'reviewed') AND i.arm <> ''
    AND EXISTS (
      SELECT FROM annotation_stint s
      WHERE s.image_id = i.id AND s.user_id = a.user_id AND s.ended_as = 'finished'
    )
    AND coalesce(i.finished_at >= %(since)s::timestamptz, true)
    AND NOT EXISTS (
      SELECT FROM annotation_operation o
      WHERE o.image_id = i.id AND o.author_id IS NOT NULL AND o.created_at < %(since)s::timestamptz
    )
    AND coalesce(i.finished_at < %(until)s::timestamptz, true)
    AND (%(bundles)s::text[] IS NULL OR i.proposed_by_id = ANY(%(bundles)s::text[]))
    AND NOT EXISTS (
      SELECT FROM annotation_proposal p
      JOIN annotation_mask m ON m.id = p.mask_id
      JOIN annotation_revision head ON head.id = m.head_id AND head.rle IS NOT NULL
      WHERE p.image_id = i.id AND (i.arm = 'none' OR p.bundle_id IS DISTINCT FROM i.proposed_by_id)
    )
), people AS (
  SELECT s.image_id, s.user_id, sum(s.active_s) AS seconds, max(s.ended_at) AS last_at,
    min(s.ended_at) FILTER (WHERE s.ended_as = 'finished') AS finished_at
  FROM images
  JOIN annotation_stint s ON s.image_id = images.id
    AND s.ended_as NOT IN ('reviewed', 'unjudged')
  WHERE NOT EXISTS (
    SELECT FROM annotation_assignment other
    WHERE other.image_id = s.image_id AND other.user_id = s.user_id
      AND other.kind = 'annotate' AND other.slot > 0
  )
  GROUP BY 1, 2
), finished AS (
  SELECT images.id AS image_id,
    coalesce(min(people.finished_at), min(images.finished_at)) AS first_at
  FROM images LEFT JOIN people ON people.image_id = images.id
  GROUP BY 1
), revisions AS (
  SELECT m.id AS mask_id, m.image_id, m.head_id, r.number, r.author_id, r.seconds, r.clicks,
    r.strokes,
    r.author_id IS NULL OR r.created_at < finished.first_at OR r.created_at <= people.last_at
      AS is_annotation,
    r.author_id IS NOT NULL AND people.user_id IS NULL AS is_untimed
  FROM images
  JOIN finished ON finished.image_id = images.id
  JOIN annotation_mask m ON m.image_id = images.id AND m.slot = 0
  JOIN annotation_revision r ON r.mask_id = m.id AND r.operation_id IS NOT NULL
  LEFT JOIN people ON people.image_id = images.id AND people.user_id = r.author_id
), verdicts AS (  -- that made no mask
  SELECT o.image_id, o.author_id, (o.payload #>> '{effort,clicks}')::int AS clicks,
    (o.payload #>> '{effort,strokes}')::int AS strokes, people.user_id IS NULL AS is_untimed
  FROM finished
  JOIN annotation_operation o ON o.image_id = finished.image_id AND o.author_id IS NOT NULL
    AND o.kind = 'verdict' AND o.payload ->> 'verdict' <> 'accepted'
  LEFT JOIN people ON people.image_id = o.image_id AND people.user_id = o.author_id
  WHERE o.created_at < finished.first_at OR o.created_at <= people.last_at
), masks AS (
  SELECT r.mask_id AS id, r.image_id, sum(r.seconds) FILTER (WHERE r.is_annotation) AS seconds,
    sum(r.clicks) FILTER (WHERE r.is_annotation) AS clicks,
    sum(r.strokes) FILTER (WHERE r.is_annotation) AS strokes,
    CASE %(by)s
      WHEN 'label' THEN coalesce(min(head.label_id)::text, '')
      WHEN 'size' THEN CASE
        WHEN sqrt(min(head.area_px)) < %(small)s * min(images.side) THEN 'small'
        WHEN sqrt(min(head.area_px)) < %(medium)s * min(images.side) THEN 'medium'
        ELSE 'large' END
      WHEN 'annotator' THEN coalesce(
        (array_agg(r.author_id ORDER BY r.number))[1], min(images.user_id)
      )::text
      ELSE '' END AS key
  FROM revisions r
  JOIN images ON images.id = r.image_id
  JOIN annotation_revision head ON head.id = r.head_id AND head.rle IS NOT NULL
  GROUP BY 1, 2
  HAVING (array_agg(r.is_annotation ORDER BY r.number))[1]  -- a reviewer made it otherwise
), drawn AS (
  SELECT image_id, key, count(*) AS masks, sum(seconds) AS seconds, sum(clicks) AS clicks,
    sum(strokes) AS strokes
  FROM masks GROUP BY 1, 2
), decided AS (
  SELECT p.image_id,
    CASE %(by)s WHEN 'annotator' THEN p.decided_by_id::text ELSE coalesce(masks.key, '') END AS key,
    count(*) AS decided, count(*) FILTER (WHERE p.is_untouched) AS untouched,
    count(*) FILTER (WHERE p.is_unseen) AS at_once,
    count(masks.id) AS kept, sum(p.final_iou) FILTER (WHERE masks.id IS NOT NULL) AS iou
  FROM images
  JOIN annotation_proposal p ON p.image_id = images.id AND p.state IN ('accepted', 'rejected')
    AND NOT p.is_auto_accepted  -- that is no person's verdict
    AND p.bundle_id = images.proposed_by_id  -- others may have replaced it before the verdict came
  LEFT JOIN masks ON masks.id = p.mask_id
  WHERE %(by)s NOT IN ('size', 'label') OR masks.id IS NOT NULL
  GROUP BY 1, 2
), lost AS (
  SELECT image_id, author_id FROM revisions WHERE is_annotation AND is_untimed
  UNION
  SELECT image_id, author_id FROM verdicts WHERE is_untimed
), worked AS (
  SELECT image_id, CASE %(by)s WHEN 'annotator' THEN author_id::text ELSE '' END AS key,
    sum(clicks) AS clicks, sum(strokes) AS strokes
  FROM (
    SELECT image_id, author_id, clicks, strokes FROM revisions WHERE is_annotation
    UNION ALL
    SELECT image_id, author_id, clicks, strokes FROM verdicts
  ) AS acts
  GROUP BY 1, 2
), spent AS (
  SELECT image_id, key, seconds, clicks, strokes, sum(seconds) OVER (PARTITION BY image_id) AS timed
  FROM drawn WHERE %(by)s IN ('size', 'label')
  UNION ALL
  SELECT timed.image_id, timed.key, timed.seconds, worked.clicks, worked.strokes, timed.seconds
  FROM (
    SELECT id AS image_id, '' AS key,
      CASE WHEN id NOT IN (SELECT image_id FROM lost) THEN active_s END AS seconds
    FROM images WHERE %(by)s IN ('round', 'bundle', 'arm')
    UNION ALL
    SELECT image_id, user_id::text, seconds FROM people WHERE %(by)s = 'annotator'
    UNION ALL
    SELECT image_id, author_id::text, NULL FROM lost WHERE %(by)s = 'annotator'
  ) AS timed
  LEFT JOIN worked USING (image_id, key)
), cells AS (
  SELECT CASE WHEN %(by)s IN ('round', 'bundle') THEN images.proposed_by_id ELSE key END AS key,
    CASE WHEN %(by)s IN ('round', 'arm') OR %(by)s = 'bundle' AND images.arm = 'none'
      THEN images.arm ELSE '' END AS arm,
    drawn.masks, CASE WHEN spent.timed > 0 THEN drawn.masks END AS timed_masks,
    spent.seconds, spent.clicks, spent.strokes,
    decided.decided, decided.untouched, decided.at_once, decided.kept, decided.iou
  FROM spent
  JOIN images ON images.id = spent.image_id
  LEFT JOIN drawn USING (image_id, key)
  LEFT JOIN decided USING (image_id, key)
)
SELECT key, arm, measure, count(*) FILTER (WHERE x <> 0 OR y <> 0), sum(x), sum(y),
  regr_sxx(y, x), regr_sxy(y, x), regr_syy(y, x)
FROM cells, LATERAL (
  VALUES ('images', 1::float8, 1::float8), ('masks', 1, masks), ('seconds', timed_masks, seconds),
    ('clicks', masks, clicks), ('strokes', masks, strokes), ('untouched', decided, untouched),
    ('at_once', decided, at_once), ('iou', kept, iou)
) AS pairs (measure, given, made),
LATERAL (SELECT coalesce(given, 0) AS x, coalesce(made, 0) AS y) AS counted
GROUP BY 1, 2, 3
"""
