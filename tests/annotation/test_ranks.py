"""Which image comes next: a manager chooses the order, and every queue keeps to it."""

import pytest

from annotation import jobs
from annotation.models import Image, Job, Project
from annotation.services import ranks
from annotation.services.assignments import claim_image, finish_image
from annotation.services.draws import is_left_to_chance
from annotation.services.ranks import (
    chosen_in,
    forget_ranks,
    rank_by_chance,
    rank_first,
)
from tests.annotation.world import Api, World, make_bundle, make_image, make_proposals


@pytest.fixture
def images(world: World) -> list[Image]:
    """Four images; all but the second come by chance, and the third has been chosen."""
    images = [make_image(world.project, seed) for seed in range(4)]
    rank_by_chance(project=world.project)
    rank_first(project=world.project, image_ids=[images[2].pk])
    Image.objects.filter(pk=images[1].pk).update(rank=None)
    return images


def expected(images: list[Image]) -> list[int]:
    first, second = sorted((images[0], images[3]), key=lambda image: image.sha256)
    return [images[2].pk, first.pk, second.pk, images[1].pk]


def test_a_manager_chooses_the_order_which_a_job_then_makes(world: World, manager: Api) -> None:
    address = f"projects/{world.project.pk}"
    assert manager.get(address).json()["next_by"] == "import"

    answers = [manager.patch(address, {"next_by": "model"}) for _ in range(2)]
    unknown = manager.patch(address, {"next_by": "whim"})

    assert [answer.json()["next_by"] for answer in answers] == ["model"] * 2
    assert unknown.status_code == 400
    [job] = Job.objects.filter(project=world.project)
    assert (job.kind, job.state) == (jobs.PREPARE_IMAGES, "queued")


def test_claims_and_what_is_fetched_ahead_keep_to_the_order(
    world: World, annotator: Api, reviewer: Api, images: list[Image]
) -> None:
    address = f"projects/{world.project.pk}"
    order = expected(images)

    ahead = annotator.get(f"{address}/upcoming?count=4").json()
    claimed = [
        api.post(f"{address}/claim", {}).json()["assignment"]["image"]
        for api in (annotator, reviewer)
    ]

    assert ahead == order
    assert claimed == order[:2]
    assert annotator.get(f"{address}/upcoming").json() == order[2:]


def test_proposals_are_verified_in_the_order_of_their_images(
    world: World, annotator: Api, images: list[Image]
) -> None:
    bundle = make_bundle()
    for image in images:
        make_proposals(image, bundle, count=2)

    batch = annotator.post(f"projects/{world.project.pk}/verify", {}).json()

    seen = [proposal["image"] for proposal in batch["proposals"]]
    assert list(dict.fromkeys(seen)) == expected(images)


def test_what_was_returned_comes_before_what_was_chosen(
    world: World, annotator: Api, images: list[Image]
) -> None:
    Image.objects.filter(pk=images[1].pk).update(status=Image.Status.RETURNED)

    claimed = annotator.post(f"projects/{world.project.pk}/claim", {}).json()["assignment"]

    assert claimed["image"] == images[1].pk


def test_what_is_no_longer_chosen_comes_by_chance_again(world: World, images: list[Image]) -> None:
    before = Image.objects.get(pk=images[0].pk).rank

    rank_first(project=world.project, image_ids=[images[0].pk, images[3].pk])
    rank_first(project=world.project, image_ids=[images[3].pk])

    assert [each.pk for each in chosen_in(world.project)] == [images[3].pk]
    assert Image.objects.get(pk=images[0].pk).rank == before


def test_finished_images_keep_their_rank_and_all_others_can_lose_it(
    world: World, images: list[Image]
) -> None:
    Image.objects.filter(pk=images[2].pk).update(status=Image.Status.DONE)

    while forget_ranks(project=world.project):
        pass

    ranked = Image.objects.filter(rank__isnull=False)
    assert [each.pk for each in ranked] == [images[2].pk]


def test_a_rank_by_chance_is_a_fraction_that_follows_from_the_picture(world: World) -> None:
    images = [make_image(world.project, seed) for seed in range(3)]

    counts = [rank_by_chance(project=world.project) for _ in range(2)]

    assert counts == [3, 0]
    for image in images:
        image.refresh_from_db()
        assert image.rank == int(image.sha256[:13], 16) / 16**13


def test_who_finishes_half_of_what_the_model_chose_has_it_choose_anew_and_no_job_for_each_image(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranks, "AHEAD", 8)
    monkeypatch.setattr(ranks, "ASKED_EVERY", 4)
    images = [make_image(world.project, seed) for seed in range(9)]
    rank_by_chance(project=world.project)
    rank_first(project=world.project, image_ids=[image.pk for image in images[:8]])
    asked = []

    for image in images:
        place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
        assert place is not None
        finish_image(assignment=place, user=world.annotator, active_s=1)
        queued = Job.objects.filter(kind=jobs.PREPARE_IMAGES)
        asked.append(queued.count())
        queued.update(state="succeeded")

    assert asked == [0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_one_image_in_five_is_left_to_chance() -> None:
    left = [is_left_to_chance(f"{number:064x}", project=Project()) for number in range(4000)]

    assert sum(left) / len(left) == pytest.approx(0.2, abs=0.03)
