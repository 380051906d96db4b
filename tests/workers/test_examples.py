"""What a round learned is shown on the objects that changed most."""

from dataclasses import replace

import numpy as np

from annotation.models import Image
from annotation.services.bundles import ensure_pretrained
from engine.masks.rle import decode
from engine.segmentation.clicked_objects import ObjectClicks
from engine.segmentation.items import AnnotatedImage
from tests.annotation.world import World, square
from workers.evaluation import Evaluation, clicked_masks
from workers.examples import MOST, BundleView, examples_of, first_answer
from workers.networks import predictor_of

MASKS = [square(3, 3, 8), square(18, 10, 9)]


def annotated(image: Image, key: str) -> AnnotatedImage:
    embedding = np.random.default_rng(0).normal(size=(256, 64, 64)).astype(np.float16)
    return AnnotatedImage(key, lambda: embedding, MASKS, image.size_hw)


def evaluation(ious: dict[tuple[str, int], float]) -> Evaluation:
    objects = (ObjectClicks(key, index, 50.0, (iou,)) for (key, index), iou in ious.items())
    return Evaluation({}, tuple(objects))


def test_the_largest_changes_come_first_each_from_another_image(
    world: World, prepared: Image
) -> None:
    bundle = ensure_pretrained(project=world.project)
    before = {("a", 0): 0.2, ("a", 1): 0.3, ("b", 0): 0.1, ("c", 0): 0.9, ("d", 0): 0.50}
    after = {("a", 0): 0.6, ("a", 1): 0.8, ("b", 0): 0.9, ("c", 0): 0.4, ("d", 0): 0.54}
    images = [annotated(prepared, key) for key in "abcd"]

    view = BundleView(bundle, images)

    found = examples_of(evaluation(before), evaluation(after), serving=view, candidate=view)

    assert [each["image"] for each in found["gained"]] == ["b", "a"]
    assert [each["image"] for each in found["lost"]] == ["c"]
    second = found["gained"][1]
    assert second["truth"] == clicked_masks(images[0])[1]
    assert (second["serving"]["iou"], second["candidate"]["iou"]) == (0.3, 0.8)
    assert second["serving"]["rle"] == second["candidate"]["rle"]  # it is the same bundle here
    assert decode(second["serving"]["rle"]).shape == prepared.size_hw


def test_a_page_can_hold_them(world: World, prepared: Image) -> None:
    bundle = ensure_pretrained(project=world.project)
    keys = [str(number) for number in range(2 * MOST)]
    before, after = ({(key, 0): iou for key in keys} for iou in (0.2, 0.7))

    view = BundleView(bundle, [annotated(prepared, key) for key in keys])

    found = examples_of(evaluation(before), evaluation(after), serving=view, candidate=view)

    assert (len(found["gained"]), found["lost"]) == (MOST, [])


def test_each_bundle_answers_on_what_its_own_encoder_sees(world: World, prepared: Image) -> None:
    bundle = ensure_pretrained(project=world.project)
    image = annotated(prepared, "a")
    other = np.random.default_rng(1).normal(size=(256, 64, 64)).astype(np.float16)
    anew = replace(image, load_embedding=lambda: other)

    [found] = examples_of(
        evaluation({("a", 0): 0.2}),
        evaluation({("a", 0): 0.7}),
        serving=BundleView(bundle, [image]),
        candidate=BundleView(bundle, [anew]),
    )["gained"]

    assert found["serving"]["rle"] == first_answer(image, found["truth"], predictor_of(bundle))
    assert found["candidate"]["rle"] == first_answer(anew, found["truth"], predictor_of(bundle))
    assert found["serving"]["rle"] != found["candidate"]["rle"]
