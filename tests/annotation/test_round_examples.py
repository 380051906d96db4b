"""Managers see what a round learned and fails on: objects of the blind holdout, with answers."""

import pytest

from annotation.models import Image, Round
from annotation.services.images import delete_image
from annotation.services.rounds import record_examples
from tests.annotation.world import Api, World, make_bundle, make_image, make_promoted_round, square


@pytest.fixture
def images(world: World) -> list[Image]:
    return [make_image(world.project, seed, is_holdout=True) for seed in range(2)]


@pytest.fixture
def learned(world: World, images: list[Image]) -> Round:
    """A round that gained on one image and lost on another."""
    made = make_promoted_round(world.project, make_bundle("a"), make_bundle("b"))
    gained, lost = (
        {
            "image": image.sha256,
            "truth": square(2, 2),
            "serving": {"iou": before, "rle": square(1, 1)},
            "candidate": {"iou": after, "rle": square(3, 3)},
        }
        for image, before, after in ((images[0], 0.2, 0.9), (images[1], 0.8, 0.5))
    )
    missed = {"kind": "missed", "iou": 0.0, "size": "small", "truth": square(2, 2), "answer": None}
    failures = [{"image": image.sha256, **missed} for image in images]
    record_examples(
        round_id=made.pk, examples={"gained": [gained], "lost": [lost], "failures": failures}
    )
    return made


def test_a_manager_sees_what_was_gained_and_lost(
    manager: Api, learned: Round, images: list[Image]
) -> None:
    found = manager.get(f"rounds/{learned.pk}/examples").json()

    (gained,), (lost,) = found["gained"], found["lost"]
    assert gained["image"]["id"] == images[0].pk
    assert gained["image"]["display_url"].startswith("http")
    assert (gained["serving"]["iou"], gained["candidate"]["iou"]) == (0.2, 0.9)
    assert gained["truth"] == square(2, 2)
    assert lost["image"]["file_name"] == images[1].file_name


def test_a_manager_sees_what_failed(manager: Api, learned: Round, images: list[Image]) -> None:
    first, _ = manager.get(f"rounds/{learned.pk}/examples").json()["failures"]

    assert first["image"]["id"] == images[0].pk
    assert (first["kind"], first["iou"], first["size"]) == ("missed", 0.0, "small")
    assert (first["truth"], first["answer"]) == (square(2, 2), None)


def test_nobody_else_sees_the_holdout_so(annotator: Api, stranger: Api, learned: Round) -> None:
    assert annotator.get(f"rounds/{learned.pk}/examples").status_code == 403
    assert stranger.get(f"rounds/{learned.pk}/examples").status_code == 404


def test_an_image_that_was_deleted_is_left_out(
    manager: Api, world: World, learned: Round, images: list[Image]
) -> None:
    delete_image(image=images[0], by=world.manager)

    found = manager.get(f"rounds/{learned.pk}/examples").json()

    assert found["gained"] == []
    assert len(found["lost"]) == 1
    assert [each["image"]["id"] for each in found["failures"]] == [images[1].pk]


def test_a_round_of_before_they_were_kept_has_none(manager: Api, world: World) -> None:
    made = make_promoted_round(world.project, make_bundle("a"), make_bundle("b"))

    found = manager.get(f"rounds/{made.pk}/examples").json()

    assert found == {"gained": [], "lost": [], "failures": None}
