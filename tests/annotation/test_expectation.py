"""What another round is expected to save, or what is waited for, and the rule that goes by it."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from annotation.models import Alias, Assignment, Bundle, DatasetVersion, Image, Job, Project, Round
from annotation.selectors.expectation import expectation_of
from annotation.services.assignments import finish_image
from annotation.services.masks import save_operations
from annotation.services.retrain_policies import apply_retrain_policies
from annotation.services.review import review_image
from tests.annotation.judged_rounds import SEEDS, finish_with, judge_round, run_for
from tests.annotation.world import Api, World, create, make_bundle, make_image


@pytest.fixture
def bundles(world: World) -> list[Bundle]:
    """The pretrained bundle and those of two rounds; the last serves."""
    made = [make_bundle(name) for name in "abc"]
    Alias.objects.create(project=world.project, name="serving", bundle=made[2])
    return made


@pytest.fixture
def rounds(world: World, bundles: list[Bundle]) -> list[Round]:
    """Two promoted rounds, on one image and on two, after which a mask took 20 s and then 14 s.

    Two images were finished since, and three more wait for people.
    """
    first = judge_round(world.project, bundles[0], bundles[1], learned=1)
    for seconds in (190, 210):
        finish_with(world, bundles[1], seconds)
    second = judge_round(world.project, bundles[1], bundles[2], learned=2)
    for seconds in (130, 150):
        finish_with(world, bundles[2], seconds)
    for _ in range(3):
        make_image(world.project, next(SEEDS))
    run_for(second, 14)
    return [first, second]


def expected(world: World) -> Any:
    return expectation_of(world.project.pk)


def test_each_doubling_is_expected_to_save_what_the_last_did(
    world: World, rounds: list[Round]
) -> None:
    told = expected(world)

    # One doubling saved 6 s a mask, and one is due: 4 images where 2 were learned from. On each of
    # 3 images 10 masks are to come. Both figures have a standard error of 1, and t(2) is 4.303.
    assert (told["waiting"], told["rounds"], told["round_s"]) == ("", 2, 840)
    assert told["saving"] == pytest.approx(
        {"value": 180, "low": 180 - 182.54, "high": 180 + 182.54, "n": 30}, abs=0.1
    )


@pytest.mark.parametrize(("price", "triggers"), [(12, ["pays"]), (13, [])])
def test_a_round_starts_once_it_saves_people_more_than_it_takes(
    world: World, rounds: list[Round], price: float, triggers: list[str]
) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_at_price=price)

    assert [each.trigger for each in apply_retrain_policies()] == triggers
    assert apply_retrain_policies() == []


def test_without_anything_new_no_round_starts_and_nobodys_work_is_summed_up(
    world: World, rounds: list[Round], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_at_price=1)
    Round.objects.filter(pk=rounds[1].pk).update(created_at=timezone.now())
    DatasetVersion.objects.filter(rounds=rounds[1]).update(counts={"train": 4})

    with django_assert_num_queries(4):
        assert apply_retrain_policies() == []
    assert expected(world)["saving"]["value"] == 0


def test_what_nobody_is_to_do_with_proposals_saves_nothing(
    world: World, rounds: list[Round]
) -> None:
    for changes in (
        {"is_holdout": True},
        {"arm": "none"},
        {"status": "returned"},
        {"deleted_at": timezone.now()},
    ):
        make_image(world.project, next(SEEDS), **changes)
    begun = make_image(world.project, next(SEEDS))  # it keeps what was proposed there
    save_operations(
        image_id=begun.pk, operations=[create()], expected_version=0, author=world.annotator
    )

    assert expected(world)["saving"]["n"] == 30


def test_what_was_learned_from_and_is_mended_since_is_nothing_new(
    world: World, rounds: list[Round]
) -> None:
    first = Image.objects.filter(project=world.project, status="done").earliest("pk")
    before = expected(world)["saving"]
    finished_at = first.finished_at
    review_image(image=first, verdict="returned", comment="Look again.", reviewer=world.reviewer)
    place = Assignment.objects.get(image=first, kind="annotate")
    finish_image(assignment=place, user=world.annotator, active_s=0)

    first.refresh_from_db()
    assert (first.status, first.finished_at != finished_at) == ("done", True)
    assert expected(world)["saving"] == before


def test_a_refused_round_saved_nothing(
    world: World, bundles: list[Bundle], rounds: list[Round]
) -> None:
    Round.objects.filter(pk=rounds[1].pk).update(state="refused")
    finish_with(world, bundles[1], 100)

    assert expected(world)["saving"]["value"] == 0


def test_rounds_of_descriptions_do_not_count(
    world: World, bundles: list[Bundle], rounds: list[Round]
) -> None:
    before = expected(world)
    captions = judge_round(world.project, bundles[2], make_bundle("d"), learned=3)
    Round.objects.filter(pk=captions.pk).update(parts=["captions"])

    assert expected(world) == before


def test_before_two_rounds_have_shown_their_worth_it_says_what_it_waits_for(
    world: World, bundles: list[Bundle]
) -> None:
    none = expected(world)
    for at in (0, 1):
        judge_round(world.project, bundles[at], bundles[at + 1], learned=at + 1)
        finish_with(world, bundles[at + 1], 90)
        finish_with(world, bundles[at + 1], 90, masks=10 - at)
    one = expected(world)

    assert none["waiting"].endswith("So far there are 0.")
    assert one["waiting"].endswith("So far there are 1.")  # nineteen masks are too few
    assert none["saving"] is one["saving"] is None


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("training", "Round 3 runs"),
        ("evaluating", "Round 3 runs"),
        ("failed", "Round 3 failed: the next one is started by hand."),
        ("cancelled", "Round 3 was cancelled"),
    ],
)
def test_a_round_that_was_not_judged_starts_no_other(
    world: World, bundles: list[Bundle], rounds: list[Round], state: str, says: str
) -> None:
    judge_round(world.project, bundles[2], make_bundle("d"), learned=3, state=state)
    Project.objects.filter(pk=world.project.pk).update(retrain_at_price=1)

    assert says in expected(world)["waiting"]
    assert apply_retrain_policies() == []


def test_rounds_that_did_not_learn_from_more_tell_nothing(
    world: World, rounds: list[Round]
) -> None:
    version = rounds[1].dataset_version
    assert version is not None
    version.counts = {"train": 1}
    version.save()

    assert "no more images" in expected(world)["waiting"]


def test_what_a_round_takes_is_told_by_one_that_ran_in_one_go(
    world: World, rounds: list[Round]
) -> None:
    Job.objects.update(fencing_token=2)
    unknown = expected(world)
    run_for(rounds[0], 20)

    assert "in one go" in unknown["waiting"]
    assert (unknown["saving"], unknown["round_s"]) == (None, None)
    assert expected(world)["round_s"] == 1200


def test_however_many_rounds_there_were_it_takes_five_queries(
    world: World,
    bundles: list[Bundle],
    rounds: list[Round],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3):
        judge_round(world.project, bundles[2], make_bundle("def"[number]), learned=3 + number)

    with django_assert_num_queries(5):
        expected(world)


def test_managers_alone_read_it_and_set_the_price(
    world: World, rounds: list[Round], manager: Api, reviewer: Api, annotator: Api, stranger: Api
) -> None:
    address = f"projects/{world.project.pk}"

    assert manager.get(f"{address}/expectation").json()["saving"]["n"] == 30
    others = [each.get(f"{address}/expectation") for each in (reviewer, annotator, stranger)]
    assert [each.status_code for each in others] == [403, 403, 404]
    assert manager.patch(address, {"retrain_at_price": 90}).json()["retrain_at_price"] == 90
    assert reviewer.patch(address, {"retrain_at_price": 90}).status_code == 403
    assert manager.patch(address, {"retrain_at_price": None}).json()["retrain_at_price"] is None
