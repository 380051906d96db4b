"""What a round cost: its job's time and work, and the people's time that it is set against."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from annotation.models import Bundle, Embedding, Job, Round
from annotation.selectors.round_cost import cost_of_round
from tests.annotation.judged_rounds import SEEDS, finish_with, run_for
from tests.annotation.world import (
    Api,
    World,
    make_bundle,
    make_captioned,
    make_image,
    make_promoted_round,
    make_proposals,
)


@pytest.fixture
def served(world: World) -> Bundle:
    return make_bundle("a")


@pytest.fixture
def promoted(world: World, served: Bundle) -> Round:
    return make_promoted_round(world.project, served, make_bundle("b"))


def cost_of(promoted: Round) -> Any:
    return cost_of_round(Round.objects.get(pk=promoted.pk))


def test_a_round_costs_what_its_job_took_and_made(world: World, promoted: Round) -> None:
    image, other = (make_image(world.project, next(SEEDS)) for _ in range(2))
    before = Embedding.objects.create(image_sha256=image.sha256, encoder_digest="e" * 64)
    Embedding.objects.filter(pk=before.pk).update(created_at=timezone.now() - timedelta(hours=1))
    for sha256, window in ((image.sha256, "0-0-9x9"), (other.sha256, ""), ("f" * 64, "")):
        Embedding.objects.create(image_sha256=sha256, encoder_digest="e" * 64, window=window)
    run_for(promoted, 14)
    Round.objects.filter(pk=promoted.pk).update(metrics={"judging_s": 90.0})
    assert promoted.bundle is not None
    make_proposals(image, promoted.bundle, 3)

    cost = cost_of(promoted)

    assert cost == {
        "seconds": 840,
        "runs": 1,
        "judging_s": 90,
        "embeddings": 2,
        "proposals": 3,
        "proposed_images": 1,
        "masks": 0,
        "saved": None,
    }


def test_a_round_that_was_taken_up_again_says_so(promoted: Round) -> None:
    run_for(promoted, 2, runs=3)

    cost = cost_of(promoted)

    assert (cost["seconds"], cost["runs"]) == (120, 3)


def test_the_list_of_rounds_tells_what_each_took_to_everybody(
    world: World, promoted: Round, annotator: Api
) -> None:
    run_for(promoted, 2, runs=3)
    Round.objects.filter(pk=promoted.pk).update(metrics={"judging_s": 30.5})

    [row] = annotator.get(f"projects/{world.project.pk}/rounds").json()["results"][:1]

    assert (row["runs"], row["metrics"]["judging_s"]) == (3, 30.5)


def test_a_round_that_runs_has_no_cost_yet(promoted: Round) -> None:
    job = run_for(promoted, 2)
    Job.objects.filter(pk=job.pk).update(
        state="running", finished_at=None, lease_until=timezone.now()
    )

    assert cost_of(promoted)["seconds"] is None


def test_it_is_set_against_what_a_mask_cost_with_what_served_before(
    world: World, served: Bundle, promoted: Round
) -> None:
    for bundle, seconds in (
        (served, 90),
        (served, 110),
        (promoted.bundle, 40),
        (promoted.bundle, 60),
    ):
        finish_with(world, bundle, seconds)

    cost = cost_of(promoted)

    assert cost["masks"] == 20
    # 10 s a mask less 5; each is of two images 1 s off their mean, so its standard error is 1, and
    # that of the difference the root of 2 with 2 degrees of freedom, whose t is 4.303.
    assert cost["saved"] == pytest.approx(
        {"value": 5, "low": -1.085, "high": 11.085, "n": 40}, abs=0.01
    )


def test_a_round_of_captions_alone_between_two_of_masks_hides_nothing_of_either(
    world: World, served: Bundle, promoted: Round
) -> None:
    captioned = make_captioned(served)
    Round.objects.filter(pk=promoted.pk).update(metrics={"against": captioned.pk})
    of_captions = Round.objects.create(
        project=world.project, number=2, state="promoted", base_bundle=served, bundle=captioned
    )
    for bundle, seconds in ((served, 90), (captioned, 110)):
        finish_with(world, bundle, seconds)
        finish_with(world, promoted.bundle, seconds - 50)

    assert cost_of(promoted)["saved"] == pytest.approx(
        {"value": 5, "low": -1.085, "high": 11.085, "n": 40}, abs=0.01
    )
    assert cost_of(of_captions)["saved"] is None


def test_of_few_masks_nothing_is_claimed(world: World, served: Bundle, promoted: Round) -> None:
    finish_with(world, served, 90)
    finish_with(world, served, 90)
    finish_with(world, promoted.bundle, 40)
    finish_with(world, promoted.bundle, 40, masks=9)

    cost = cost_of(promoted)

    assert (cost["masks"], cost["saved"]) == (19, None)


def test_masks_that_nobody_timed_are_not_compared_and_told(
    world: World, served: Bundle, promoted: Round
) -> None:
    for bundle in (served, promoted.bundle):
        finish_with(world, bundle, 90)
    finish_with(world, served, 90)
    finish_with(world, promoted.bundle, 0)

    cost = cost_of(promoted)

    assert (cost["masks"], cost["saved"]) == (20, None)


def test_what_served_when_it_was_judged_counts_not_what_it_began_from(
    world: World, served: Bundle, promoted: Round
) -> None:
    moved = make_bundle("c")
    Round.objects.filter(pk=promoted.pk).update(metrics={"against": moved.pk})
    for bundle, seconds in ((served, 300), (moved, 100), (promoted.bundle, 50)):
        finish_with(world, bundle, seconds)
        finish_with(world, bundle, seconds)

    assert cost_of(promoted)["saved"]["value"] == 5


def test_however_much_was_done_it_takes_four_queries(
    world: World,
    served: Bundle,
    promoted: Round,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run_for(promoted, 1)
    finish_with(world, served, 90)
    found = Round.objects.select_related("job").get(pk=promoted.pk)

    with django_assert_num_queries(4):
        cost_of_round(found)


def test_managers_alone_read_it(
    world: World, promoted: Round, manager: Api, reviewer: Api, annotator: Api, stranger: Api
) -> None:
    run_for(promoted, 14)
    address = f"rounds/{promoted.pk}/cost"

    assert manager.get(address).json()["seconds"] == 840
    others = [each.get(address).status_code for each in (reviewer, annotator, stranger)]
    assert others == [403, 403, 404]
