"""Who accepts or rejects everything is found, shown to managers, and not learned from."""

from collections.abc import Sequence
from itertools import cycle
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from annotation.models import Bundle, Image, Membership, Proposal
from annotation.selectors.doubts import FEWEST, doubts_of
from annotation.selectors.verdicts import distrusted_images, judged_proposals
from annotation.services.projects import update_project
from annotation.services.proposals import Found, replace_pending_proposals
from engine.verification.promise import measured_precision
from tests.annotation.verdicts import note_verdict, trained_bundle
from tests.annotation.world import Api, World, make_image, make_user, operation, square

POOR, GOOD = 0.05, 0.95  # a verifier's word
KEEPS, REJECTS, CORRECTS = 1.0, None, 0.8  # IoU with what a person made of it


def judge(
    person: User,
    images: Sequence[Image],
    score: float,
    verdicts: Sequence[float | None],
) -> None:
    """Note a person's verdicts on a trained bundle's proposals, all of one score, by turns."""
    for image, final_iou in zip(cycle(images), verdicts, strict=False):
        note_verdict(person, image, Bundle.objects.get(), final_iou, score=score)


@pytest.fixture
def images(world: World) -> list[Image]:
    trained_bundle(world.project)
    return [make_image(world.project, seed, status="done") for seed in range(5)]


@pytest.fixture
def careful(world: World, images: list[Image]) -> User:
    """Somebody who keeps what is good and rejects or corrects what is not."""
    judge(world.annotator, images, POOR, [REJECTS] * FEWEST + [CORRECTS] * FEWEST + [KEEPS])
    judge(world.annotator, images, GOOD, [KEEPS] * FEWEST + [CORRECTS] * FEWEST + [REJECTS])
    return world.annotator


@pytest.fixture
def other(world: World) -> User:
    other = make_user("other")
    Membership.objects.create(project=world.project, user=other, role="annotator")
    return other


def found(world: World) -> list[tuple[str, str]]:
    return [(doubt["username"], doubt["habit"]) for doubt in doubts_of(world.project.pk)]


