"""The same unseen images worked through with each bundle, so that rounds can be laid side by side.

Each round's own images are others, of which some are far harder: what they cost tells more of them
than of the round. Nothing of a rehearsal is kept but its counts.
"""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from django.conf import settings

from annotation.models import Bundle
from engine.map_in_order import map_in_order
from engine.masks.rle import area
from engine.segmentation.items import AnnotatedImage, sample_images
from engine.segmentation.proposals import propose
from engine.verification.screening import screen
from workers.lease import Show
from workers.networks import finder_of, predictor_of, proposal_config_of, verifier_of
from workers.simulation.annotator import Offer, Scene, Target, annotate
from workers.simulation.work import Effort, total

IMAGES: Final = 8  # of the holdout: a grid costs a quarter of a minute an image
_LABEL: Final = 0  # of all objects: labels are measured by themselves


def rehearse(
    bundle: Bundle, holdout: Sequence[AnnotatedImage], accept_iou: float, show: Show
) -> Effort:
    """Count what one pass over some images of the holdout would cost with a bundle's proposals."""
    predictor, config = predictor_of(bundle), proposal_config_of(bundle)
    finder, verifier = finder_of(bundle), verifier_of(bundle)

    def work_out(image: AnnotatedImage) -> Effort:
        seen, effort = image.seen(), Effort(images=1)
        screened = screen(propose(seen, predictor, config, finder=finder), image.size_hw, verifier)
        offers = [Offer(uuid4(), each.mask.rle) for each in screened]
        targets = [Target(mask, _LABEL) for mask in image.masks if area(mask)]
        effort.add(annotate(Scene(seen, predictor, accept_iou), offers, targets), offers)
        return effort

    chosen = sample_images(holdout, IMAGES)
    efforts = []
    for _, effort in map_in_order(work_out, chosen, threads=settings.TORCH_THREADS):
        efforts.append(effort)
        show(len(efforts), len(chosen), "Rehearsing on the holdout")
    return total(efforts)
