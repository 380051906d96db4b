"""How far two people agree on an image, and where they differ."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Agreement, Image
from annotation.services.assignments import claim_image, finish_image
from annotation.services.projects import update_project
from annotation.services.review import review_image
from tests.annotation.world import Api, World, create, make_image, make_user, operation, square


def _do(world: World, image: Image, user: User, *operations: dict[str, Any]) -> None:
    """Claim an image, save, and finish."""
    place = claim_image(project=world.project, user=user, image_id=image.pk)
    assert place is not None
    if operations:
        assert Api(user).save(image, *operations).status_code == 200
    finish_image(assignment=place, user=user, active_s=1)


def _conflicts(api: Api, image: Image) -> dict[str, Any]:
    answer = api.get(f"images/{image.pk}/conflicts")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def _id(mask: dict[str, str] | None) -> str | None:
    return None if mask is None else mask["mask"]


@pytest.fixture
def second(world: World) -> User:
    user = make_user("second")
    world.project.memberships.create(user=user, role="annotator")
    update_project(project=world.project, changes={"overlap": 2})
    world.project.refresh_from_db()
    return user


def test_what_two_people_made_is_paired_the_least_alike_first(
    reviewer: Api, world: World, second: User
) -> None:
    image = make_image(world.project)
    same, moved, alone = create(at=(1, 1)), create(at=(10, 1)), create(at=(20, 1))
    twin = create(at=(1, 1), label=world.label_id)
    shifted, extra = create(rle=square(11, 1)), create(at=(1, 15))
    _do(world, image, world.annotator, same, moved, alone)
    _do(world, image, second, twin, shifted, extra)

    found = _conflicts(reviewer, image)

    assert found["people"] == [
        {"slot": 0, "username": "annotator"},
        {"slot": 1, "username": "second"},
    ]
    pairs = [
        (_id(each["first"]), _id(each["other"]), each["same_label"]) for each in found["pairs"]
    ]
    assert pairs == [
        (moved["mask"], shifted["mask"], True),
        (same["mask"], twin["mask"], False),
        (alone["mask"], None, None),
        (None, extra["mask"], None),
    ]
    ious = [each["iou"] for each in found["pairs"]]
    assert ious == [pytest.approx(20 / 30), 1, None, None]
    row = Agreement.objects.get(image=image)
    assert (row.matched, row.same_label, row.only_first, row.only_other) == (2, 1, 1, 1)
    assert row.iou_sum == pytest.approx(5 / 3)


def test_what_a_reviewer_decides_changes_neither_the_pairs_nor_the_agreement(
    reviewer: Api, world: World, second: User
) -> None:
    image = make_image(world.project)
    mine, theirs = create(at=(1, 1)), create(at=(2, 1))
    _do(world, image, world.annotator, mine)
    _do(world, image, second, theirs)
    before = _conflicts(reviewer, image)

    reviewer.save(
        image,
        operation("revise", mask=theirs["mask"], aside=False),
        operation("delete", mask=mine["mask"]),
        create(at=(20, 10)),
    )

    assert _conflicts(reviewer, image) == before
    [pair] = before["pairs"]
    assert (pair["first"]["rle"], pair["other"]["rle"]) == (mine["rle"], theirs["rle"])


def test_what_is_mended_after_a_return_is_paired_anew_and_leaves_the_agreement_as_it_was(
    reviewer: Api, manager: Api, world: World, second: User
) -> None:
    image = make_image(world.project)
    theirs = create(rle=square(1, 1, 2))
    _do(world, image, world.annotator, create(rle=square(1, 1, 4)))
    _do(world, image, second, theirs)
    before = manager.get(f"projects/{world.project.pk}").json()["agreement"]
    review_image(image=image, verdict="returned", comment="All of it.", reviewer=world.reviewer)

    _do(world, image, second, operation("revise", mask=theirs["mask"], rle=square(1, 1, 4)))
    _do(world, image, world.annotator)

    assert [pair["iou"] for pair in _conflicts(reviewer, image)["pairs"]] == [1]
    assert manager.get(f"projects/{world.project.pk}").json()["agreement"] == before
    assert before["mean_iou"] == pytest.approx(1 / 4)


def test_a_project_sums_up_the_agreement_of_its_people(
    manager: Api, world: World, second: User
) -> None:
    path = f"projects/{world.project.pk}"
    images = [make_image(world.project, seed) for seed in range(2)]
    before = manager.get(path).json()["agreement"]
    _do(world, images[0], world.annotator, create(at=(1, 1)), create(at=(10, 1)))
    _do(world, images[0], second, create(at=(1, 1)))
    _do(world, images[1], world.annotator, create(rle=square(1, 1, 4)))
    _do(world, images[1], second, create(rle=square(1, 1, 2), label=world.label_id))

    agreement = manager.get(path).json()["agreement"]

    assert before is None
    assert agreement == {
        "images": 2,
        "objects": 2,
        "masks": 5,
        "mean_iou": pytest.approx((1 + 0.25) / 2),
        "same_label_share": 0.5,
        "matched_share": pytest.approx(4 / 5),
    }


def test_how_near_people_come_to_each_other_on_the_holdout_is_told_apart(
    manager: Api, world: World, second: User
) -> None:
    held, other = make_image(world.project, 0, is_holdout=True), make_image(world.project, 1)
    for image, side in ((held, 3), (other, 2)):
        _do(world, image, world.annotator, create(rle=square(1, 1, 4)))
        _do(world, image, second, create(rle=square(1, 1, side)))

    found = manager.get(f"projects/{world.project.pk}").json()

    assert (found["agreement"]["images"], found["holdout_agreement"]["images"]) == (2, 1)
    assert found["holdout_agreement"]["mean_iou"] == pytest.approx(9 / 16)


def test_people_who_found_nothing_agree_on_it(
    manager: Api, reviewer: Api, world: World, second: User
) -> None:
    image = make_image(world.project)
    _do(world, image, world.annotator)
    _do(world, image, second)

    agreement = manager.get(f"projects/{world.project.pk}").json()["agreement"]

    assert _conflicts(reviewer, image)["pairs"] == []
    assert agreement == {
        "images": 1,
        "objects": 0,
        "masks": 0,
        "mean_iou": None,
        "same_label_share": None,
        "matched_share": None,
    }


def test_only_reviewers_see_both_sets_side_by_side(
    annotator: Api, stranger: Api, world: World, second: User
) -> None:
    image = make_image(world.project)

    assert annotator.get(f"images/{image.pk}/conflicts").status_code == 403
    assert stranger.get(f"images/{image.pk}/conflicts").status_code == 404


def test_conflicts_take_the_same_queries_for_few_masks_and_for_many(
    reviewer: Api, world: World, second: User
) -> None:
    counted = []
    for seed, masks in enumerate((1, 40)):
        image = make_image(world.project, seed)
        for user in (world.annotator, second):
            _do(world, image, user, *(create(at=(at % 25, at // 2)) for at in range(masks)))
        with CaptureQueriesContext(connection) as captured:
            _conflicts(reviewer, image)
        counted.append(len(captured))

    assert counted == [5, 5]  # session, user, image with role, places, revisions
