"""Who accepts or rejects everything is found, shown to managers, and not learned from."""

from collections.abc import Sequence

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from annotation.models import Bundle, Image, Membership, Proposal
from annotation.selectors.doubts import FEWEST, doubts_of
from annotation.selectors.verdicts import distrusted_images, judged_proposals
from tests.annotation.verdicts import note_verdict, trained_bundle
from tests.annotation.world import Api, World, make_image, make_user

POOR, GOOD = 0.05, 0.95  # a verifier's word
KEEPS, REJECTS, CORRECTS = 1.0, None, 0.8  # IoU with what a person made of it


def judge(person: User, image: Image, score: float, verdicts: Sequence[float | None]) -> None:
    """Note a person's verdicts on a trained bundle's proposals, all of one score."""
    for final_iou in verdicts:
        note_verdict(person, image, Bundle.objects.get(), final_iou, score=score)


@pytest.fixture
def image(world: World) -> Image:
    trained_bundle(world.project)
    return make_image(world.project, status="done")


@pytest.fixture
def careful(world: World, image: Image) -> User:
    """Somebody who keeps what is good and rejects or corrects what is not."""
    judge(world.annotator, image, POOR, [REJECTS] * FEWEST + [CORRECTS] * FEWEST + [KEEPS])
    judge(world.annotator, image, GOOD, [KEEPS] * FEWEST + [CORRECTS] * FEWEST + [REJECTS])
    return world.annotator


@pytest.fixture
def other(world: World) -> User:
    other = make_user("other")
    Membership.objects.create(project=world.project, user=other, role="annotator")
    return other


def found(world: World) -> list[tuple[str, str]]:
    return [(doubt["username"], doubt["habit"]) for doubt in doubts_of(world.project.pk)]


def test_who_accepts_all_is_found_and_whoever_is_careful_is_not(
    world: World, image: Image, careful: User, other: User
) -> None:
    judge(other, image, POOR, [KEEPS] * FEWEST)
    judge(other, image, GOOD, [KEEPS] * FEWEST)

    [doubt] = doubts_of(world.project.pk)

    assert (doubt["username"], doubt["habit"]) == ("other", "accepts")
    assert (doubt["own"].share, doubt["own_verdicts"]) == (1.0, FEWEST)
    assert (doubt["others"].share, doubt["other_verdicts"]) == (1 / 41, 41)


def test_who_rejects_all_is_found(world: World, image: Image, careful: User, other: User) -> None:
    judge(other, image, POOR, [REJECTS] * FEWEST)
    judge(other, image, GOOD, [REJECTS] * FEWEST)

    assert found(world) == [("other", "rejects")]


def test_a_few_verdicts_accuse_nobody(
    world: World, image: Image, careful: User, other: User
) -> None:
    judge(other, image, POOR, [KEEPS] * (FEWEST - 1))

    assert found(world) == []


def test_who_works_alone_is_compared_with_nobody(world: World, image: Image) -> None:
    judge(world.annotator, image, POOR, [KEEPS] * 3 * FEWEST)

    assert found(world) == []


def test_what_such_people_decide_is_not_learned_from(
    world: World, image: Image, careful: User, other: User
) -> None:
    judge(other, image, POOR, [KEEPS] * FEWEST)

    verdicts = list(judged_proposals(world.project.pk))

    assert len(verdicts) == Proposal.objects.filter(decided_by=careful).count()
    assert distrusted_images(world.project.pk) == {image.sha256}


def test_where_nobody_is_doubted_every_image_is_learned_from(
    world: World, image: Image, careful: User
) -> None:
    assert distrusted_images(world.project.pk) == set()


def test_managers_alone_are_told(
    world: World, image: Image, careful: User, other: User, manager: Api, annotator: Api
) -> None:
    judge(other, image, POOR, [KEEPS] * FEWEST)
    path = f"projects/{world.project.pk}/doubts"

    [doubt] = manager.get(path).json()

    assert doubt["username"] == "other"
    assert doubt["own"]["share"] == 1
    assert annotator.get(path).status_code == 403


def test_it_takes_one_query_for_any_number_of_people(
    world: World,
    image: Image,
    careful: User,
    other: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    judge(other, image, POOR, [KEEPS] * FEWEST)

    with django_assert_num_queries(1):
        doubts_of(world.project.pk)
