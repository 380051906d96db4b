"""What a bundle proposes for an image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID, uuid5

import structlog
from django.db import transaction

from annotation.models import Bundle, Image, Label, Mask, Proposal
from annotation.selectors.images import SENT_ON
from engine.masks.rle import RLE, iou_matrix
from engine.masks.validate import validate_rle

NAMESPACE: Final = UUID("0d3a5bb3-4b0a-4c54-8a3b-9d6a6c1b6c11")
ALREADY_DRAWN_IOU: Final = 0.7  # a proposal so close to a person's mask would only be rejected
State = Proposal.State
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A mask that a bundle found on an image; see `Proposal` for what its fields mean."""

    rle: RLE
    predicted_iou: float
    stability: float
    point_xy: Sequence[float]
    cues: Mapping[str, float] = field(default_factory=dict)
    verifier_score: float | None = None
    label: int | None = None  # an id; of a label that is gone by now, nothing is said
    key: str = ""  # names it among all that the bundle finds on the image; or else its rank does


@transaction.atomic
def replace_pending_proposals(
    *, image: Image, bundle: Bundle, found: Sequence[Found]
) -> list[Proposal]:
    """Put a bundle's proposals in the place of others that nobody has decided.

    Nothing on the holdout, which is annotated blind. Safe to run twice: an id follows from image,
    bundle, key and the project's salt, so that a verdict on it stands and it tells nobody whose it
    is. Decided proposals are never touched.
    """
    held = Image.objects.select_for_update(of=("self",)).select_related("project")
    locked = held.get(pk=image.pk)
    pending = Proposal.objects.filter(image=locked, state=State.PENDING)
    if locked.is_holdout:
        pending.update(state=State.SUPERSEDED)
        return []
    pending.exclude(bundle=bundle).update(state=State.SUPERSEDED)
    labels = set(
        Label.objects.filter(project=locked.project_id, deleted_at=None).values_list(
            "pk", flat=True
        )
    )
    proposals = [
        Proposal(
            pk=_id_of(locked, bundle, each.key or str(rank)),
            image=locked,
            bundle=bundle,
            label_id=each.label if each.label in labels else None,
            rle=each.rle,
            predicted_iou=min(1.0, max(0.0, each.predicted_iou)),
            stability=each.stability,
            point_xy=[float(xy) for xy in each.point_xy],
            cues=dict(each.cues),
            verifier_score=each.verifier_score,
        )
        for rank, each in _new(locked, found)
    ]
    Proposal.objects.bulk_create(proposals, ignore_conflicts=True)
    own = Proposal.objects.filter(pk__in=[each.pk for each in proposals])
    # The bundle proposed here before, and does so again: what is audited now is drawn anew.
    own.filter(state=State.SUPERSEDED).update(state=State.PENDING, audited_at=None)
    pending.exclude(pk__in=own.values("pk")).update(state=State.SUPERSEDED)  # not by the same boxes
    log.info("masks_proposed", image_id=locked.pk, bundle=bundle.pk, count=len(proposals))
    return proposals


def _id_of(image: Image, bundle: Bundle, key: str) -> UUID:
    """Return the id of what a bundle finds on an image, which must not tell the image's arm."""
    return uuid5(NAMESPACE, image.project.salted(f"{image.pk} {bundle.pk} {key}"))


def withhold_proposals(*, image: Image) -> None:
    """Leave an image to people alone: what waited there is superseded. Safe to run twice."""
    pending = Proposal.objects.filter(image=image, state=State.PENDING)
    pending.update(state=State.SUPERSEDED)


def _new(image: Image, found: Sequence[Found]) -> list[tuple[int, Found]]:
    """Keep what does not lie on a mask that is there already, or on what waits for correction.

    Each with its rank among all that was found, which those masks do not change.
    """
    valid = [replace(each, rle=validate_rle(each.rle, image.size_hw)) for each in found]
    ranked = list(enumerate(valid))
    drawn = Mask.objects.filter(image=image, is_aside=False, head__rle__isnull=False)
    sent_on = Proposal.objects.filter(image=image, state__in=SENT_ON)
    masks: list[Any] = [
        *drawn.values_list("head__rle", flat=True),
        *sent_on.values_list("rle", flat=True),
    ]
    if not masks or not valid:
        return ranked
    closest = iou_matrix([each.rle for each in valid], masks).max(axis=1)
    return [each for each, iou in zip(ranked, closest, strict=True) if iou < ALREADY_DRAWN_IOU]
