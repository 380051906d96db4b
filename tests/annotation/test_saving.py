"""Saving masks: DESIGN's "Saving", and the promises P3 and P4."""

from uuid import uuid4

import pytest

from annotation.models import Image, Mask, Operation, Proposal, Revision
from annotation.services.labels import delete_label
from engine.masks.rle import area
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
    square,
)


def test_a_save_makes_a_mask_its_first_revision_and_the_next_version(
    annotator: Api, world: World, image: Image
) -> None:
    effort = {
        "seconds": 2.5,
        "clicks": 1,
        "strokes": 3,
        "prompts": [{"kind": "point", "xy": [4, 5], "label": 1}],
        "hypothesis": 2,
    }
    drawn = create(label=world.label_id, effort=effort)

    answer = annotator.save(image, drawn)

    assert answer.status_code == 200, answer.content
    assert answer.json() == {"version": 1, "masks": [{"id": drawn["mask"], "revision": 1}]}
    assert answer.headers["ETag"] == '"1"'
    revision = Revision.objects.get(mask=drawn["mask"])
    assert revision.rle == drawn["rle"]
    assert revision.area_px == area(drawn["rle"])
    assert revision.author == world.annotator
    assert (revision.seconds, revision.clicks, revision.strokes) == (2.5, 1, 3)
    assert revision.prompts == effort["prompts"]
    assert revision.hypothesis == 2
    assert revision.operation is not None
    assert str(revision.operation.pk) == drawn["id"]


def test_p3_a_save_sent_twice_adds_nothing(annotator: Api, image: Image) -> None:
    drawn = create()
    first = annotator.save(image, drawn, version=0)

    again = annotator.save(image, drawn, version=0)

    assert again.status_code == 200
    assert again.json() == first.json()
    assert (Mask.objects.count(), Revision.objects.count(), Operation.objects.count()) == (1, 1, 1)


def test_p3_operations_that_were_saved_are_skipped_when_new_ones_come_with_them(
    annotator: Api, image: Image
) -> None:
    first, second = create(), create(at=(12, 2))
    annotator.save(image, first, version=0)

    answer = annotator.save(image, first, second, version=1)

    assert answer.status_code == 200
    assert answer.json() == {"version": 2, "masks": [{"id": second["mask"], "revision": 1}]}
    assert Revision.objects.count() == 2


def test_p4_a_stale_save_is_told_what_it_missed_and_changes_nothing(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    theirs = create(at=(12, 2))
    reviewer.save(image, theirs, version=0)
    mine = create()

    answer = annotator.save(image, mine, version=0)

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["version"]) == ("stale_version", 1)
    missed = problem["missed"]
    assert missed == [{**theirs, "author": "reviewer", "image_version": 1}]
    assert not Mask.objects.filter(pk=mine["mask"]).exists()
    assert annotator.save(image, mine, version=problem["version"]).status_code == 200
    assert Mask.objects.count() == 2


def test_a_stale_save_is_told_which_of_its_own_operations_were_saved(
    annotator: Api, image: Image
) -> None:
    saved, fresh = create(), create(at=(12, 2))
    annotator.save(image, saved, version=0)  # and the answer got lost

    answer = annotator.save(image, saved, fresh, version=0)

    assert (answer.status_code, answer.json()["version"]) == (409, 1)
    assert answer.json()["missed"] == [{**saved, "author": "annotator", "image_version": 1}]


