"""The history of a mask, as a person reads it: newest first, who, when, from what, how."""

from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from annotation.models import Image, Operation
from annotation.services.seeds import Seed, seed_masks
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_promoted_round,
    make_proposals,
    operation,
    square,
)


def test_every_state_of_a_mask_is_told_the_newest_first(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    effort = {
        "seconds": 2.5,
        "clicks": 1,
        "strokes": 3,
        "prompts": [{"kind": "point", "xy": [4, 5], "label": 1}],
        "hypothesis": 2,
        "picked": True,
        "tool": "point",
        "undos": 4,
    }
    drawn = create(effort=effort)
    mask = drawn["mask"]
    annotator.save(image, drawn)
    reviewer.save(image, operation("revise", mask=mask, rle=square(3, 3), label=world.label_id))
    annotator.save(image, operation("delete", mask=mask))
    annotator.save(image, operation("revise", mask=mask))

    answer = annotator.get(f"masks/{mask}/revisions")

    assert answer.status_code == 200, answer.content
    page = answer.json()
    assert page["next"] is None
    told = [
        (row["number"], row["kind"], row["author"], row["label"], row["rle"], row["area_px"])
        for row in page["results"]
    ]
    assert told == [
        (4, "revise", "annotator", world.label_id, square(3, 3), 25),
        (3, "delete", "annotator", world.label_id, None, 0),
        (2, "revise", "reviewer", world.label_id, square(3, 3), 25),
        (1, "create", "annotator", None, square(2, 2), 25),
    ]
    first = page["results"][-1]
    assert {key: first[key] for key in effort} == effort
    assert (first["proposal"], first["bundle"], first["round"]) == (None, None, None)
    assert [row["tool"] for row in page["results"]] == [None, None, None, "point"]
    assert [row["picked"] for row in page["results"]] == [False, False, False, True]
    assert [row["undos"] for row in page["results"]] == [0, 0, 0, 4]


def test_what_opening_the_image_took_stays_with_the_operation_however_often_it_is_sent(
    annotator: Api, image: Image
) -> None:
    opening = {"paint_ms": 120, "action_ms": 2300}
    drawn = create(effort={"opening": opening})
    for _ in range(2):
        assert annotator.save(image, drawn, version=0).status_code == 200

    [kept] = Operation.objects.filter(image=image)

    assert kept.payload["effort"]["opening"] == opening


def test_it_tells_the_proposal_its_bundle_and_the_round_that_made_it(
    annotator: Api, manager: Api, world: World, image: Image
) -> None:
    pretrained, trained = make_bundle("a"), make_bundle("b")
    make_promoted_round(world.project, pretrained, trained)
    (proposal,) = make_proposals(image, trained)
    mask = str(uuid4())
    accept = {"proposal": str(proposal.pk), "verdict": "accepted", "mask": mask, "label": None}
    annotator.save(image, operation("verdict", **accept))
    annotator.save(image, operation("revise", mask=mask, rle=square(1, 1)))

    rows = manager.get(f"masks/{mask}/revisions").json()["results"]

    told = [(row["kind"], row["proposal"], row["bundle"], row["round"]) for row in rows]
    source = (str(proposal.pk), trained.pk, 3)
    assert told == [("revise", *source), ("verdict", *source)]


def test_a_mask_of_the_pretrained_bundle_has_no_round(
    annotator: Api, manager: Api, image: Image
) -> None:
    (proposal,) = make_proposals(image, make_bundle())
    drawn = create(proposal=str(proposal.pk))
    annotator.save(image, drawn)

    (row,) = manager.get(f"masks/{drawn['mask']}/revisions").json()["results"]

    assert (row["bundle"], row["round"]) == (proposal.bundle_id, None)


def test_an_imported_mask_has_no_operation(annotator: Api, world: World, image: Image) -> None:
    seed_masks(image=image, seeds=[Seed(square(2, 2))], author=world.manager)
    mask = annotator.get(f"images/{image.pk}").json()["masks"][0]["id"]

    (row,) = annotator.get(f"masks/{mask}/revisions").json()["results"]

    assert (row["kind"], row["author"], row["rle"]) == (None, "manager", square(2, 2))


def test_each_revision_tells_which_mask_it_was_a_part_of_then(annotator: Api, image: Image) -> None:
    whole, other, part = create(at=(1, 1)), create(at=(9, 1)), create(at=(3, 3))
    mask = part["mask"]
    annotator.save(image, whole, other, {**part, "parent": whole["mask"]})
    annotator.save(image, operation("revise", mask=mask, rle=square(4, 4)))
    annotator.save(image, operation("revise", mask=mask, parent=other["mask"]))
    annotator.save(image, operation("revise", mask=mask, parent=None))
    annotator.save(image, operation("delete", mask=mask))

    rows = annotator.get(f"masks/{mask}/revisions").json()["results"]

    parents = [row["parent"] for row in rows]
    assert parents == [None, None, other["mask"], whole["mask"], whole["mask"]]


def test_a_long_history_comes_in_pages_each_of_the_same_few_queries(
    annotator: Api, image: Image, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    drawn = create()
    mask = drawn["mask"]
    steps = [operation("revise", mask=mask, rle=square(2, 2, 3 + i % 9)) for i in range(69)]
    annotator.save(image, drawn, *steps)

    numbers: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        with django_assert_num_queries(5):  # session, user, mask with role, places, page
            page = annotator.get(f"masks/{mask}/revisions?cursor={cursor}").json()
        assert len(page["results"]) <= 30
        numbers += [row["number"] for row in page["results"]]
        cursor = page["next"]

    assert numbers == list(range(70, 0, -1))


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "WzEsMl0"])
def test_a_made_up_cursor_is_refused(annotator: Api, image: Image, cursor: str) -> None:
    drawn = create()
    annotator.save(image, drawn)

    answer = annotator.get(f"masks/{drawn['mask']}/revisions?cursor={cursor}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


def test_only_who_may_open_the_image_reads_the_history(
    annotator: Api, manager: Api, stranger: Api, image: Image
) -> None:
    drawn = create()
    annotator.save(image, drawn)
    history = f"masks/{drawn['mask']}/revisions"

    assert Api().get(history).status_code == 401
    assert stranger.get(history).status_code == 404
    assert annotator.get(f"masks/{uuid4()}/revisions").status_code == 404
    manager.delete(f"images/{image.pk}")
    assert annotator.get(history).status_code == 404
