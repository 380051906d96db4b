"""One batch of images worked through by the simulated annotators, by either plan of a project."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User

from annotation.models import Image, Project
from annotation.selectors.plan import Queue
from annotation.services.verification import claim_proposals
from engine.map_in_order import map_in_order
from workers.embeddings import seen_image
from workers.lease import Show
from workers.networks import predictor_of
from workers.simulation.annotator import Offer, Scene, Target, annotate, correct, verify
from workers.simulation.pictures import Picture
from workers.simulation.project import SimulatedProject

Work = Sequence[tuple[Picture, Image]]


@dataclass(slots=True)
class Effort:
    """What people did in one queue, in counts; seconds would be made up."""

    images: int = 0  # opened in the editor
    verdicts: int = 0
    settled: int = 0  # proposals accepted, rejected or redrawn, and not sent on
    accepted: int = 0
    masks: int = 0  # left behind: accepted or drawn
    clicks: int = 0
    strokes: int = 0

    def add(self, operations: Sequence[Any]) -> None:
        for op in operations:
            is_accepted = op.get("verdict") == "accepted"
            self.verdicts += op["kind"] == "verdict"
            self.settled += "proposal" in op and op.get("verdict") != "needs_work"
            self.accepted += is_accepted
            self.masks += is_accepted or op["kind"] == "create"
            effort = op.get("effort", {})
            self.clicks += effort.get("clicks", 0)
            self.strokes += effort.get("strokes", 0)


def total(efforts: Mapping[str, Effort]) -> Effort:
    """Add up queues."""
    rows = [asdict(effort) for effort in efforts.values()]
    return Effort(**{name: sum(row[name] for row in rows) for name in rows[0]})


def work_through(
    people: SimulatedProject, work: Work, accept_iou: float, show: Show
) -> dict[str, Effort]:
    """Finish every image; return what it took, by queue."""
    bundle = people.serving()
    predictor = predictor_of(bundle)

    def scene_of(image: Image) -> Scene:
        seen = seen_image(image.sha256, image.size_hw, bundle.encoder_digest)
        return Scene(seen, predictor, accept_iou)

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
    for done, ((image, *_), operations) in enumerate(results, start=1):
        people.save(image, operations, people.annotators[done % len(people.annotators)])
        effort.images += 1
        effort.add(operations)
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
    judged: dict[UUID, Any] = {}

    def verify_next(user: User) -> list[Any] | None:
        return _verify(people, user, pictures, accept_iou, judged)

    for operations in _in_turn(people, verify_next):
        efforts[Queue.VERIFY].add(operations)
        show(efforts[Queue.VERIFY].verdicts, 0, "Verifying")

    done = 0
    for queue in (Queue.COMPLETE, Queue.CORRECT):

        def open_next(user: User, queue: Queue = queue) -> list[Any] | None:
            image = people.next_in(queue, user)
            if image is None:
                return None
            present, sent_on = people.masks_on(image), people.sent_on(image)
            targets = people.targets_of(pictures[image.pk])
            operations = correct(scene_of(image), sent_on, targets, present)
            people.save(image, operations, user)
            return operations

        for operations in _in_turn(people, open_next):
            efforts[queue].images += 1
            efforts[queue].add(operations)
            done += 1
            show(done, len(work), "Completing and correcting")
    return efforts


def _verify(
    people: SimulatedProject,
    user: User,
    pictures: Mapping[int, Picture],
    accept_iou: float,
    judged: dict[UUID, Any],
) -> list[Any] | None:
    """Decide on the next batch; an image's proposals are judged beside each other."""
    proposals = claim_proposals(project=people.project, user=user).proposals
    batch: dict[int, tuple[Image, list[Any]]] = {}
    for proposal in proposals:
        image = proposal.image
        if proposal.pk not in judged:
            offers, targets = people.offers_on(image), people.targets_of(pictures[image.pk])
            judged |= {op["proposal"]: op for op in verify(offers, targets, accept_iou)}
        batch.setdefault(image.pk, (image, []))[1].append(judged[proposal.pk])
    for image, operations in batch.values():
        people.send(image, operations, user)
    return [op for _, operations in batch.values() for op in operations] or None


def _in_turn(
    people: SimulatedProject, act: Callable[[User], list[Any] | None]
) -> Iterator[list[Any]]:
    """Let the annotators act one after the other until none finds anything to do."""
    idle = 0
    turn = 0
    while idle < len(people.annotators):
        done = act(people.annotators[turn % len(people.annotators)])
        turn += 1
        idle = idle + 1 if done is None else 0
        if done is not None:
            yield done
