"""What models of others found, brought by an import: proposals that people judge as any other.

They stand in the place of a bundle's until one of other masks comes to serve, see workers/arms.py.
The model has a name and nothing more: it serves nothing, and no figure of a bundle's counts it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from annotation.models import Assignment, Image, Label, Mask, OutsideModel, Project, Proposal
from annotation.selectors.images import SENT_ON, begun
from annotation.selectors.serving import moves_anew
from annotation.services.auto_accept import withdraw_acceptances
from annotation.services.proposals import ALREADY_DRAWN_IOU
from engine.masks import rle as rles
from engine.masks.rle import RLE, iou_matrix
from engine.masks.validate import validate_rle

NAMESPACE: Final = UUID("3c1f0f9e-2a53-4f0f-8a6b-5a3f5a8f7e21")
MAX_NAME: Final = 100
UNNAMED: Final = "unnamed model"
State = Proposal.State
_GONE: Final = State.SUPERSEDED  # by a bundle's, or withdrawn
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Predicted:
    """A mask that a model of somebody else found on an image."""

    model: str  # its name
    rle: RLE
    label: Label | None = None
    score: float | None = None  # its own estimate


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of an image's predictions."""

    brought: tuple[UUID, ...] = ()
    met: tuple[UUID, ...] = ()  # were there already
    there: int = 0  # lay on a mask that is there, or on another model's surer one
    not_free: int = 0  # where the image is of the holdout, or people have begun it


@transaction.atomic
def propose_from_outside(
    *, project: Project, predicted: Sequence[tuple[Image, Sequence[Predicted]]]
) -> list[Proposed]:
    """Put predictions in the place of what bundles propose; the caller has locked the images.

    Nothing on the holdout, which is annotated blind, nor where people have begun. An id follows
    from image, model, label and pixels: importing twice adds nothing, and a verdict stands. What
    was withdrawn comes back.

    Raises:
        InvalidMaskError: a mask does not fit its image; nothing is proposed.

    """
    images = {image.pk: image for image, found in predicted if found}
    if not images:
        return [Proposed() for _ in predicted]
    free = set(_free(images).values_list("pk", flat=True))
    models = _models(project, {each.model for _, found in predicted for each in found})
    rows = {
        place: _rows(image, found, models)
        for place, (image, found) in enumerate(predicted)
        if image.pk in free
    }
    known = _known(each.pk for one in rows.values() for each in one)
    there = _there(free)
    told, new = [], {}
    for place, (image, found) in enumerate(predicted):
        if place not in rows:
            told.append(Proposed(not_free=len(found)))
            continue
        met = [each.pk for each in rows[place] if known.get(each.pk, _GONE) != _GONE]
        kept = _apart([each for each in rows[place] if each.pk not in met], there[image.pk])
        new.update({each.pk: each for each in kept})
        there[image.pk] += [each.rle for each in kept]
        left = len(found) - len(kept) - len(met)
        told.append(Proposed(tuple(each.pk for each in kept), tuple(met), left))
    _supersede({each.image_id for each in new.values()})
    Proposal.objects.bulk_create((each for each in new.values() if each.pk not in known), 500)
    Proposal.objects.filter(pk__in=new.keys() & known.keys()).update(state=State.PENDING)
    log.info("outside_masks_proposed", project_id=project.pk, count=len(new))
    return told


@transaction.atomic
def withdraw_outside(*, proposal_ids: Collection[UUID]) -> set[UUID]:
    """Take back proposals that nobody has judged, and return those.

    An image on which none is left is for bundles to propose on again.
    """
    waiting = Proposal.objects.filter(
        pk__in=proposal_ids, outside_model__isnull=False, state=State.PENDING
    )
    found = dict(waiting.values_list("pk", "image_id"))
    waiting.update(state=State.SUPERSEDED)
    left = Proposal.objects.filter(image=OuterRef("pk"), outside_model__isnull=False)
    bare = Image.objects.filter(~Exists(left.exclude(state=State.SUPERSEDED)))
    bare.filter(pk__in=set(found.values())).update(outside_at=None)
    return set(found)


@transaction.atomic
def bring_back_outside(
    *, image: Image, proposal_ids: Collection[UUID | str], since: datetime
) -> None:
    """Let predictions wait again that made way for masks which are gone by now.

    As if they had waited `since`: none where one of other masks has come to serve after that, which
    would have taken their place.
    """
    if moves_anew().filter(project=image.project_id, at__gt=since).exists():
        return
    gone = Proposal.objects.filter(
        pk__in=proposal_ids, outside_model__isnull=False, state=State.SUPERSEDED
    )
    rows = list(gone.order_by(F("predicted_iou").desc(nulls_last=True), "pk"))
    if not rows or not _free({image.pk: image}).exists():
        return
    if kept := _apart(rows, _there({image.pk})[image.pk]):
        _supersede({image.pk})
        gone.filter(pk__in=[each.pk for each in kept]).update(state=State.PENDING)
        Image.objects.filter(pk=image.pk).update(outside_at=since)


