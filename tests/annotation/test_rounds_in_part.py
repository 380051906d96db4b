"""A round of which one part passed: what did not can still be tried, compared and promoted."""

from collections.abc import Mapping
from typing import Any

import pytest

from annotation.models import Alias, AliasMove, Bundle, Round
from annotation.selectors.round_cost import cost_of_round
from annotation.services.gate import Verdict
from annotation.services.rounds import finish_round, promote_by_hand
from annotation.services.trials import begin_trial
from tests.annotation.test_comparison import DIFFERENCE, FIGURES
from tests.annotation.world import Api, World, make_bundle, make_image, make_proposals

DECISION = "Masks not promoted: worse. Descriptions promoted: better."


@pytest.fixture
def serving(world: World) -> Bundle:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle)
    return bundle


@pytest.fixture
def trained(serving: Bundle) -> Bundle:
    """All that the round trained."""
    return make_bundle("b", **{"decoder.onnx": "b" * 64, "captioner.safetensors": "b" * 64})


@pytest.fixture
def composed(serving: Bundle, trained: Bundle) -> Bundle:
    """Its captioner beside the masks of what serves."""
    return make_bundle("c", **{**trained.manifest["files"], **serving.manifest["files"]})


@pytest.fixture
def judged(world: World, serving: Bundle, trained: Bundle, composed: Bundle) -> Round:
    """A round whose descriptions passed, and whose masks did not."""
    facts = {"number": 3, "parts": ["masks", "captions"], "state": "evaluating"}
    made = Round.objects.create(project=world.project, base_bundle=serving, bundle=trained, **facts)
    return finish_round(
        round_id=made.pk,
        serving=serving.pk,
        metrics={
            "against": serving.pk,
            "passed": ["captions"],
            "serving": FIGURES,
            "candidate": FIGURES | {"miou_1": 0.49},
            "difference": DIFFERENCE,
        },
        verdict=Verdict(is_promoted=True, reason=DECISION),
        composed=composed,
    )


def serving_of(world: World) -> Bundle:
    return Alias.objects.get(project=world.project, name="serving").bundle


def rows(manager: Api, world: World, of: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = manager.get(f"projects/{world.project.pk}/{of}").json()[
        "results"
    ]
    return found


def test_what_passed_serves_and_the_round_names_where_its_masks_are(
    world: World, manager: Api, judged: Round, trained: Bundle, composed: Bundle
) -> None:
    row = rows(manager, world, "rounds")[0]
    project = manager.get(f"projects/{world.project.pk}").json()

    assert serving_of(world) == composed
    assert project["serving"] == {"bundle": composed.pk, "round": 3, "is_in_part": True}
    assert (row["state"], row["bundle"], row["masks_bundle"]) == (
        "promoted",
        composed.pk,
        trained.pk,
    )


def test_both_bundles_are_listed_as_the_rounds_with_what_each_has_from_it(
    world: World, manager: Api, judged: Round, trained: Bundle, composed: Bundle, serving: Bundle
) -> None:
    listed = {
        each["bundle"]: (each["round"], each["is_in_part"], each["parts"])
        for each in rows(manager, world, "bundles")
    }

    assert listed == {
        composed.pk: (3, True, ["captions"]),
        trained.pk: (3, False, ["masks", "captions"]),
        serving.pk: (None, False, None),
    }


def test_the_refused_masks_are_compared_by_what_the_round_measured_of_them(
    world: World, manager: Api, judged: Round, trained: Bundle, serving: Bundle
) -> None:
    query = f"before={serving.pk}&after={trained.pk}"
    compared = manager.get(f"projects/{world.project.pk}/comparison?{query}").json()

    assert compared["masks"] == {"basis": "paired", "before_round": 3, "after_round": 3}
    assert compared["metrics"]["candidate"]["miou_1"] == 0.49


def test_the_refused_masks_can_be_tried(
    world: World, manager: Api, judged: Round, trained: Bundle, composed: Bundle
) -> None:
    begin_trial(round_id=judged.pk, serving_seen=composed.pk, by=world.manager)

    trial = manager.get(f"projects/{world.project.pk}/trial").json()["trial"]
    assert (trial["bundle"], trial["round"]) == (trained.pk, 3)
    assert rows(manager, world, "serving-moves")[0]["to"] == {
        "bundle": trained.pk,
        "round": 3,
        "is_in_part": False,
    }


def test_promoted_by_hand_they_are_the_rounds_and_the_decision_says_both(
    world: World, manager: Api, judged: Round, trained: Bundle, composed: Bundle
) -> None:
    promote_by_hand(
        project=world.project,
        bundle=trained,
        serving_seen=composed.pk,
        reason="They look better.",
        by=world.manager,
    )

    row = rows(manager, world, "rounds")[0]
    assert serving_of(world) == trained
    assert (row["bundle"], row["masks_bundle"]) == (trained.pk, trained.pk)
    assert row["metrics"]["passed"] == ["masks", "labels", "captions"]
    assert row["decision"] == f"All promoted by hand by manager. The gate had said: {DECISION}"
    moved = rows(manager, world, "serving-moves")[0]
    assert (moved["to"]["round"], moved["before"]["round"]) == (3, 3)
    assert (moved["to"]["is_in_part"], moved["before"]["is_in_part"]) == (False, True)


def test_what_a_round_proposed_counts_whichever_of_its_bundles_did(
    world: World, judged: Round, trained: Bundle, composed: Bundle
) -> None:
    make_proposals(make_image(world.project, 0), composed)
    make_proposals(make_image(world.project, 1), trained, 2)

    cost = cost_of_round(judged)

    assert (cost["proposals"], cost["proposed_images"]) == (3, 2)


def test_a_round_of_before_it_was_told_what_passed_lists_its_bundles(
    world: World, manager: Api, judged: Round
) -> None:
    Round.objects.filter(pk=judged.pk).update(metrics={})

    listed = rows(manager, world, "bundles")

    assert [each["parts"] for each in listed if each["round"]] == [["masks", "captions"]] * 2
