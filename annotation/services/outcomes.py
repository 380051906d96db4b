"""What became of the proposals that were decided on, once who decided has finished the image."""

from collections.abc import Sequence
from typing import Final

from django.db.models import F

from annotation.models import Image, Operation, Proposal
from annotation.prepared import Param, Prepared
from engine.masks.rle import iou

State = Proposal.State
UNTOUCHED_IOU: Final = 0.9999  # a final revision is the proposal itself, but for rounding
_DECIDED = Prepared(
    lambda: (
        Proposal.objects.filter(
            image_id=Param("image"), state__in=[State.ACCEPTED, State.REJECTED, State.NEEDS_WORK]
        )
        .select_related("mask__head")
        .annotate(head_made_by=F("mask__head__operation__kind"))
    )
)


def write_outcomes(image: Image) -> Sequence[Proposal]:
    """Write into each proposal what became of it, and return them. Safe to repeat.

    One that was accepted unseen is seen once its mask has another revision than its acceptance.
    """
    proposals = _DECIDED.rows(image=image.pk)
    for proposal in proposals:
        proposal.final_iou = _final_iou(proposal)
        proposal.is_untouched = (proposal.final_iou or 0) >= UNTOUCHED_IOU
        proposal.is_unseen &= proposal.head_made_by == Operation.Kind.VERDICT
    fields = ["final_iou", "is_untouched", "is_unseen"]
    Proposal.objects.bulk_update(proposals, fields, batch_size=500)
    return proposals


def _final_iou(proposal: Proposal) -> float | None:
    if proposal.state != State.ACCEPTED:
        return None
    head = proposal.mask and proposal.mask.head
    return iou(proposal.rle, head.rle) if head and head.rle else 0.0
