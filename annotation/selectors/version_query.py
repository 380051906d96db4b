"""Which images and masks of a project criteria choose, and which split each image is in.

Cutting a version and looking before it go by the same rules, which are here alone.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from functools import reduce
from itertools import tee
from operator import or_
from typing import Any, Final, NamedTuple, Protocol, cast

from django.contrib.postgres.aggregates import JSONBAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from annotation.models import Agreement, Caption, Image, Mask, Project, Transcript
from annotation.selectors.streaming import Read, Row
from annotation.selectors.version_criteria import (
    HOLDOUT,
    PRETRAINED,
    TRAIN,
    UNFINISHED,
    Criteria,
)
from engine.datasets.val_split import VAL, Unit, corrected_draws, draws, is_drawn_for_val

IS_FINISHED: Final = Q(status__in=Image.FINISHED)
OF_SPLIT: Final[Mapping[str, Q]] = {
    TRAIN: IS_FINISHED & Q(is_holdout=False),
    HOLDOUT: IS_FINISHED & Q(is_holdout=True),
    UNFINISHED: ~IS_FINISHED,
}


class Counted(NamedTuple):
    """How much there is."""

    images: int
    masks: int

    def __add__(self, other: tuple[int, ...]) -> "Counted":  # type: ignore[override]  # of its kind
        images, masks = other
        return Counted(self.images + images, self.masks + masks)


NOTHING: Final = Counted(0, 0)


def masks_in(criteria: Criteria) -> QuerySet[Mask]:
    """Return, beside an image, its masks that a version of these criteria holds."""
    masks = Mask.objects.filter(is_aside=False, head__rle__isnull=False, image=OuterRef("pk"))
    return masks.filter(head__label__in=sorted(criteria.labels)) if criteria.labels else masks


def images_in(project: Project, criteria: Criteria) -> QuerySet[Image]:
    """Return the images that a version holds: what is finished or has anything to say, chosen."""
    transcripts = Transcript.objects.filter(
        recording__image=OuterRef("pk"), recording__deleted_at=None
    )
    captions = Caption.objects.filter(image=OuterRef("pk"), withdrawn_at=None)
    has_something = Exists(masks_in(criteria)) | Exists(transcripts) | Exists(captions)
    images = Image.objects.filter(project=project, deleted_at=None)
    images = with_agreement(images.filter(IS_FINISHED | Q(has_something)), criteria)
    return images.filter(*conditions(criteria).values())


def conditions(criteria: Criteria) -> dict[str, Q]:
    """Return what each chosen criterion asks of an image `with_agreement`, by its name."""
    found = _of_days(criteria)
    if criteria.splits:
        asked = (OF_SPLIT[split] for split in sorted(criteria.splits))
        found["splits"] = reduce(or_, asked)
    if criteria.drop_empty:
        found["drop_empty"] = Q(Exists(masks_in(criteria)))
    if criteria.reviewed:
        found["reviewed"] = Q(status=Image.Status.REVIEWED)
    if criteria.agreement is not None:
        found["agreement"] = Q(agreement__gte=criteria.agreement)
    if criteria.rounds:
        found["rounds"] = _proposed_by(criteria)
    if criteria.groups:
        found["groups"] = Q(group__in=sorted(criteria.groups))
    return found


def _of_days(criteria: Criteria) -> dict[str, Q]:
    found: dict[str, Q] = {}
    if criteria.finished_from is not None:
        first = datetime.combine(criteria.finished_from, time(), UTC)
        found["finished_from"] = IS_FINISHED & Q(finished_at__gte=first)
    if criteria.finished_to is not None:
        last = datetime.combine(criteria.finished_to, time.max, UTC)
        found["finished_to"] = IS_FINISHED & Q(finished_at__lte=last)
    return found


def with_agreement(images: QuerySet[Image], criteria: Criteria) -> QuerySet[Image]:
    """Add, where it is asked for, how far people agree on an image; null where one did it alone.

    The IoU of the objects that two people both have, summed up, to all objects of either: an
    object that one of them has alone counts as half a one. Panoptic quality of Kirillov et al.
    (arXiv 1801.00868, section 4.1) without its classes. 1 where they agree that there is nothing.
    """
    if criteria.agreement is None:
        return images
    sums = Agreement.objects.filter(image=OuterRef("pk")).values("image")
    objects = 2 * Sum("matched") + Sum("only_first") + Sum("only_other")
    agreement = Coalesce(
        2 * Sum("iou_sum") / NullIf(Cast(objects, FloatField()), Value(0.0)), Value(1.0)
    )
    return images.alias(agreement=Subquery(sums.annotate(share=agreement).values("share")))


class Drawn(Protocol):
    """An image, as far as it tells its split."""

    @property
    def sha256(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def is_holdout(self) -> bool: ...


class Splits:
    """Tells the split of each image; some of train are drawn for `val`.

    `read` reads the images as well, so that they are told by the draw of their moment. Nothing is
    kept of them but the draws that had to be corrected.
    """

    def __init__(self, project: Project, criteria: Criteria, read: Read) -> None:
        self._share = criteria.val_share
        self._corrections: dict[str, bool] = {}
        if self._share is not None:
            units = map(_unit, read(_units(project, criteria)))
            self._corrections = corrected_draws(units, self._share)

    def of(self, image: Drawn) -> str:
        split = split_of(image)
        if self._share is None or split != TRAIN:
            return split
        unit = f"group {image.group}" if image.group else image.sha256
        is_val = self._corrections.get(unit, is_drawn_for_val(unit, self._share))
        return VAL if is_val else TRAIN


def split_of(image: Drawn) -> str:
    """Tell the split that an image has by itself."""
    if image.status not in Image.FINISHED:
        return UNFINISHED
    return HOLDOUT if image.is_holdout else TRAIN


def count_splits(project: Project, criteria: Criteria) -> dict[str, Counted]:
    """Count what a version of these criteria would hold, by split, in one query, or two to draw."""
    split = Case(*(When(asked, then=Value(name)) for name, asked in OF_SPLIT.items()))
    images = images_in(project, criteria).annotate(split=split, n=_masks_of_each(criteria))
    counted = images.values("split").annotate(image_count=Count("pk"), mask_count=Sum("n"))
    rows = cast("Iterator[dict[str, Any]]", counted.order_by())
    found = {row["split"]: Counted(row["image_count"], row["mask_count"]) for row in rows}
    if criteria.val_share is not None and TRAIN in found:
        found |= _drawn(project, criteria, criteria.val_share)
    return {name: found[name] for name in (TRAIN, VAL, HOLDOUT, UNFINISHED) if name in found}


def _drawn(project: Project, criteria: Criteria, share: float) -> dict[str, Counted]:
    rows, drawn = tee(_units(project, criteria).iterator(chunk_size=1000))
    sides = {TRAIN: NOTHING, VAL: NOTHING}
    for (_, _, images, masks), is_val in zip(rows, draws(map(_unit, drawn), share), strict=True):
        sides[VAL if is_val else TRAIN] += Counted(images, masks)
    return {name: counted for name, counted in sides.items() if counted.images}


def _unit(row: Row) -> Unit:
    unit, (first, *_), *_ = row
    return Unit(unit, frozenset(first))


def _units(project: Project, criteria: Criteria) -> QuerySet[Image, Row]:
    """Return the groups and single images of train in the order of their first finished image.

    With the labels of each image's masks, in that order too, and how many images and masks there
    are.
    """
    unit = Case(
        When(group="", then=F("sha256")),
        default=Concat(Value("group "), F("group")),
        output_field=CharField(),
    )
    held = masks_in(criteria).filter(head__label__isnull=False)
    return (
        images_in(project, criteria)
        .filter(OF_SPLIT[TRAIN])
        .annotate(
            unit=unit,
            n=_masks_of_each(criteria),
            own=ArraySubquery(held.values("head__label_id").distinct()),
        )
        .values("unit")
        .annotate(
            first=Min("finished_at"),
            lowest=Min("pk"),
            owned=JSONBAgg("own", order_by=("finished_at", "pk")),
            image_count=Count("pk"),
            mask_count=Sum("n"),
        )
        .order_by(F("first").asc(nulls_first=True), "lowest")
        .values_list("unit", "owned", "image_count", "mask_count")
    )


def _masks_of_each(criteria: Criteria) -> Coalesce:
    """Count beside an image: a join with all masks had to be sorted to tell images apart."""
    masks = masks_in(criteria).order_by().values("image").annotate(n=Count("pk"))
    return Coalesce(Subquery(masks.values("n")), 0)


def _proposed_by(criteria: Criteria) -> Q:
    """Ask for images on which the model of one of the rounds proposed last."""
    trained = Q(
        proposed_by__round__project=F("project"),
        proposed_by__round__number__in=sorted(criteria.rounds - {PRETRAINED}),
    )
    if PRETRAINED not in criteria.rounds:
        return trained
    return trained | Q(proposed_by__isnull=False, proposed_by__round__isnull=True)