def test_who_accepts_all_is_found_and_whoever_is_careful_is_not(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    judge(other, images, POOR, [KEEPS] * FEWEST)
    judge(other, images, GOOD, [KEEPS] * FEWEST)

    [doubt] = doubts_of(world.project.pk)

    assert (doubt["username"], doubt["habit"]) == ("other", "accepts")
    assert (doubt["own"].share, doubt["own_verdicts"]) == (1.0, FEWEST)
    assert doubt["others"].share == pytest.approx(1 / 41)
    assert doubt["other_verdicts"] == 41


def test_who_rejects_all_is_found(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    judge(other, images, POOR, [REJECTS] * FEWEST)
    judge(other, images, GOOD, [REJECTS] * FEWEST)

    assert found(world) == [("other", "rejects")]


def test_a_few_verdicts_accuse_nobody(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    judge(other, images, POOR, [KEEPS] * (FEWEST - 1))

    assert found(world) == []


def test_what_is_told_of_two_images_alone_accuses_nobody(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    """One image of a new kind, of which the verifier thinks nothing, may hold thirty objects."""
    judge(other, images[:2], POOR, [KEEPS] * 2 * FEWEST)

    assert found(world) == []


def test_verdicts_on_one_image_count_as_fewer(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    judge(other, images, POOR, [KEEPS] * FEWEST)

    [doubt] = doubts_of(world.project.pk)

    few, all_of_them = measured_precision(FEWEST / 1.33, FEWEST / 1.33), doubt["own"]
    assert all_of_them == few  # 1 + 0.11 x (4 - 1), of four on each


def test_who_works_alone_is_compared_with_nobody(world: World, images: list[Image]) -> None:
    judge(world.annotator, images, POOR, [KEEPS] * 3 * FEWEST)

    assert found(world) == []


@pytest.mark.parametrize(("plan", "doubted"), [("queues", []), ("whole", [("other", "accepts")])])
def test_who_verifies_is_not_compared_with_who_corrects_what_nobody_verifies(
    world: World, images: list[Image], other: User, plan: str, doubted: list[tuple[str, str]]
) -> None:
    update_project(project=world.project, changes={"plan": plan})
    judge(world.annotator, images, POOR, [CORRECTS] * 2 * FEWEST)

    judge(other, images, 0.15, [KEEPS] * FEWEST + [REJECTS] * FEWEST)

    assert found(world) == doubted


def test_what_such_people_decide_is_not_learned_from(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    judge(other, images, POOR, [KEEPS] * FEWEST)

    verdicts = list(judged_proposals(world.project.pk))

    assert len(verdicts) == Proposal.objects.filter(decided_by=careful).count()
    assert distrusted_images(world.project.pk) == {image.sha256 for image in images}


def test_who_rejects_what_others_keep_may_be_who_looks_and_is_learned_from(
    world: World, images: list[Image], careful: User, other: User
) -> None:
    judge(other, images, GOOD, [REJECTS] * FEWEST)

    assert found(world) == [("other", "rejects")]
    assert len(list(judged_proposals(world.project.pk))) == Proposal.objects.count()
    assert distrusted_images(world.project.pk) == set()


def test_where_nobody_is_doubted_every_image_is_learned_from(
    world: World, images: list[Image], careful: User
) -> None:
    assert distrusted_images(world.project.pk) == set()


def test_managers_alone_are_told(
    world: World, images: list[Image], careful: User, other: User, manager: Api, annotator: Api
) -> None:
    judge(other, images, POOR, [KEEPS] * FEWEST)
    path = f"projects/{world.project.pk}/doubts"

    [doubt] = manager.get(path).json()

    assert doubt["username"] == "other"
    assert doubt["own"]["share"] == 1
    assert annotator.get(path).status_code == 403


def test_it_takes_one_query_for_any_number_of_people(
    world: World,
    images: list[Image],
    careful: User,
    other: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    judge(other, images, POOR, [KEEPS] * FEWEST)

    with django_assert_num_queries(1):
        doubts_of(world.project.pk)


def lay_in_the_queue(world: World, bundle: Bundle) -> None:
    """Propose 3,000 masks that the verifier thinks nothing of; some 150 are to be verified."""
    squares = [square(at % 25, at // 25, 3) for at in range(100)]
    found = [Found(each, 0.9, 0.9, (1.0, 1.0), verifier_score=POOR) for each in squares]
    for seed in range(1, 31):
        image = make_image(world.project, seed)
        replace_pending_proposals(image=image, bundle=bundle, found=found)


def verify_a_batch(api: Api, world: World, verdict: str) -> int:
    """Let a person give all proposals of a batch the same verdict and finish its images."""
    batch = api.post(f"projects/{world.project.pk}/verify").json()
    for place in batch["assignments"]:
        mine = [row for row in batch["proposals"] if row["image"] == place["image"]]
        more = [{"mask": str(uuid4())} if verdict == "accepted" else {} for _ in mine]
        given = [
            operation("verdict", proposal=row["id"], verdict=verdict, **made)
            for row, made in zip(mine, more, strict=True)
        ]
        assert api.save(Image.objects.get(pk=place["image"]), *given).status_code == 200
        api.post(f"assignments/{place['id']}/finish", {"active_s": 9})
    return len(batch["proposals"])


def test_who_accepts_all_that_the_queue_offers_is_found_after_a_batch(
    world: World, other: User, annotator: Api, reviewer: Api
) -> None:
    lay_in_the_queue(world, trained_bundle(world.project))
    people = {annotator: "rejected", reviewer: "needs_work", Api(other): "accepted"}

    offered = [verify_a_batch(api, world, verdict) for api, verdict in people.items()]

    assert offered == [FEWEST] * 3
    assert found(world) == [("other", "accepts")]


def test_few_of_what_nobody_would_accept_are_verified(world: World, annotator: Api) -> None:
    lay_in_the_queue(world, trained_bundle(world.project))

    waiting = annotator.get(f"projects/{world.project.pk}/queues").json()["verify"]

    assert 90 <= waiting <= 210  # five deviations around one in twenty of 3,000
