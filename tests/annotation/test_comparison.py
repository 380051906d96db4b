"""Two bundles side by side: what is known of them, and when a difference is worth anything."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from annotation import storage
from annotation.models import AliasMove, Bundle, Round
from engine.segmentation.clicked_objects import ObjectClicks
from tests.annotation.world import Api, World, make_bundle

CLICKS = {"miou_1": 0.5, "miou_3": 0.7, "miou_5": 0.8, "noc_85": 4.0, "noc_90": 8.0, "objects": 30}
FIGURES = {**CLICKS, "ap_50": None, "ap_75": None, "ap_images": 0, "by_size": {"small": CLICKS}}
GAINED = {"mean": 0.04, "low": 0.01, "high": 0.08}
NO_DIFFERENCE = {"mean": 0.0, "low": 0.0, "high": 0.0}
FEWER = {"mean": -0.5, "low": -0.9, "high": -0.1}
SMALL = {**GAINED, "clicks": FEWER, "objects": 30}
DIFFERENCE = {**GAINED, "clicks": FEWER, "by_size": {"small": SMALL}}
DESCRIBED = {"cider": 0.2, "f1": 0.1, "images": 9, "by": "neighbours"}


@pytest.fixture
def pretrained(world: World) -> Bundle:
    bundle = make_bundle("a")
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle)
    return bundle


def judged(
    world: World, number: int, base: Bundle, bundle: Bundle, holdout: str, **more: Any
) -> Round:
    """Make a round whose candidate reaches an IoU of its number in tenths."""
    metrics = {
        "against": base.pk,
        "holdout": holdout,
        "serving": FIGURES,
        "candidate": {**FIGURES, "miou_1": number / 10},
        "difference": DIFFERENCE,
    }
    return Round.objects.create(
        project=world.project,
        number=number,
        base_bundle=base,
        bundle=bundle,
        state="refused",
        metrics=metrics | more,
    )


def compare(world: World, before: Bundle, after: Bundle) -> Any:
    query = f"before={before.pk}&after={after.pk}"
    return Api(world.manager).get(f"projects/{world.project.pk}/comparison?{query}").json()


def iou(compared: Any, side: str) -> float:
    value: float = compared["metrics"][side]["miou_1"]
    return value


def test_what_one_round_measured_of_both_has_its_interval_from_either_side(
    world: World, pretrained: Bundle
) -> None:
    trained = make_bundle("b")
    judged(world, 6, pretrained, trained, "h")

    forth, back = compare(world, pretrained, trained), compare(world, trained, pretrained)

    assert forth["masks"] == {"basis": "paired", "before_round": 6, "after_round": 6}
    assert (iou(forth, "serving"), iou(forth, "candidate")) == (0.5, 0.6)
    assert forth["metrics"]["difference"] == DIFFERENCE
    assert back["masks"] == forth["masks"]
    assert (iou(back, "serving"), iou(back, "candidate")) == (0.6, 0.5)
    lost = {"mean": -0.04, "low": -0.08, "high": -0.01}
    turned = {**lost, "clicks": {"mean": 0.5, "low": 0.1, "high": 0.9}}
    assert back["metrics"]["difference"] == {
        **turned,
        "by_size": {"small": {**turned, "objects": 30}},
    }


@pytest.mark.parametrize(
    ("holdouts", "basis"),
    [(("h", "h"), "same_holdout"), (("h", "i"), "different_holdouts")],
)
def test_what_two_rounds_measured_has_no_interval_where_no_objects_are_kept(
    world: World, pretrained: Bundle, holdouts: tuple[str, str], basis: str
) -> None:
    sixth, seventh = make_bundle("b"), make_bundle("c")
    judged(world, 6, pretrained, sixth, holdouts[0])
    judged(world, 7, pretrained, seventh, holdouts[1])

    compared = compare(world, sixth, seventh)

    assert compared["masks"] == {"basis": basis, "before_round": 6, "after_round": 7}
    assert (iou(compared, "serving"), iou(compared, "candidate")) == (0.6, 0.7)
    assert "difference" not in compared["metrics"]


def keep_objects(bundle: str, holdout: str, *first_ious: float) -> None:
    """Store what one object of each of some images came to, as an evaluation does."""
    objects = [
        asdict(ObjectClicks(f"image {number}", 0, 20.0, (iou,)))
        for number, iou in enumerate(first_ious)
    ]
    key = storage.evaluation_key(bundle, holdout)
    storage.put_bytes(key, json.dumps({"objects": objects}).encode())


def test_what_two_rounds_measured_on_the_same_objects_is_compared_object_by_object(
    world: World, pretrained: Bundle
) -> None:
    sixth, composed = make_bundle("b"), make_bundle("c")
    judged(world, 6, pretrained, sixth, "h")
    judged(world, 7, pretrained, composed, "h", measured="its masks alone")
    keep_objects(sixth.pk, "h", 0.6, 0.7, 0.8)
    keep_objects("its masks alone", "h", 0.6, 0.8, 0.9)

    forth, back = compare(world, sixth, composed), compare(world, composed, sixth)

    assert forth["masks"] == {"basis": "paired", "before_round": 6, "after_round": 7}
    assert (iou(forth, "serving"), iou(forth, "candidate")) == (0.6, 0.7)
    gained = forth["metrics"]["difference"]
    assert gained["mean"] == pytest.approx(0.2 / 3)
    assert gained["low"] <= 0.01 < gained["mean"] < gained["high"] <= 0.1 + 1e-9
    assert gained["by_size"]["small"]["objects"] == 3
    assert gained["clicks"]["mean"] == pytest.approx(-19 / 3)  # one is good that was not
    assert back["metrics"]["difference"]["mean"] == pytest.approx(-0.2 / 3)


def test_a_round_that_measured_both_counts_more_than_newer_ones(
    world: World, pretrained: Bundle
) -> None:
    sixth, seventh = make_bundle("b"), make_bundle("c")
    judged(world, 6, pretrained, sixth, "h")
    judged(world, 7, sixth, seventh, "i")
    judged(world, 8, pretrained, make_bundle("d"), "j")

    assert compare(world, pretrained, sixth)["masks"]["before_round"] == 6
    assert compare(world, sixth, seventh)["masks"]["before_round"] == 7
    apart = compare(world, pretrained, seventh)["masks"]
    assert apart == {"basis": "different_holdouts", "before_round": 8, "after_round": 7}


def test_a_candidate_was_measured_beside_what_served_when_it_was_judged(
    world: World, pretrained: Bundle
) -> None:
    trained, served = make_bundle("b"), make_bundle("c")
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=served)
    judged(world, 6, pretrained, trained, "h", against=served.pk)

    assert compare(world, served, trained)["masks"]["basis"] == "paired"
    assert compare(world, pretrained, trained)["masks"]["basis"] == "not_measured"


def test_a_bundle_does_as_well_at_masks_as_the_one_that_it_has_them_from(
    world: World, pretrained: Bundle
) -> None:
    captioner = {"captioner.safetensors": "1", "captioner.json": "2"}
    composed = make_bundle("b", **pretrained.manifest["files"], **captioner)
    captions = {"serving": DESCRIBED, "candidate": {**DESCRIBED, "by": "captioner"}}
    judged(world, 6, pretrained, composed, "h", captions=captions | {"difference": GAINED})

    compared = compare(world, pretrained, composed)

    assert compared["masks"] == {"basis": "same_part", "before_round": 6, "after_round": 6}
    assert (iou(compared, "serving"), iou(compared, "candidate")) == (0.5, 0.5)
    assert "difference" not in compared["metrics"]
    assert compared["captions"]["basis"] == "paired"
    described = compared["metrics"]["captions"]
    assert [described[side]["by"] for side in ("serving", "candidate")] == [
        "neighbours",
        "captioner",
    ]
    assert described["difference"] == GAINED


def test_what_no_round_measured_has_no_figures(world: World, pretrained: Bundle) -> None:
    trained = make_bundle("b")
    Round.objects.create(
        project=world.project, number=1, base_bundle=pretrained, bundle=trained, state="promoted"
    )

    compared = compare(world, pretrained, trained)

    nothing = {"basis": "not_measured", "before_round": None, "after_round": None}
    assert compared == {"metrics": {}, "masks": nothing, "captions": nothing}


def test_a_bundle_of_another_project_is_compared_with_nothing(
    world: World, pretrained: Bundle, manager: Api
) -> None:
    foreign = make_bundle("d")
    AliasMove.objects.create(project=world.elsewhere, name="serving", to_bundle=foreign)
    path = f"projects/{world.project.pk}/comparison"

    assert manager.get(f"{path}?before={pretrained.pk}&after={foreign.pk}").status_code == 404
    assert manager.get(f"{path}?before={pretrained.pk}").status_code == 400


def test_labels_are_compared_by_what_named_them_beside_masks_of_another_round(
    world: World, pretrained: Bundle
) -> None:
    trained = make_bundle("b", **{"decoder.onnx": "b" * 64, "label_head.safetensors": "b" * 64})
    beside = make_bundle("c", **{"decoder.onnx": "a" * 64, "label_head.safetensors": "b" * 64})
    named = {"masks": 9, "right": 5, "named": 4, "named_right": 3}
    refused = judged(world, 6, pretrained, trained, "h")
    metrics = refused.metrics
    metrics["candidate"]["labels"] = named
    metrics["difference"] = {**DIFFERENCE, "labels": GAINED}
    Round.objects.filter(pk=refused.pk).update(metrics=metrics, bundle=beside)
    Round.objects.filter(pk=refused.pk).update(trained_bundle=trained, state="promoted")
    Bundle.objects.filter(pk=beside.pk).update(round=refused)

    served, refused_masks = compare(world, pretrained, beside), compare(world, beside, trained)

    assert served["masks"]["basis"] == "same_part"
    assert iou(served, "candidate") == 0.5
    assert served["metrics"]["difference"] == {**NO_DIFFERENCE, "labels": GAINED}
    assert "labels" not in served["metrics"]["serving"]
    assert served["metrics"]["candidate"]["labels"] == named
    assert refused_masks["masks"]["basis"] == "paired"
    assert iou(refused_masks, "candidate") == 0.6
    assert refused_masks["metrics"]["candidate"]["labels"] == named