def test_p4_a_save_sent_again_is_told_what_others_did_on_top_of_it(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    mine = create()
    annotator.save(image, mine, version=0)  # and the answer got lost
    theirs = operation("revise", mask=mine["mask"], rle=square(7, 7))
    reviewer.save(image, theirs, version=1)

    answer = annotator.save(image, mine, version=0)

    assert (answer.status_code, answer.json()["version"]) == (409, 2)
    assert [(each["id"], each["author"]) for each in answer.json()["missed"]] == [
        (mine["id"], "annotator"),
        (theirs["id"], "reviewer"),
    ]
    assert annotator.save(image, mine, version=2).json() == {
        "version": 2,
        "masks": [{"id": mine["mask"], "revision": 2}],
    }


def test_a_save_must_say_its_version(annotator: Api, image: Image) -> None:
    answer = annotator.patch(f"images/{image.pk}/masks", {"operations": [create()]})

    assert answer.status_code == 428
    assert answer.json()["code"] == "version_required"


def test_revisions_are_appended_and_a_deleted_mask_comes_back(
    annotator: Api, world: World, image: Image
) -> None:
    drawn = create(label=world.label_id)
    mask = drawn["mask"]
    annotator.save(image, drawn, operation("revise", mask=mask, rle=square(3, 3)))

    annotator.save(image, operation("delete", mask=mask))
    assert annotator.get(f"images/{image.pk}").json()["masks"] == []
    answer = annotator.save(image, operation("revise", mask=mask))

    assert answer.json()["masks"] == [{"id": mask, "revision": 4}]
    history = list(
        Revision.objects.filter(mask=mask).order_by("number").values_list("rle", flat=True)
    )
    assert history == [square(2, 2), square(3, 3), None, square(3, 3)]
    shown = annotator.get(f"images/{image.pk}").json()["masks"]
    assert [(one["rle"], one["label"]) for one in shown] == [(square(3, 3), world.label_id)]


def test_p9_a_save_under_a_deleted_label_succeeds(
    annotator: Api, world: World, image: Image
) -> None:
    label = world.project.labels.get()
    delete_label(label=label)

    answer = annotator.save(image, create(label=label.pk))

    assert answer.status_code == 200
    page = annotator.get(f"images/{image.pk}").json()
    assert page["masks"][0]["label"] == label.pk
    assert [one["deleted"] for one in page["labels"]] == [True]


def test_a_save_to_an_image_in_the_trash_is_kept(
    annotator: Api, manager: Api, image: Image
) -> None:
    manager.delete(f"images/{image.pk}")

    assert annotator.save(image, create()).status_code == 200

    manager.post(f"images/{image.pk}/restore")
    assert len(annotator.get(f"images/{image.pk}").json()["masks"]) == 1


def test_parts_have_a_parent_but_no_circle(annotator: Api, image: Image) -> None:
    whole, part = create(), create(at=(3, 3))
    part["parent"] = whole["mask"]
    annotator.save(image, whole, part)

    circle = operation("revise", mask=whole["mask"], parent=part["mask"])
    answer = annotator.save(image, circle)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "operations[0].parent"
    shown = {
        one["id"]: one["parent"] for one in annotator.get(f"images/{image.pk}").json()["masks"]
    }
    assert shown == {whole["mask"]: None, part["mask"]: whole["mask"]}


def test_a_mask_keeps_its_place_among_others_until_it_is_moved(
    annotator: Api, image: Image
) -> None:
    drawn = create(z=2)
    mask = drawn["mask"]
    annotator.save(image, drawn, create(at=(12, 2)))
    annotator.save(image, operation("revise", mask=mask, rle=square(4, 4)))
    annotator.save(image, operation("delete", mask=mask), operation("revise", mask=mask))
    annotator.save(image, operation("revise", mask=mask, z=-1))

    too_high = annotator.save(image, operation("revise", mask=mask, z=40_000))

    assert too_high.json()["errors"][0]["field"] == "operations[0].z"
    shown = [each["z"] for each in annotator.get(f"images/{image.pk}").json()["masks"]]
    assert shown == [-1, 0]
    history = annotator.get(f"masks/{mask}/revisions").json()["results"]
    assert [row["z"] for row in history] == [-1, 2, 2, 2, 2]


def test_one_bad_operation_refuses_the_whole_save(annotator: Api, image: Image) -> None:
    good = create()
    bad = create(rle={"size": [24, 32], "counts": "0"})

    answer = annotator.save(image, good, bad)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "operations[1].rle"
    assert not Mask.objects.exists()
    image.refresh_from_db()
    assert image.version == 0


@pytest.mark.parametrize(
    "rle",
    [
        {"size": [32, 24], "counts": square(1, 1)["counts"]},
        {"size": [24, 32], "counts": ""},
        {"size": [24, 32], "counts": "\x00"},
        {"size": [24, 32], "counts": "o" * 5_000_000},
        {"size": [24, 32], "counts": "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP0"},
        {"size": [24.0, 32], "counts": "0"},
        {"size": [24, 32]},
        {"size": "24", "counts": [1, 2, 3]},
        [1, 2],
        "mask",
        None,
        7,
    ],
)
def test_a_broken_mask_is_refused_by_name(annotator: Api, image: Image, rle: object) -> None:
    answer = annotator.save(image, create(rle=rle))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "operations[0].rle"


def test_accepting_a_proposal_untouched_makes_its_mask(
    annotator: Api, world: World, image: Image
) -> None:
    bundle = make_bundle()
    proposal, other = make_proposals(image, bundle, 2)
    accept = operation(
        "verdict",
        proposal=str(proposal.pk),
        verdict="accepted",
        mask=str(uuid4()),
        label=world.label_id,
    )
    reject = operation("verdict", proposal=str(other.pk), verdict="rejected")

    answer = annotator.save(image, accept, reject)

    assert answer.json()["masks"] == [{"id": accept["mask"], "revision": 1}]
    shown = annotator.get(f"images/{image.pk}").json()
    assert shown["proposals"] == []
    assert (shown["masks"][0]["rle"], shown["masks"][0]["proposal"]) == (
        proposal.rle,
        str(proposal.pk),
    )
    proposal.refresh_from_db()
    other.refresh_from_db()
    assert (proposal.state, str(proposal.mask_id)) == ("accepted", accept["mask"])
    assert (other.state, other.decided_by) == ("rejected", world.annotator)


def test_a_verdict_can_be_taken_back(annotator: Api, image: Image) -> None:
    accepted, rejected = make_proposals(image, make_bundle(), 2)
    mask = str(uuid4())
    by_hand = create(mask, proposal=str(accepted.pk), rle=square(1, 3))
    annotator.save(
        image, by_hand, operation("verdict", proposal=str(rejected.pk), verdict="rejected")
    )

    answer = annotator.save(
        image,
        operation("delete", mask=mask),
        operation("verdict", proposal=str(accepted.pk), verdict="pending"),
        operation("verdict", proposal=str(rejected.pk), verdict="pending"),
    )

    assert answer.status_code == 200, answer.content
    shown = annotator.get(f"images/{image.pk}").json()
    assert {one["id"] for one in shown["proposals"]} == {str(accepted.pk), str(rejected.pk)}
    assert shown["masks"] == []
    redo = operation(
        "verdict", proposal=str(accepted.pk), verdict="accepted", mask=mask, label=None
    )
    assert annotator.save(image, redo).json()["masks"] == [{"id": mask, "revision": 3}]


def test_one_proposal_becomes_one_mask(annotator: Api, image: Image) -> None:
    [proposal] = make_proposals(image, make_bundle())
    annotator.save(image, create(proposal=str(proposal.pk)))

    answer = annotator.save(image, create(proposal=str(proposal.pk)))

    assert (answer.status_code, answer.json()["code"]) == (409, "proposal_decided")
    assert Mask.objects.count() == 1


@pytest.mark.parametrize("verdict", ["rejected", "pending"])
def test_no_verdict_undoes_an_acceptance_whose_mask_is_another_persons(
    annotator: Api, reviewer: Api, world: World, image: Image, verdict: str
) -> None:
    [proposal] = make_proposals(image, make_bundle())
    annotator.save(image, create(proposal=str(proposal.pk)))

    answer = reviewer.save(image, operation("verdict", proposal=str(proposal.pk), verdict=verdict))

    proposal.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "proposal_decided")
    assert (proposal.state, proposal.decided_by) == ("accepted", world.annotator)