def _free(images: Mapping[int, Image]) -> QuerySet[Image]:
    """Images that nobody has begun; a person whose lease ran out may still come back."""
    places = Assignment.objects.filter(image=OuterRef("pk"), kind=Assignment.Kind.ANNOTATE)
    taken = Exists(places.exclude(state=Assignment.State.OPEN))
    free = Image.objects.filter(pk__in=images, is_holdout=False, status=Image.Status.TODO)
    return free.filter(~Q(begun()), ~Q(taken), deleted_at=None)


def _models(project: Project, names: set[str]) -> dict[str, OutsideModel]:
    """Find or make the models of these names."""
    short = {name: " ".join(name.split())[:MAX_NAME] or UNNAMED for name in names}
    found = OutsideModel.objects.filter(project=project)
    known = {each.name: each for each in found.filter(name__in=short.values())}
    if missing := set(short.values()) - known.keys():
        rows = [OutsideModel(project=project, name=name) for name in sorted(missing)]
        OutsideModel.objects.bulk_create(rows, ignore_conflicts=True)
        known |= {each.name: each for each in found.filter(name__in=missing)}
    return {name: known[short[name]] for name in names}


def _rows(
    image: Image, found: Sequence[Predicted], models: Mapping[str, OutsideModel]
) -> list[Proposal]:
    """Return the rows of an image's predictions, each once, the surest first."""
    rows: dict[UUID, Proposal] = {}
    for each in sorted(found, key=lambda each: -(each.score or 0)):
        model, rle = models[each.model], validate_rle(each.rle, image.size_hw)
        label_id = each.label.pk if each.label else None
        name = f"{image.pk} {model.pk} {label_id or ''} {rles.digest(rle)}"
        row = Proposal(
            pk=uuid5(NAMESPACE, name),
            image=image,
            outside_model=model,
            label_id=label_id,
            rle=rle,
            predicted_iou=None if each.score is None else min(1.0, max(0.0, each.score)),
        )
        rows.setdefault(row.pk, row)
    return [*rows.values()]


def _known(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the states of those that there are."""
    return dict(Proposal.objects.filter(pk__in=list(ids)).values_list("pk", "state"))


def _there(image_ids: Collection[int]) -> defaultdict[int, list[RLE]]:
    """Return what lies on images already: masks, what waits for correction, others' predictions.

    Not the masks that a bundle accepted by itself, which go with its proposals (`_supersede`).
    """
    there: defaultdict[int, list[RLE]] = defaultdict(list)
    masks = Mask.objects.filter(image__in=image_ids, is_aside=False, head__rle__isnull=False)
    masks = masks.exclude(origin__is_auto_accepted=True)
    is_kept = Q(state__in=SENT_ON) | Q(state=State.PENDING, outside_model__isnull=False)
    waiting = Proposal.objects.filter(is_kept, image__in=image_ids)
    for image_id, rle in (
        *masks.values_list("image_id", "head__rle"),
        *waiting.values_list("image_id", "rle"),
    ):
        there[image_id].append(cast("RLE", rle))
    return there


def _apart(rows: Sequence[Proposal], there: Sequence[RLE]) -> list[Proposal]:
    """Keep what lies neither on what is there nor on what another model is surer of."""
    kept: list[Proposal] = []
    masks = [each.rle for each in rows]
    covered = (
        iou_matrix(masks, there).max(axis=1, initial=0) if masks and there else [0] * len(rows)
    )
    for each, closest in zip(rows, covered, strict=True):
        others = [one.rle for one in kept if one.outside_model_id != each.outside_model_id]
        nearest = max(closest, iou_matrix([each.rle], others).max()) if others else closest
        if nearest < ALREADY_DRAWN_IOU:
            kept.append(each)
    return kept


def _supersede(image_ids: Collection[int]) -> None:
    """Withdraw what bundles propose on images and have accepted by themselves."""
    proposals = Proposal.objects.filter(image__in=image_ids)
    withdraw_acceptances(proposals)
    pending = proposals.filter(state=State.PENDING, bundle__isnull=False)
    pending.update(state=State.SUPERSEDED)
    Image.objects.filter(pk__in=image_ids).update(outside_at=Now(), proposed_by=None, arm="")
