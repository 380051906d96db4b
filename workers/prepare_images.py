"""Prepare images for people: embed them, put them in order, propose masks, propose captions.

Where objects are small, it looks closer before it proposes. Where an import says by a box that an
object is, it proposes a mask for that first.

It looks for its work by itself, so that it may run twice, be cancelled, or be killed and begin
again: what is done is not done again. The holdout is embedded and looked at closer, as people click
there too, and never proposed for; nor is the arm of images that shows what proposals save.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import structlog
from django.conf import settings

from annotation.models import Bundle, Image, Label, ObjectBox, Project
from annotation.selectors.serving import is_trial_on
from annotation.services.auto_accept import accept_surely, withdraw_accepted
from annotation.services.bundles import ensure_pretrained
from annotation.services.images import locked_images
from annotation.services.jobs import fenced
from annotation.services.promises import stop_if_broken
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
from engine.verification.verifier import Verifier
from workers.acquisition import rank_images
from workers.arms import (
    COMPARED,
    Arm,
    Arms,
    BundleLeftError,
    has_embedding,
    hold_arm,
    is_begun,
    lock_if_free,
)
from workers.boxed_proposals import Wanted, boxes_of, corners_of, wanted_masks
from workers.embed_images import embed_each, embed_images, without_embedding
from workers.embeddings import looked_at_closer, seen_image
from workers.labels import namer_of
from workers.lease import Lease
from workers.networks import (
    finder_of,
    forget_networks,
    predictor_of,
    proposal_config_of,
    sight_of,
    verifier_of,
)
from workers.propose_captions import propose_captions_for_images

SLICE: Final = 200  # images: a few minutes' work
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How far one kind of work is, over all slices and arms."""

    lease: Lease
    total: int
    message: str
    done: int = 0

    def show(self) -> None:
        self.lease.report(self.done, self.total, self.message)


def prepare_images(lease: Lease) -> None:
    """Embed, then propose masks and captions, for one project."""
    project = Project.objects.get(pk=lease.claim.args["project_id"])
    if project.deleted_at is not None:  # in the trash; restoring it prepares it
        return
    is_done = False
    while not is_done:
        is_done = _prepare(lease, project, ensure_pretrained(project=project))
        forget_networks()


def _prepare(lease: Lease, project: Project, bundle: Bundle) -> bool:
    """Do all that there is to do while a bundle serves; False if others propose before the end."""
    unreadable = embed_images(lease, project, bundle)
    arms = Arms.of(project, bundle)
    try:
        book_to_serving(lease, arms)
        rank_images(lease, arms)  # what comes first is proposed for first
        if look_and_propose(lease, arms):
            rank_images(lease, arms, is_proposed=True)
        propose_captions_for_images(lease, project, bundle)
    except BundleLeftError as left:
        log.info("preparation_begun_anew", project_id=project.pk, left=str(left))
        return False
    unreadable.check()  # last: it keeps nothing else from being done
    return True


def book_to_serving(lease: Lease, arms: Arms) -> None:
    """Write what serves to the images that it proposed for before it served, and nothing more."""
    if not (ids := arms.to_book()):
        return
    with fenced(lease.claim):
        hold_arm(arms.serving, Arm.SERVING, arms.project.pk)
        booked = list(locked_images(ids).values_list("pk", flat=True))
        # Not what an import's proposals have taken out of all arms meanwhile.
        Image.objects.filter(pk__in=booked, arm__in=COMPARED).update(arm=Arm.SERVING)
        lease.count_anew()


