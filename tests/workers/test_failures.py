"""What a round's candidate fails on is kept whatever served did, the worst first."""

from annotation.models import Image
from annotation.services.bundles import ensure_pretrained
from engine.masks.rle import decode
from engine.segmentation.clicked_objects import ObjectClicks
from engine.segmentation.failures import Failure
from tests.annotation.world import World, square
from tests.workers.test_examples import annotated
from workers.evaluation import Evaluation, clicked_masks
from workers.failures import MOST, failures_of


def test_the_lowest_come_first_then_what_proposals_failed_on(world: World, prepared: Image) -> None:
    bundle = ensure_pretrained(project=world.project)
    ious = {("a", 0): 0.5, ("a", 1): 0.2, ("b", 0): 0.1, ("c", 0): 0.3, ("d", 0): 0.86}
    objects = tuple(ObjectClicks(key, at, 90.0, (iou,)) for (key, at), iou in ious.items())
    made_up = Failure("d", "false", 0.0, "small", None, square(1, 1))
    images = [annotated(prepared, key) for key in "abcd"]

    found = failures_of(Evaluation({}, objects, (made_up,)), images, candidate=bundle)

    assert [(each["image"], each["kind"], each["iou"]) for each in found] == [
        ("b", "click", 0.1),
        ("a", "click", 0.2),
        ("c", "click", 0.3),
        ("d", "false", 0.0),
    ]
    assert found[1]["truth"] == clicked_masks(images[0])[1]
    assert decode(found[1]["answer"]).shape == prepared.size_hw
    assert found[1]["size"] == "medium"
    assert (found[3]["truth"], found[3]["answer"]) == (None, square(1, 1))


def test_no_more_are_kept_than_a_page_shows(world: World, prepared: Image) -> None:
    keys = [str(number) for number in range(MOST + 1)]
    objects = tuple(ObjectClicks(key, 0, 50.0, (0.5,)) for key in keys)

    found = failures_of(
        Evaluation({}, objects),
        [annotated(prepared, key) for key in keys],
        candidate=ensure_pretrained(project=world.project),
    )

    assert len(found) == MOST
