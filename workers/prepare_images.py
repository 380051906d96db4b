"""Prepare images for people: embed them, propose masks, put them in order, propose captions.

Where objects are small, it looks closer before it proposes. Where an import says by a box that an
object is, it proposes a mask for that first.

It looks for its work by itself, so that it may run twice, be cancelled, or be killed and begin
again: what is done is not done again. The holdout is embedded and never proposed for; nor is the
arm of images that shows what proposals save.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import structlog
from django.conf import settings
from django.db.models import QuerySet

from annotation.models import Bundle, Image, ObjectBox, Project
from annotation.selectors.queue import BY_RANK
from annotation.services.auto_accept import accept_surely, withdraw_accepted
from annotation.services.bundles import ensure_pretrained
from annotation.services.jobs import count_anew, fenced
from annotation.services.proposals import (
    Found,
    replace_pending_proposals,
    withhold_proposals,
)
from engine.map_in_order import map_in_order
from engine.segmentation.items import SeenImage
from engine.segmentation.object_finder import windows_asked
from engine.segmentation.proposals import propose, propose_in_boxes
from engine.segmentation.windows import windows_for
from engine.verification.promise import threshold_for
from engine.verification.screening import ScreenedProposal, screen
from workers.acquisition import rank_images
from workers.arms import Arm, Arms, has_embedding, lock_if_free
from workers.boxed_proposals import Wanted, boxes_of, corners_of, wanted_masks
from workers.embeddings import (
    load_pixels,
    looked_at_closer,
    save_embedding,
    save_pooled,
    seen_image,
)
from workers.labels import namer_of
from workers.lease import Lease
from workers.networks import (
    encoder_of,
    finder_of,
    forget_networks,
    predictor_of,
    proposal_config_of,
    sight_of,
    verifier_of,
)
from workers.propose_captions import propose_captions_for_images

log = structlog.get_logger(__name__)


def prepare_images(lease: Lease) -> None:
    """Embed, then propose masks and captions, for one project."""
    project = Project.objects.get(pk=lease.claim.args["project_id"])
    if project.deleted_at is not None:  # in the trash; restoring it prepares it
        return
    bundle = ensure_pretrained(project=project)
    embed_images(lease, project, bundle)
    arms = Arms.of(project, bundle)
    look_closer(lease, arms)
    forget_networks()
    proposed_for = propose_for_images(lease, arms)
    forget_networks()
    rank_images(lease, arms, proposed_for=proposed_for)
    propose_captions_for_images(lease, project, bundle)
    forget_networks()


def embed_images(lease: Lease, project: Project, bundle: Bundle) -> None:
    """Run the encoder once on each image that has no embedding by it."""
    _embed(lease, bundle, without_embedding(project, bundle))


def _embed(lease: Lease, bundle: Bundle, images: QuerySet[Image]) -> None:
    ids = list(images.values_list("pk", flat=True))
    if not ids:
        return
    lease.report(0, len(ids), "Embedding images")
    encoder = encoder_of(bundle)
    for done, image_id in enumerate(ids):
        lease.report(done, len(ids), "Embedding images")
        image = Image.objects.get(pk=image_id)
        embedding = encoder.encode(load_pixels(image.sha256))
        save_embedding(image.sha256, encoder.digest, embedding)
        save_pooled(image, encoder.digest, embedding)
        count_anew(lease.claim)
    lease.report(len(ids), len(ids), "Embedding images")


def look_closer(lease: Lease, arms: Arms) -> None:
    """Embed the windows that bundles will propose through: where they find small objects.

    What serves looks at all images, whatever their arm: people's clicks see through windows, too.
    Another bundle's encoder may be its own, and then sees its arm's images for the first time.
    """
    due = arms.due()
    _look_closer(lease, arms.serving, [*chain.from_iterable(due.values())])
    for arm, bundle in arms.others.items():
        _embed(lease, bundle, without_embedding(arms.project, bundle).filter(pk__in=due[arm]))
        _look_closer(lease, bundle, due[arm])


def _look_closer(lease: Lease, bundle: Bundle, ids: Sequence[int]) -> None:
    finder, config = finder_of(bundle), proposal_config_of(bundle)
    if finder is None:  # it is told where to look, or looks nowhere
        boxed = ObjectBox.objects.filter(image__in=ids).values_list("image", flat=True)
        ids = list(boxed.distinct())
    sight = sight_of(bundle, lease.count_anew)
    for done, image_id in enumerate(ids):
        lease.report(done, len(ids), "Looking closer")
        image = Image.objects.get(pk=image_id)
        seen = looked_at_closer(image.sha256, image.size_hw, sight)
        if finder is not None:
            windows_asked(seen, finder, heat_min=config.heat_min, most=config.boxes_max)
        for window in windows_for(corners_of(boxes_of(image)), image.size_hw):
            seen.through(window)


def propose_for_images(lease: Lease, arms: Arms) -> int:
    """Propose on each image that is due, as its arm says; return how many there were."""
    due = arms.due()
    for image in Image.objects.filter(pk__in=due[Arm.NONE]).iterator():
        _save(lease, image, arms.serving, Arm.NONE, [], boxes_of(image))
    for arm, bundle in {Arm.SERVING: arms.serving, **arms.others}.items():
        # Whoever held an image while the arm's were embedded may have given it back since.
        seen = Image.objects.filter(has_embedding(bundle), pk__in=due[arm])
        seen_ids = set(seen.values_list("pk", flat=True))
        _propose(lease, bundle, arm, [each for each in due[arm] if each in seen_ids])
        forget_networks()
    return sum(map(len, due.values()))


def _propose(lease: Lease, bundle: Bundle, arm: Arm, ids: Sequence[int]) -> None:
    """Let a bundle propose on its arm's images, a few at a time."""
    if not ids:
        return
    lease.report(0, len(ids), "Proposing masks")  # the first of them takes a while
    predictor, config = predictor_of(bundle), proposal_config_of(bundle)
    finder, verifier, namer = finder_of(bundle), verifier_of(bundle), namer_of(bundle)

    def find(item: tuple[Image, SeenImage, Sequence[ObjectBox]]) -> list[Found]:
        image, seen, boxes = item
        should_stop = lease.should_stop
        answers = propose_in_boxes(
            seen, predictor, config, corners_of(boxes), should_stop=should_stop
        )
        found = propose(seen, predictor, config, finder=finder, should_stop=should_stop)
        wanted = wanted_masks(boxes, answers, found)
        asked = sum(each.box is not None for each in wanted)
        screened = screen([each.mask for each in wanted], seen.size_hw, verifier, asked=asked)
        masks = [each.mask.rle for each in screened]
        labels = namer.labels(image.sha256, masks) if namer else [None] * len(masks)
        known = {id(each.mask): each for each in wanted}
        return [
            _as_found(each, label, known[id(each.mask)])
            for each, label in zip(screened, labels, strict=True)
        ]

    items = _seen(ids, bundle)
    for done, ((image, _, boxes), found) in enumerate(
        map_in_order(find, items, threads=settings.TORCH_THREADS), start=1
    ):
        _save(lease, image, bundle, arm, found, boxes)
        lease.report(done, len(ids), "Proposing masks")