def look_and_propose(lease: Lease, arms: Arms) -> int:
    """Look closer and propose at each image that is due; return how many there were.

    In slices of the queue: its first images are proposed for before its last are looked at, and
    what begins again repeats one slice at most. Between them it looks whether bundles have moved
    on: who begins a trial shall not wait for it until thousands of images are done.
    """
    due = arms.due()
    alone = _looked_at_alone(arms, due)
    total = sum(map(len, due.values()))
    looks = total + len(alone) + sum(len(due[arm]) for arm in arms.others)
    looking = Progress(lease, looks, "Looking closer")
    proposing = Progress(lease, total, "Proposing masks")
    count = -(-(total + len(alone)) // SLICE)
    for at in range(count):
        arms.check()
        stop_if_broken(project_id=arms.project.pk)  # before it accepts more, whatever broke it
        part = {arm: _slice(ids, at, count) for arm, ids in due.items()}
        look_closer(looking, arms, part)
        look_alone(looking, arms.serving, _slice(alone, at, count))
        forget_networks()
        propose_for_images(proposing, arms, part)
    return total


def _looked_at_alone(arms: Arms, due: Mapping[Arm, Sequence[int]]) -> list[int]:
    """Return where what serves looks closer for people's clicks alone; nowhere without a finder."""
    proposed_for = {*chain.from_iterable(due.values())}
    alone = [each for each in arms.to_look_at() if each not in proposed_for]
    # In this order: where nothing is to be looked at, no file is read.
    return alone if alone and finder_of(arms.serving) is not None else []


def _slice(ids: Sequence[int], at: int, count: int) -> Sequence[int]:
    """Return one part of several. Arms and holdout are drawn by hash: it is about the queue's."""
    return ids[len(ids) * at // count : len(ids) * (at + 1) // count]


def look_closer(looking: Progress, arms: Arms, due: Mapping[Arm, Sequence[int]]) -> None:
    """Embed the windows that bundles will propose through: where they find small objects.

    What serves looks at all images, whatever their arm: people's clicks see through windows, too.
    Another bundle's encoder may be its own, and then sees its arm's images for the first time.
    """
    _look_closer(looking, arms.serving, [*chain.from_iterable(due.values())])
    for arm, bundle in arms.others.items():
        unseen = without_embedding(arms.project, bundle)
        embed_each(looking.lease, bundle, unseen.filter(pk__in=due[arm]))
        _look_closer(looking, bundle, due[arm])


def look_alone(looking: Progress, bundle: Bundle, ids: Sequence[int]) -> None:
    """Embed the windows that people will click through, and keep that the bundle has looked."""
    if not ids:
        return
    _look_closer(looking, bundle, ids)
    with fenced(looking.lease.claim):
        looked = locked_images(ids).values_list("pk", flat=True)
        Image.objects.filter(pk__in=list(looked)).update(looked_by=bundle)
        looking.lease.count_anew()


def _look_closer(looking: Progress, bundle: Bundle, ids: Sequence[int]) -> None:
    finder, config = finder_of(bundle), proposal_config_of(bundle)
    if finder is None:  # it is told where to look, or looks nowhere
        boxed = ObjectBox.objects.filter(image__in=ids).values_list("image", flat=True).distinct()
        looking.done += len(ids) - len(boxed)
        ids = list(boxed)
    sight = sight_of(bundle, looking.lease.count_anew)
    for image_id in ids:
        looking.show()
        image = Image.objects.get(pk=image_id)
        seen = looked_at_closer(image.sha256, image.size_hw, sight)
        if finder is not None:
            windows_asked(seen, finder, heat_min=config.heat_min, most=config.boxes_max)
        # The holdout is blind: where objects are, no import tells either.
        boxes = [] if image.is_holdout else boxes_of(image)
        for window in windows_for(corners_of(boxes), image.size_hw):
            seen.through(window)
        looking.done += 1


def propose_for_images(proposing: Progress, arms: Arms, due: Mapping[Arm, Sequence[int]]) -> None:
    """Propose on images, as their arms say."""
    for image in Image.objects.filter(pk__in=due[Arm.NONE]).iterator():
        _save(proposing.lease, image, arms.serving, Arm.NONE, [], boxes_of(image), None)
        proposing.done += 1
    for arm, bundle in {Arm.SERVING: arms.serving, **arms.others}.items():
        # Not what was put in the trash before the arm's encoder saw it.
        seen = Image.objects.filter(has_embedding(bundle), pk__in=due[arm])
        seen_ids = set(seen.values_list("pk", flat=True))
        _propose(proposing, bundle, arm, [each for each in due[arm] if each in seen_ids])
        forget_networks()


def _propose(proposing: Progress, bundle: Bundle, arm: Arm, ids: Sequence[int]) -> None:
    """Let a bundle propose on its arm's images, a few at a time."""
    if not ids:
        return
    proposing.show()  # the first of them takes a while
    predictor, config = predictor_of(bundle), proposal_config_of(bundle)
    finder, verifier, namer = finder_of(bundle), verifier_of(bundle), namer_of(bundle)

    def find(item: tuple[Image, SeenImage, Sequence[ObjectBox]]) -> list[Found]:
        image, seen, boxes = item
        should_stop = proposing.lease.should_stop
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
    for (image, _, boxes), found in map_in_order(find, items, threads=settings.TORCH_THREADS):
        _save(proposing.lease, image, bundle, arm, found, boxes, verifier)
        proposing.done += 1
        proposing.show()


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
    verifier: Verifier | None,
) -> None:
    """Put what was found in place; if boxes came or went meanwhile, the image stays due.

    Raises:
        BundleLeftError: the bundle is not that of the arm any more.

    """
    with fenced(lease.claim):
        hold_arm(bundle, arm, image.project_id)
        if not lock_if_free(image):
            return
        withdraw_accepted(image=image, keeping=None if arm == Arm.NONE else bundle)
        if arm == Arm.NONE:
            withhold_proposals(image=image)
        else:
            replace_pending_proposals(image=image, bundle=bundle, found=found)
            # Of what the gate did not pass people decide all; so they do of what serves meanwhile,
            # which would be ahead by that, and known by it.
            if not is_trial_on(image.project_id):
                threshold = _threshold(image.project_id, verifier)
                accept_surely(image=image, bundle=bundle, threshold=threshold)
        Image.objects.filter(pk=image.pk).update(
            proposed_by=bundle,
            arm="" if is_begun(image) else arm,
            outside_at=None,
            is_due=boxes_of(image) != boxes,
        )
        lease.count_anew()


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


def _threshold(project_id: int, verifier: Verifier | None) -> float | None:
    """Tell from which score on a bundle keeps what a manager wants now; None: accept nothing.

    By verdicts on proposals such as it may accept: among several labels, on those with a label.
    What had none was right whatever people called it.
    """
    wanted = Project.objects.values_list("auto_accept_precision", flat=True).get(pk=project_id)
    if wanted is None or verifier is None:
        return None
    has_several = Label.objects.filter(project=project_id, deleted_at=None).count() > 1
    known = verifier.held_out.of_named() if has_several else verifier.held_out
    return threshold_for(known.scores, known.accepted, wanted, known.images)
