"""One batch of images worked through by the simulated annotators, by either plan of a project."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User

from annotation.models import Image, Project
from annotation.selectors.plan import Queue
from annotation.services.verification import claim_proposals
from engine.map_in_order import map_in_order
from engine.segmentation.items import SeenImage
from workers.embeddings import seen_image
from workers.networks import predictor_of
from workers.simulation.annotator import Offer, Scene, Target, annotate, correct, verify
from workers.simulation.pictures import Picture
from workers.simulation.project import SimulatedProject
from workers.watch import Show

Work = Sequence[tuple[Picture, Image]]
SeenOf = Callable[[Image], SeenImage]


@dataclass(slots=True)
class Effort:
    """What people did in one queue, in counts; seconds would be made up."""

    images: int = 0  # opened in the editor
    verdicts: int = 0
    settled: int = 0  # proposals accepted, rejected or redrawn, and not sent on
    accepted: int = 0  # as they were proposed, with their label if they had one
    masks: int = 0  # left behind: accepted or drawn
    clicks: int = 0
    strokes: int = 0
    relabelled: int = 0  # accepted, but not with the label that was proposed

    def add(self, operations: Sequence[Any], offers: Sequence[Offer]) -> None:
        """Count operations; `offers` are the proposals that they may decide on."""
        labels = {offer.id: offer.label for offer in offers}
        for op in operations:
            is_accepted = op.get("verdict") == "accepted"
            is_named = is_accepted and labels[op["proposal"]] in {None, op["label"]}
            self.verdicts += op["kind"] == "verdict"
            self.settled += "proposal" in op and op.get("verdict") != "needs_work"
            self.accepted += is_named
            self.relabelled += is_accepted and not is_named
            self.masks += is_accepted or op["kind"] == "create"
            effort = op.get("effort", {})
            self.clicks += effort.get("clicks", 0)
            self.strokes += effort.get("strokes", 0)

    @property
    def accepted_untouched(self) -> float | None:
        """The share of the settled proposals."""
        return self.accepted / self.settled if self.settled else None

    @property
    def clicks_per_mask(self) -> float | None:
        return self.clicks / self.masks if self.masks else None

    @property
    def strokes_per_mask(self) -> float | None:
        return self.strokes / self.masks if self.masks else None


def total(efforts: Iterable[Effort]) -> Effort:
    """Add up queues, or images."""
    rows = [asdict(effort) for effort in efforts]
    return Effort(**{name: sum(row[name] for row in rows) for name in rows[0]})


def work_through(
    people: SimulatedProject,
    work: Work,
    accept_iou: float,
    show: Show,
    seen_of: SeenOf | None = None,
) -> dict[str, Effort]:
    """Finish every image; return what it took, by queue.

    Clicks see through all windows that are known of an image, unless `seen_of` says otherwise.
    """
    bundle = people.serving()
    predictor = predictor_of(bundle)

    def as_in_use(image: Image) -> SeenImage:
        return seen_image(image.sha256, image.size_hw, bundle.encoder_digest)

    def scene_of(image: Image) -> Scene:
        return Scene((seen_of or as_in_use)(image), predictor, accept_iou)

    if people.project.plan == Project.Plan.QUEUES:
        return _three_queues(people, work, scene_of, accept_iou, show)
    return _one_pass(people, work, scene_of, show)


def _one_pass(
    people: SimulatedProject, work: Work, scene_of: Callable[[Image], Scene], show: Show
) -> dict[str, Effort]:
    """Whoever opens an image decides, corrects and completes."""

    def items() -> Iterator[tuple[Image, Scene, list[Offer], list[Target]]]:
        for picture, image in work:
            yield image, scene_of(image), people.offers_on(image), people.targets_of(picture)

    def work_out(item: tuple[Image, Scene, list[Offer], list[Target]]) -> list[Any]:
        return annotate(*item[1:])  # no database here: a thread's connection is closed by nobody

    effort = Effort()
    results = map_in_order(work_out, items(), threads=settings.TORCH_THREADS)
    for done, ((image, _, offers, _), operations) in enumerate(results, start=1):
        people.save(image, operations, people.annotators[done % len(people.annotators)])
        effort.images += 1
        effort.add(operations, offers)
        show(done, len(work), "Annotating")
    return {Project.Plan.WHOLE.value: effort}


def _three_queues(
    people: SimulatedProject,
    work: Work,
    scene_of: Callable[[Image], Scene],
    accept_iou: float,
    show: Show,
) -> dict[str, Effort]:
    """Verify proposals one after another, then complete and correct whole images."""
    pictures = {image.pk: picture for picture, image in work}
    plan = (Queue.VERIFY, Queue.COMPLETE, Queue.CORRECT)  # nobody reviews here
    efforts = {queue.value: Effort() for queue in plan}
    judged: dict[UUID, tuple[Offer, Any]] = {}

    def verify_next(user: User) -> bool:
        decided = _verify(people, user, pictures, accept_iou, judged)
        efforts[Queue.VERIFY].add([op for _, op in decided], [offer for offer, _ in decided])
        show(efforts[Queue.VERIFY].verdicts, 0, "Verifying")
        return bool(decided)

    def open_next(user: User, queue: Queue) -> bool:
        image = people.next_in(queue, user)
        if image is None:
            return False
        present, sent_on = people.masks_on(image), people.sent_on(image)
        targets = people.targets_of(pictures[image.pk])
        operations = correct(scene_of(image), sent_on, targets, present)
        people.save(image, operations, user)
        efforts[queue].images += 1
        efforts[queue].add(operations, sent_on)
        done = sum(effort.images for effort in efforts.values())
        show(done, len(work), "Completing and correcting")
        return True

    _in_turn(people, verify_next)
    for queue in (Queue.COMPLETE, Queue.CORRECT):
        _in_turn(people, partial(open_next, queue=queue))
    return efforts


def _verify(
    people: SimulatedProject,
    user: User,
    pictures: Mapping[int, Picture],
    accept_iou: float,
    judged: dict[UUID, tuple[Offer, Any]],
) -> list[tuple[Offer, Any]]:
    """Decide on the next batch; an image's proposals are judged beside each other."""
    proposals = claim_proposals(project=people.project, user=user).proposals
    batch: dict[int, tuple[Image, list[tuple[Offer, Any]]]] = {}
    for proposal in proposals:
        image = proposal.image
        if proposal.pk not in judged:
            offers, targets = people.offers_on(image), people.targets_of(pictures[image.pk])
            verdicts = verify(offers, targets, accept_iou)
            judged |= {offer.id: (offer, op) for offer, op in zip(offers, verdicts, strict=True)}
        batch.setdefault(image.pk, (image, []))[1].append(judged[proposal.pk])
    for image, decided in batch.values():
        people.send(image, [op for _, op in decided], user)
    return [each for _, decided in batch.values() for each in decided]


def _in_turn(people: SimulatedProject, act: Callable[[User], bool]) -> None:
    """Let the annotators act one after the other until none finds anything to do."""
    idle = 0
    turn = 0
    while idle < len(people.annotators):
        has_acted = act(people.annotators[turn % len(people.annotators)])
        turn += 1
        idle = 0 if has_acted else idle + 1
