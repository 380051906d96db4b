"""What models found where imported masks lie now: of two masks of one object, one stays."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from annotation.models import Image, Proposal
from annotation.selectors.images import unbegun
from annotation.services.auto_accept import withdraw_acceptances
from annotation.services.outside_proposals import withdraw_outside
from annotation.services.proposals import ALREADY_DRAWN_IOU
from engine.masks.rle import RLE, iou_matrix

State = Proposal.State
# Of nobody: what waits, and what a model accepted by itself.
_UNJUDGED: Final = Q(state=State.PENDING) | Q(is_auto_accepted=True)
log = structlog.get_logger(__name__)


@transaction.atomic
def withdraw_covered(drawn: Sequence[tuple[Image, Sequence[RLE]]]) -> None:
    """Take back what models found where these new masks lie, on images that nobody has begun.

    As if the masks had been there first: then none of it would have been proposed, or accepted. The
    caller has locked the images.
    """
    masks: defaultdict[int, list[RLE]] = defaultdict(list)
    for image, rles in drawn:
        if rles:
            masks[image.pk] += rles
    found: defaultdict[int, dict[UUID, RLE]] = defaultdict(dict)
    unjudged = Proposal.objects.filter(_UNJUDGED, image__in=unbegun(masks))
    for image_id, proposal_id, rle in unjudged.values_list("image", "pk", "rle"):
        found[image_id][proposal_id] = rle
    covered = {
        proposal_id
        for image_id, own in found.items()
        for proposal_id, iou in zip(
            own, iou_matrix([*own.values()], masks[image_id]).max(axis=1), strict=True
        )
        if iou >= ALREADY_DRAWN_IOU
    }
    if not covered:
        return
    proposals = Proposal.objects.filter(pk__in=covered)
    withdraw_acceptances(proposals)
    withdraw_outside(proposal_ids=covered)
    proposals.filter(state=State.PENDING).update(state=State.SUPERSEDED)
    log.info("covered_proposals_withdrawn", count=len(covered))
