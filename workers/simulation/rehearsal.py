"""The same unseen images worked through with each bundle, so that rounds can be laid side by side.

Each round's own images are others, of which some are far harder: what they cost tells more of them
than of the round. They are worked through as those are, by the project's plan and its services, in
a project beside it that is never committed: nothing of a rehearsal is kept but its counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.db import transaction

from annotation.models import Bundle, Image
from annotation.services.proposals import Found
from engine.map_in_order import map_in_order
from engine.segmentation.items import AnnotatedImage, SeenImage, sample_images
from engine.segmentation.proposals import propose
from engine.verification.screening import screen
from workers.labels import namer_of
from workers.networks import finder_of, predictor_of, proposal_config_of, verifier_of
from workers.simulation.project import SimulatedProject
from workers.simulation.work import Effort, work_through
from workers.watch import Show

IMAGES: Final = 8  # of the holdout: a grid costs a quarter of a minute an image


def rehearse(
    people: SimulatedProject,
    bundle: Bundle,
    holdout: Sequence[AnnotatedImage],
    accept_iou: float,
    show: Show,
) -> dict[str, Effort]:
    """Count what some images of the holdout would cost with a bundle's proposals, by queue."""
    chosen = sample_images(holdout, IMAGES)
    by_key = {image.key: image for image in chosen}

    def see(image: Image) -> SeenImage:
        return by_key[image.sha256].seen()

    def say(done: int, total: int, _: str) -> None:
        show(done, total, "Rehearsing on the holdout")

    found = _found(bundle, chosen, say)
    with transaction.atomic():
        beside = people.twin(bundle)
        labels = {label.pk: beside.labels[name].pk for name, label in people.labels.items()}
        work = []
        for key, proposals in found.items():
            picture = people.picture_of(key)
            named = [replace(each, label=labels.get(each.label or 0)) for each in proposals]
            work.append((picture, beside.import_proposed(picture, bundle, named)))
        effort = work_through(beside, work, accept_iou, say, see)
        transaction.set_rollback(True)
    return effort


def _found(
    bundle: Bundle, images: Sequence[AnnotatedImage], show: Show
) -> Mapping[str, Sequence[Found]]:
    """Propose on each image as for people, by its key."""
    predictor, config = predictor_of(bundle), proposal_config_of(bundle)
    finder, verifier, namer = finder_of(bundle), verifier_of(bundle), namer_of(bundle)

    def find(image: AnnotatedImage) -> list[Found]:
        proposals = propose(image.seen(), predictor, config, finder=finder)
        screened = screen(proposals, image.size_hw, verifier)
        masks = [each.mask for each in screened]
        rles = [mask.rle for mask in masks]
        labels = namer.labels(image.key, rles) if namer else [None] * len(masks)
        return [
            Found(
                mask.rle,
                mask.predicted_iou,
                mask.stability,
                mask.point_xy,
                verifier_score=each.score,
                label=label,
            )
            for mask, each, label in zip(masks, screened, labels, strict=True)
        ]

    found = {}
    for image, each in map_in_order(find, images, threads=settings.TORCH_THREADS):
        found[image.key] = each
        show(len(found), len(images), "")
    return found
