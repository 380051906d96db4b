"""The effort table: what finished masks cost, by what they have in common, and for whom to see."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from scipy.special import stdtrit

from annotation.models import Assignment, Bundle, Image, Label
from annotation.selectors.effort_table import By, Figure, effort_table
from annotation.selectors.plan import Queue
from annotation.selectors.rounds import efforts_of
from annotation.services.assignments import claim_image, finish_image, release
from annotation.services.imported_work import finish_imported
from annotation.services.masks import save_operations
from annotation.services.seeds import Seed, seed_masks
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_promoted_round,
    make_proposals,
    operation,
    square,
)

SEEDS = count()


@pytest.fixture
def bundle(world: World) -> Bundle:
    return make_bundle("a")


def finish(
    world: World,
    bundle: Bundle,
    *operations: dict[str, Any],
    seconds: float,
    arm: str = "serving",
    image: Image | None = None,
    user: User | None = None,
    version: int = 0,
) -> Image:
    """Let a person finish an image of an arm with these operations."""
    person = user or world.annotator
    image = image or make_image(world.project, next(SEEDS))
    Image.objects.filter(pk=image.pk).update(arm=arm, proposed_by=bundle)
    place = claim_image(project=world.project, user=person, image_id=image.pk)
    assert place is not None
    save_operations(
        image_id=image.pk, operations=operations, expected_version=version, author=person
    )
    return finish_image(assignment=place, user=person, active_s=seconds)


def drawn(x: int = 2, *, clicks: int = 0, **more: Any) -> dict[str, Any]:
    return create(at=(x, 12)) | {"effort": {"clicks": clicks, "seconds": 4, "strokes": 1}} | more


def corrected(mask: dict[str, Any], clicks: int) -> dict[str, Any]:
    """Correct what an operation has made."""
    revision = operation("revise", mask=mask["mask"], rle=square(3, 3))
    return revision | {"effort": {"clicks": clicks, "seconds": 4, "strokes": 0}}


def test_arms_are_compared_with_intervals_over_images(world: World, bundle: Bundle) -> None:
    finish(world, bundle, drawn(clicks=1), drawn(20, clicks=1), seconds=20)
    finish(world, bundle, drawn(clicks=4), seconds=20)
    for seconds in (30, 50):
        finish(world, bundle, drawn(clicks=seconds // 10), seconds=seconds, arm="none")

    serving, bare = effort_table(world.project.pk, By.ARM)

    # 40 s for 3 masks; the images are 20/3 s off, so the standard error is 40/9; t(1) is 12.706.
    # No mask takes less than nothing, where that would begin.
    assert (serving["arm"], serving["images"], serving["masks"]) == ("serving", 2, 3)
    assert serving["seconds"] == pytest.approx(
        {"value": 40 / 3, "low": 0, "high": 69.80, "n": 3}, abs=0.01
    )
    assert serving["clicks"] is not None
    assert serving["clicks"]["value"] == 2
    assert bare["seconds"] == pytest.approx(
        {"value": 40, "low": 0, "high": 167.06, "n": 2}, abs=0.01
    )
    assert (bare["arm"], bare["untouched"], bare["iou"], bare["saved"]) == ("none", *3 * [None])
    saved = serving["saved"]
    assert saved is not None
    assert saved["seconds"] is not None
    assert saved["seconds"]["value"] == pytest.approx(40 - 40 / 3)
    assert saved["clicks"] is not None
    assert saved["clicks"]["value"] == 2


def test_what_became_of_proposals_is_told(world: World, bundle: Bundle) -> None:
    image = make_image(world.project, next(SEEDS))
    kept, corrected, rejected = make_proposals(image, bundle, 3)
    finish(
        world,
        bundle,
        operation("verdict", proposal=kept.pk, verdict="accepted", mask=uuid4(), label=None),
        drawn(proposal=corrected.pk, rle=square(5, 2)),  # one column beside where it was
        operation("verdict", proposal=rejected.pk, verdict="rejected"),
        seconds=9,
        image=image,
    )

    [row] = effort_table(world.project.pk, By.ARM)

    assert row["untouched"] == {"value": pytest.approx(1 / 3), "low": None, "high": None, "n": 3}
    assert row["iou"] is not None
    assert row["iou"]["value"] == pytest.approx((1 + 20 / 30) / 2)
    assert row["iou"]["n"] == 2


def accept_all(world: World, bundle: Bundle, arm: str = "serving") -> None:
    """Let a person finish an image by accepting its three proposals as they are."""
    image = make_image(world.project, next(SEEDS))
    verdicts = [
        operation("verdict", proposal=each.pk, verdict="accepted", mask=uuid4(), label=None)
        for each in make_proposals(image, bundle, 3)
    ]
    finish(world, bundle, *verdicts, seconds=9, image=image, arm=arm)


def test_a_verdict_on_what_another_bundles_has_replaced_counts_for_neither(
    world: World, bundle: Bundle
) -> None:
    image = make_image(world.project, next(SEEDS))
    [replaced] = make_proposals(image, make_bundle("b"))
    [kept] = make_proposals(image, bundle)
    verdicts = [operation("verdict", proposal=replaced.pk, verdict="rejected")]
    verdicts += [
        operation("verdict", proposal=kept.pk, verdict="accepted", mask=uuid4(), label=None)
    ]
    finish(world, bundle, *verdicts, seconds=9, image=image)

    [row] = effort_table(world.project.pk, By.ROUND)

    assert row["untouched"] is not None
    assert (row["key"], row["untouched"]["value"], row["untouched"]["n"]) == (bundle.pk, 1, 1)


def test_what_was_accepted_at_once_is_told_beside_what_was_accepted_untouched(
    world: World, bundle: Bundle
) -> None:
    image = make_image(world.project, next(SEEDS))
    looked_at, *at_once = make_proposals(image, bundle, 4)
    accept = {"verdict": "accepted", "label": None}
    finish(
        world,
        bundle,
        operation("verdict", proposal=looked_at.pk, mask=uuid4(), **accept),
        *(
            operation("verdict", proposal=each.pk, mask=uuid4(), is_unseen=True, **accept)
            for each in at_once
        ),
        seconds=9,
        image=image,
    )

    [row] = effort_table(world.project.pk, By.ARM)

    assert (value(row["untouched"]), value(row["at_once"])) == (1, 0.75)


def test_two_images_of_which_all_was_accepted_do_not_tell_that_all_will_be(
    world: World, bundle: Bundle
) -> None:
    for _ in range(2):
        accept_all(world, bundle)

    [row] = effort_table(world.project.pk, By.ARM)

    sure = {"value": 1, "low": pytest.approx(0.158, abs=0.001), "high": 1, "n": 6}
    assert (row["untouched"], row["iou"]) == (sure, sure)


def test_what_is_rejected_after_all_is_no_longer_untouched(world: World, bundle: Bundle) -> None:
    image = make_image(world.project, next(SEEDS))
    [kept] = make_proposals(image, bundle)
    accepted = operation("verdict", proposal=kept.pk, verdict="accepted", mask=uuid4(), label=None)
    finish(world, bundle, accepted, seconds=9, image=image)

    save_operations(
        image_id=image.pk,
        operations=[
            operation("delete", mask=accepted["mask"]),
            operation("verdict", proposal=kept.pk, verdict="rejected"),
        ],
        expected_version=1,
        author=world.reviewer,
    )

    [row] = effort_table(world.project.pk, By.ARM)
    assert row["untouched"] is not None
    assert (row["untouched"]["value"], row["untouched"]["n"]) == (0, 1)


def test_rounds_are_told_apart_within_each_arm_so_that_learning_people_show(
    world: World, bundle: Bundle
) -> None:
    newer = make_bundle("b")
    make_promoted_round(world.project, bundle, newer)
    for proposer, arm, seconds in (
        (bundle, "serving", 30),
        (bundle, "none", 60),
        (newer, "serving", 10),
        (newer, "none", 50),
        (bundle, "previous", 20),
    ):
        finish(world, proposer, drawn(), seconds=seconds, arm=arm)

    rows = effort_table(world.project.pk, By.ROUND)

    assert [
        (row["name"], row["arm"], row["seconds"] and row["seconds"]["value"]) for row in rows
    ] == [
        ("Round 3", "serving", 10),
        ("Round 3", "none", 50),
        ("Pretrained", "serving", 30),
        ("Pretrained", "previous", 20),
        ("Pretrained", "none", 60),
    ]
    efforts = efforts_of(world.project.pk)
    # Two images of two arms: what is off 25 is 5 for each, and t(1) of 97.5 % is 12.71.
    assert efforts[bundle.pk]["seconds_per_mask"] == {
        "value": 25,
        "low": 0,  # 25 - 12.706 * 5 would be below it
        "high": pytest.approx(25 + 12.706 * 5, abs=0.01),
        "n": 2,
    }
    assert efforts[bundle.pk]["images"] == 2
    assert efforts[newer.pk]["masks"] == 1


def test_the_two_models_of_a_round_are_told_apart(world: World, bundle: Bundle) -> None:
    whole, in_part = make_bundle("b"), make_bundle("c")
    judged = make_promoted_round(world.project, bundle, in_part)
    judged.trained_bundle = whole
    judged.save()
    for proposer, seconds in ((whole, 10), (in_part, 20)):
        finish(world, proposer, drawn(), seconds=seconds)

    rows = effort_table(world.project.pk, By.ROUND)

    assert {row["name"]: row["seconds"] and row["seconds"]["value"] for row in rows} == {
        "Round 3": 10,
        "Round 3, in part": 20,
    }


def test_sizes_and_labels_count_what_was_spent_at_the_mask(world: World, bundle: Bundle) -> None:
    cell = world.label_id
    other = Label.objects.create(project=world.project, name="bubble", color="#ff0000")
    finish(
        world,
        bundle,
        drawn(clicks=6, label=cell, rle=square(1, 1, 1)),
        drawn(clicks=2, label=other.pk, rle=square(10, 1, 9)),
        drawn(clicks=1, label=other.pk, rle=square(20, 1, 9)),
        drawn(clicks=3),
        seconds=100,
    )

    sizes, labels = (effort_table(world.project.pk, by) for by in (By.SIZE, By.LABEL))

    def told(rows: list[Any]) -> list[tuple[Any, ...]]:
        return [(row["name"], row["clicks"]["value"], row["seconds"]["value"]) for row in rows]

    assert told(sizes) == [("Small", 6, 4), ("Medium", 3, 4), ("Large", 1.5, 4)]
    assert told(labels)[0] == ("bubble", 1.5, 4)
    assert sorted(told(labels)[1:]) == [("No label", 3, 4), ("cell", 6, 4)]


def test_annotators_are_told_apart(world: World, bundle: Bundle) -> None:
    finish(world, bundle, drawn(), seconds=10)
    finish(world, bundle, drawn(), seconds=30, user=world.reviewer)

    rows = effort_table(world.project.pk, By.ANNOTATOR)

    assert [(row["name"], row["seconds"] and row["seconds"]["value"]) for row in rows] == [
        ("annotator", 10),
        ("reviewer", 30),
    ]


def test_arms_are_compared_within_each_model_that_served(world: World, bundle: Bundle) -> None:
    """Nobody worked without proposals while the first one served, and all were slower then."""
    newer = make_bundle("b")
    for seconds in (40, 40):
        finish(world, bundle, drawn(clicks=9), seconds=seconds)
    for seconds, arm in ((14, "serving"), (16, "serving"), (28, "none"), (32, "none")):
        finish(world, newer, drawn(clicks=2), seconds=seconds, arm=arm)

    serving = effort_table(world.project.pk, By.ARM)[0]

    assert value(serving["seconds"]) == 27.5
    assert serving["saved"] is not None
    # Standard errors of 1 and 2 s with a degree of freedom each: of 5 ** 0.5 with 25 / 17.
    saved = serving["saved"]["seconds"]
    assert saved == {
        "value": 15,
        "low": pytest.approx(15 - float(stdtrit(25 / 17, 0.975)) * 5**0.5),
        "high": pytest.approx(15 + float(stdtrit(25 / 17, 0.975)) * 5**0.5),
        "n": 4,
    }
    assert value(serving["saved"]["clicks"]) == 0


def test_each_model_counts_by_the_masks_that_were_made_without_it(
    world: World, bundle: Bundle
) -> None:
    newer = make_bundle("b")
    for proposer, with_it, bare in ((bundle, (40,), (50, 50, 50)), (newer, (10, 10), (40,))):
        for seconds in with_it:
            finish(world, proposer, drawn(), seconds=seconds)
        for seconds in bare:
            finish(world, proposer, drawn(), seconds=seconds, arm="none")

    [serving, _] = effort_table(world.project.pk, By.ARM)

    assert serving["saved"] is not None
    assert serving["saved"]["seconds"] == {"value": 15, "low": None, "high": None, "n": 7}


def test_a_model_without_a_spread_does_not_hide_that_of_another(
    world: World, bundle: Bundle
) -> None:
    newest = make_bundle("b")
    for seconds, arm in ((14, "serving"), (16, "serving"), (28, "none"), (32, "none")):
        finish(world, bundle, drawn(), seconds=seconds, arm=arm)
    for seconds, arm in ((5, "serving"), (6, "serving"), (90, "none")):
        finish(world, newest, drawn(), seconds=seconds, arm=arm)

    [serving, _] = effort_table(world.project.pk, By.ARM)

    assert serving["saved"] is not None
    saved = serving["saved"]["seconds"]
    assert saved is not None
    assert (saved["value"], saved["n"], saved["low"] is None) == (15, 4, False)


def test_models_without_an_arm_beside_them_tell_of_no_saving(world: World, bundle: Bundle) -> None:
    finish(world, bundle, drawn(), seconds=40)
    finish(world, make_bundle("b"), drawn(), seconds=30, arm="none")

    [serving, bare] = effort_table(world.project.pk, By.ARM)

    assert (serving["saved"], bare["saved"]) == (None, None)


def value(figure: Figure | None) -> float | None:
    return figure and figure["value"]


def test_what_somebody_did_and_gave_back_is_theirs_and_not_the_last_holders(
    world: World, bundle: Bundle
) -> None:
    image = make_image(world.project, next(SEEDS))
    kept, wrong = make_proposals(image, bundle, 2)
    verifier = claim_image(project=world.project, user=world.reviewer, image_id=image.pk)
    assert verifier is not None
    save_operations(
        image_id=image.pk,
        operations=[
            operation("verdict", proposal=kept.pk, verdict="accepted", mask=uuid4(), label=None),
            operation("verdict", proposal=wrong.pk, verdict="rejected"),
        ],
        expected_version=0,
        author=world.reviewer,
    )
    release(assignment=verifier, user=world.reviewer, active_s=6)
    Image.objects.filter(pk=image.pk).update(arm="serving", proposed_by=bundle)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    save_operations(
        image_id=image.pk,
        operations=[drawn(clicks=3), drawn(20, clicks=4)],
        expected_version=1,
        author=world.annotator,
    )
    finish_image(assignment=place, user=world.annotator, active_s=30)

    annotator, verifying = effort_table(world.project.pk, By.ANNOTATOR)

    told = [
        (row["name"], row["masks"], *map(value, (row["seconds"], row["clicks"], row["untouched"])))
        for row in (annotator, verifying)
    ]
    assert told == [("annotator", 2, 15, 3.5, None), ("reviewer", 1, 6, None, 0.5)]
    [together] = effort_table(world.project.pk, By.ARM)
    assert (together["masks"], value(together["seconds"])) == (3, 12)


def test_masks_and_clicks_count_where_their_seconds_do(world: World, bundle: Bundle) -> None:
    """On a mask that was deleted they do, and not those of a reviewer, whose time is not here."""
    kept, deleted = drawn(clicks=2), drawn(20, clicks=5)
    image = finish(
        world, bundle, kept, deleted, operation("delete", mask=deleted["mask"]), seconds=9
    )

    save_operations(
        image_id=image.pk,
        operations=[corrected(kept, clicks=50), drawn(12, clicks=30)],
        expected_version=1,
        author=world.reviewer,
    )

    for by in (By.ARM, By.ROUND, By.ANNOTATOR):
        [row] = effort_table(world.project.pk, by)
        assert (row["masks"], value(row["seconds"]), value(row["clicks"])) == (1, 9, 7)
    assert efforts_of(world.project.pk)[bundle.pk]["masks"] == 1


def test_sizes_and_labels_leave_out_what_a_reviewer_drew_and_spent_at_the_mask(
    world: World, bundle: Bundle
) -> None:
    kept = drawn(clicks=2)
    image = finish(world, bundle, kept, seconds=9)

    save_operations(
        image_id=image.pk,
        operations=[corrected(kept, clicks=50), drawn(12, clicks=30)],
        expected_version=1,
        author=world.reviewer,
    )

    for by in (By.SIZE, By.LABEL):
        [row] = effort_table(world.project.pk, by)
        told = (*map(value, (row["seconds"], row["clicks"], row["strokes"])),)
        assert (row["masks"], *told) == (1, 4, 2, 1)


def test_clicks_of_who_never_came_back_count_as_their_masks_do(
    world: World, bundle: Bundle
) -> None:
    image = make_image(world.project, next(SEEDS))
    lost = claim_image(project=world.project, user=world.reviewer, image_id=image.pk)
    assert lost is not None
    save_operations(
        image_id=image.pk,
        operations=[drawn(clicks=7), drawn(20, clicks=5)],
        expected_version=0,
        author=world.reviewer,
    )
    Assignment.objects.filter(pk=lost.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    finish(world, bundle, drawn(12, clicks=3), seconds=9, image=image, version=1)

    [row] = effort_table(world.project.pk, By.ARM)
    assert (row["masks"], value(row["clicks"]), value(row["strokes"])) == (3, 5, 1)
    assert row["seconds"] is None  # those of who was there first are not known
    by_name = {each["name"]: each for each in effort_table(world.project.pk, By.ANNOTATOR)}
    told = {name: (each["masks"], value(each["seconds"])) for name, each in by_name.items()}
    assert told == {"reviewer": (2, None), "annotator": (1, 9)}


def test_an_image_whose_first_annotator_was_not_timed_spoils_no_other(
    world: World, bundle: Bundle
) -> None:
    image = make_image(world.project, next(SEEDS))
    lost = claim_image(project=world.project, user=world.reviewer, image_id=image.pk)
    assert lost is not None
    save_operations(
        image_id=image.pk, operations=[drawn()], expected_version=0, author=world.reviewer
    )
    Assignment.objects.filter(pk=lost.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    finish(world, bundle, drawn(20), seconds=1, image=image, version=1)
    finish(world, bundle, drawn(), drawn(20), seconds=30)

    [row] = effort_table(world.project.pk, By.ARM)

    assert (row["images"], row["masks"]) == (2, 4)
    assert row["seconds"] == {"value": 15, "low": None, "high": None, "n": 2}


def test_what_an_import_finished_is_nobodys_work(world: World, bundle: Bundle) -> None:
    finish(world, bundle, drawn(), seconds=9)
    imported = make_image(world.project, next(SEEDS), arm="serving", proposed_by=bundle)
    seed_masks(image=imported, seeds=[Seed(square(3, 3))], author=world.manager)
    assert finish_imported(image_ids=[imported.pk], author=world.manager) == {imported.pk}

    [row] = effort_table(world.project.pk, By.ARM)

    assert (row["images"], row["masks"]) == (1, 1)


def test_who_gives_a_review_back_is_no_annotator(world: World, bundle: Bundle) -> None:
    mask = drawn(clicks=2)
    image = finish(world, bundle, mask, seconds=9)
    review = claim_image(
        project=world.project, user=world.reviewer, image_id=image.pk, queue=Queue.REVIEW
    )
    assert review is not None
    save_operations(
        image_id=image.pk,
        operations=[corrected(mask, clicks=50)],
        expected_version=1,
        author=world.reviewer,
    )

    release(assignment=review, user=world.reviewer, active_s=30)

    for by in (By.ARM, By.ANNOTATOR):
        [row] = effort_table(world.project.pk, by)
        assert (value(row["seconds"]), value(row["clicks"])) == (9, 2)


def test_only_finished_images_of_an_arm_count_and_what_nobody_counted_is_no_zero(
    world: World, bundle: Bundle
) -> None:
    finish(world, bundle, create(), seconds=0)
    finish(world, bundle, drawn(), seconds=9, arm="")
    gone = finish(world, bundle, drawn(), seconds=9)
    Image.objects.filter(pk=gone.pk).update(deleted_at=gone.finished_at)
    unfinished = make_image(world.project, next(SEEDS))
    Image.objects.filter(pk=unfinished.pk).update(arm="serving", proposed_by=bundle)

    [row] = effort_table(world.project.pk, By.ARM)

    assert (row["images"], row["masks"]) == (1, 1)
    assert (row["seconds"], row["clicks"], row["strokes"]) == (None, None, None)


def test_what_is_begun_and_not_finished_is_counted_beside_each_arm(
    world: World, bundle: Bundle, annotator: Api
) -> None:
    for arm in ("serving", "none"):
        finish(world, bundle, drawn(), seconds=9, arm=arm)
    for arm, is_begun in (("serving", False), ("none", True), ("none", True), ("previous", True)):
        image = make_image(world.project, next(SEEDS))
        Image.objects.filter(pk=image.pk).update(arm=arm, proposed_by=bundle)
        if is_begun:
            assert annotator.save(image, drawn()).status_code == 200

    rows = effort_table(world.project.pk, By.ARM)

    assert [(row["arm"], row["unfinished"]) for row in rows] == [("serving", 0), ("none", 2)]
    assert {row["unfinished"] for row in effort_table(world.project.pk, By.ROUND)} == {None}


def test_an_image_whose_seconds_nobody_measured_is_left_out_of_them(
    world: World, bundle: Bundle
) -> None:
    finish(world, bundle, create(), seconds=0)
    finish(world, bundle, drawn(), seconds=9)

    for by in (By.ARM, By.ROUND, By.ANNOTATOR):
        [row] = effort_table(world.project.pk, by)
        assert (row["images"], row["masks"]) == (2, 2)
        assert row["seconds"] == {"value": 9, "low": None, "high": None, "n": 1}
    assert efforts_of(world.project.pk)[bundle.pk]["masks"] == 2


def test_sizes_and_labels_leave_such_images_out_and_no_mask_that_took_no_time(
    world: World, bundle: Bundle
) -> None:
    at_once = drawn(20) | {"effort": {"clicks": 0, "seconds": 0, "strokes": 0}}
    finish(world, bundle, create(label=world.label_id), seconds=9)
    finish(world, bundle, drawn(label=world.label_id), at_once, seconds=9)
    finish(world, bundle, drawn(), seconds=9)

    labels = effort_table(world.project.pk, By.LABEL)

    told = {row["name"]: (row["masks"], row["seconds"]) for row in labels}
    assert told["cell"] == (2, {"value": 4, "low": None, "high": None, "n": 1})
    masks, seconds = told["No label"]
    assert (masks, value(seconds), seconds and seconds["n"]) == (2, 2, 2)


@pytest.mark.parametrize("by", By)
def test_a_table_takes_three_queries_at_most_however_many_rows(
    world: World, bundle: Bundle, by: By, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for arm in ("serving", "none", "previous"):
        finish(world, bundle, drawn(label=world.label_id), drawn(20), seconds=9, arm=arm)

    with django_assert_max_num_queries(3):
        assert effort_table(world.project.pk, by)


def test_a_manager_reads_the_table_and_nobody_else(
    world: World, bundle: Bundle, manager: Api, reviewer: Api, annotator: Api, stranger: Api
) -> None:
    finish(world, bundle, drawn(clicks=2), seconds=12)
    address = f"projects/{world.project.pk}/effort"

    [row] = manager.get(f"{address}?by=annotator").json()

    assert (row["name"], row["arm"], row["masks"]) == ("annotator", "", 1)
    assert row["seconds"] == {"value": 12.0, "low": None, "high": None, "n": 1}
    assert manager.get(f"{address}?by=weather").status_code == 400
    others = [each.get(f"{address}?by=arm").status_code for each in (reviewer, annotator, stranger)]
    assert others == [403, 403, 404]