def test_a_proposal_is_open_again_once_the_mask_that_another_person_made_is_deleted(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    [proposal] = make_proposals(image, make_bundle())
    theirs = create(proposal=str(proposal.pk))
    annotator.save(image, theirs)

    answer = reviewer.save(
        image,
        operation("delete", mask=theirs["mask"]),
        operation("verdict", proposal=str(proposal.pk), verdict="pending"),
    )

    proposal.refresh_from_db()
    assert answer.status_code == 200, answer.content
    assert (proposal.state, proposal.mask) == ("pending", None)


def test_a_mask_that_was_deleted_can_be_made_again_from_no_proposal(
    annotator: Api, world: World, image: Image
) -> None:
    """What redo of an acceptance comes to where another person was first."""
    [proposal] = make_proposals(image, make_bundle())
    mine = create(proposal=str(proposal.pk))
    annotator.save(image, mine)
    annotator.save(
        image,
        operation("delete", mask=mine["mask"]),
        operation("verdict", proposal=str(proposal.pk), verdict="pending"),
    )
    annotator.save(image, create(proposal=str(proposal.pk)))
    again = create(mine["mask"], rle=square(4, 4), label=world.label_id)

    answer = annotator.save(image, again)

    assert answer.status_code == 200, answer.content
    assert answer.json()["masks"] == [{"id": mine["mask"], "revision": 3}]
    newest = Revision.objects.get(mask=mine["mask"], number=3)
    assert (newest.rle, newest.label_id) == (square(4, 4), world.label_id)
    assert newest.proposal is None
    assert annotator.save(image, create(mine["mask"])).status_code == 400


def test_a_proposal_that_was_superseded_meanwhile_can_still_be_accepted(
    annotator: Api, image: Image
) -> None:
    [old] = make_proposals(image, make_bundle("a"))
    make_proposals(image, make_bundle("b"))
    old.refresh_from_db()
    assert old.state == Proposal.State.SUPERSEDED

    answer = annotator.save(image, create(proposal=str(old.pk)))

    assert answer.status_code == 200


def test_what_was_superseded_waits_again_once_its_bundle_proposes_again(image: Image) -> None:
    older, newer = make_bundle("a"), make_bundle("b")
    [old] = make_proposals(image, older)
    make_proposals(image, newer)

    make_proposals(image, older)  # rolled back

    assert list(Proposal.objects.filter(state="pending")) == [old]


@pytest.mark.parametrize("field", ["mask", "proposal", "id"])
def test_ids_of_another_image_are_refused(
    annotator: Api, world: World, image: Image, field: str
) -> None:
    other = make_image(world.project, 1)
    [proposal] = make_proposals(other, make_bundle())
    drawn = create()
    annotator.save(other, drawn)
    foreign = {
        "mask": operation("revise", mask=drawn["mask"], rle=square(1, 1)),
        "proposal": create(proposal=str(proposal.pk)),
        "id": {**create(), "id": drawn["id"]},
    }[field]

    answer = annotator.save(image, foreign)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == f"operations[0].{field}"


def test_a_label_of_another_project_is_refused(annotator: Api, world: World, image: Image) -> None:
    label = world.elsewhere.labels.create(name="x", color="#000000")

    answer = annotator.save(image, create(label=label.pk))

    assert answer.json()["errors"][0]["field"] == "operations[0].label"