def without_embedding(project: Project, bundle: Bundle) -> QuerySet[Image]:
    """Images that the bundle's encoder has not seen, in the order of the queue."""
    images = Image.objects.filter(~has_embedding(bundle), project=project, deleted_at=None)
    return images.order_by(*BY_RANK)


def _seen(
    ids: Sequence[int], bundle: Bundle
) -> Iterator[tuple[Image, SeenImage, Sequence[ObjectBox]]]:
    for image_id in ids:
        image = Image.objects.get(pk=image_id)
        seen = seen_image(image.sha256, image.size_hw, bundle.encoder_digest)
        yield image, seen, boxes_of(image)


def _save(
    lease: Lease,
    image: Image,
    bundle: Bundle,
    arm: Arm,
    found: Sequence[Found],
    boxes: Sequence[ObjectBox],
) -> None:
    """Put what was found in place; if boxes came or went meanwhile, the image stays due."""
    with fenced(lease.claim):
        if not lock_if_free(image):
            return
        withdraw_accepted(image=image, keeping=None if arm == Arm.NONE else bundle)
        if arm == Arm.NONE:
            withhold_proposals(image=image)
        else:
            replace_pending_proposals(image=image, bundle=bundle, found=found)
            if arm != Arm.CANDIDATE:  # of what the gate did not pass, people decide all
                threshold = _threshold(image.project_id, bundle)
                accept_surely(image=image, bundle=bundle, threshold=threshold)
        Image.objects.filter(pk=image.pk).update(
            proposed_by=bundle, arm=arm, outside_at=None, is_due=boxes_of(image) != boxes
        )
        count_anew(lease.claim)


def _as_found(screened: ScreenedProposal, label: int | None, wanted: Wanted) -> Found:
    mask, box = screened.mask, wanted.box
    return Found(
        mask.rle,
        mask.predicted_iou,
        mask.stability,
        mask.point_xy,
        cues=screened.cues,
        verifier_score=screened.score,
        label=box.label_id if box and box.label_id else label,
        key=wanted.key,
    )


def _threshold(project_id: int, bundle: Bundle) -> float | None:
    """Tell from which score on the bundle keeps what a manager wants now; None: accept nothing."""
    wanted = Project.objects.values_list("auto_accept_precision", flat=True).get(pk=project_id)
    # In this order: to have the verifier, all of the bundle's files are proved.
    if wanted is None or (verifier := verifier_of(bundle)) is None:
        return None
    known = verifier.held_out
    return threshold_for(known.scores, known.accepted, wanted, known.images)
