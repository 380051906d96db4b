"""The images that come after a round, beside those that it learned from."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from annotation.models import Alias, Bundle, Embedding, Image, Round, Stint
from annotation.selectors.drift import drift_of
from tests.annotation.judged_rounds import judge_round
from tests.annotation.world import Api, World, make_bundle

RNG = np.random.default_rng(0)
BEGAN = timezone.now() - timedelta(hours=1)


@pytest.fixture
def serving(world: World) -> Bundle:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    return bundle


@pytest.fixture
def judged(world: World, serving: Bundle) -> Round:
    """A round that began an hour ago, after 40 images were finished."""
    made = judge_round(world.project, serving, make_bundle("b"), learned=40)
    Round.objects.filter(pk=made.pk).update(created_at=BEGAN)
    images = come(world, 40, at=0, minutes=-30)
    finished = {"status": "done", "finished_at": BEGAN - timedelta(minutes=1)}
    Image.objects.filter(pk__in=[image.pk for image in images]).update(**finished)
    return made


def come(world: World, count: int, *, at: float, minutes: int = 30, **fields: Any) -> list[Image]:
    """Let images come so many minutes after the round began, and embed them around a point."""
    first = Image.objects.count()
    images = Image.objects.bulk_create(
        Image(
            project=world.project,
            sha256=f"{number:064x}",
            file_name=f"{number}.png",
            bytes=1,
            format="PNG",
            width=32,
            height=24,
            **fields,
        )
        for number in range(first, first + count)
    )
    ids = [image.pk for image in images]
    Image.objects.filter(pk__in=ids).update(created_at=BEGAN + timedelta(minutes=minutes))
    embed(images, at=at)
    return images


def embed(images: Sequence[Image], *, at: float, digest: str = "e" * 64) -> None:
    Embedding.objects.bulk_create(
        Embedding(
            image_sha256=image.sha256,
            encoder_digest=digest,
            pooled=RNG.normal(at, 1, 256).astype("<f2").tobytes(),
        )
        for image in images
    )


def test_images_of_another_kind_are_told_by_their_share(world: World, judged: Round) -> None:
    come(world, 15, at=0)
    come(world, 15, at=9)

    told = drift_of(world.project.pk)["drift"]

    assert told is not None
    assert (told["round"], told["n"], told["learned"]) == (1, 30, 40)
    assert 0.5 <= told["share"] <= 0.75
    assert told["low"] > told["alike"] > 0.05


def test_images_of_one_kind_are_not_called_unlike(world: World, judged: Round) -> None:
    come(world, 60, at=0)

    told = drift_of(world.project.pk)["drift"]

    assert told is not None
    assert told["low"] <= told["alike"]


def test_what_came_before_or_is_gone_or_was_not_described_does_not_count(
    world: World, judged: Round
) -> None:
    come(world, 20, at=0)
    come(world, 20, at=9, minutes=-5)
    come(world, 20, at=9, deleted_at=timezone.now())
    old = come(world, 20, at=9)
    Embedding.objects.filter(image_sha256__in=[each.sha256 for each in old]).update(pooled=None)
    embed(old, at=9, digest="f" * 64)  # by an encoder that does not serve

    told = drift_of(world.project.pk)["drift"]

    assert told is not None
    assert told["n"] == 20


def test_of_few_images_or_before_a_round_nothing_is_told(world: World, serving: Bundle) -> None:
    come(world, 30, at=0)
    before = drift_of(world.project.pk)
    judge_round(world.project, serving, make_bundle("b"), learned=40)

    assert before == drift_of(world.project.pk) == {"drift": None, "earlier": []}


def test_each_round_has_what_came_until_the_next_one_began(
    world: World, serving: Bundle, judged: Round
) -> None:
    strange = come(world, 30, at=9)
    refused = judge_round(world.project, serving, make_bundle("c"), learned=70, state="refused")
    Round.objects.filter(pk=refused.pk).update(created_at=BEGAN + timedelta(minutes=40))
    Image.objects.filter(pk__in=[image.pk for image in strange]).update(
        status="done", finished_at=BEGAN + timedelta(minutes=39)
    )
    come(world, 20, at=9, minutes=50)

    told = drift_of(world.project.pk)

    [first] = told["earlier"]
    assert (first["round"], first["n"], first["learned"], first["share"]) == (1, 30, 40, 1)
    assert told["drift"] is not None
    assert (told["drift"]["round"], told["drift"]["n"], told["drift"]["learned"]) == (2, 20, 70)
    assert told["drift"]["low"] <= told["drift"]["alike"]  # it has learned from such


def test_what_was_learned_from_counts_also_where_it_is_returned_since(
    world: World, judged: Round
) -> None:
    come(world, 20, at=0)
    returned, mended = Image.objects.filter(status="done")[:2]
    for image in (returned, mended):
        Stint.objects.create(
            image=image, user=world.annotator, ended_as=Stint.End.FINISHED, active_s=1
        )
    Stint.objects.update(ended_at=BEGAN - timedelta(minutes=1))
    Image.objects.filter(pk=returned.pk).update(status="returned", finished_at=None)
    Image.objects.filter(pk=mended.pk).update(finished_at=BEGAN + timedelta(minutes=1))

    told = drift_of(world.project.pk)["drift"]

    assert told is not None
    assert told["learned"] == 40


def test_a_round_without_new_images_is_no_reason_to_hide_those_before(
    world: World, serving: Bundle, judged: Round
) -> None:
    come(world, 30, at=9)
    judge_round(world.project, serving, make_bundle("c"), learned=40)

    told = drift_of(world.project.pk)

    assert told["drift"] is None
    assert [each["round"] for each in told["earlier"]] == [1]


def test_however_many_images_come_it_takes_three_queries(
    world: World, judged: Round, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    come(world, 50, at=0)

    with django_assert_num_queries(3):
        assert drift_of(world.project.pk)["drift"]


def test_of_many_rounds_the_newest_eight_are_told(
    world: World,
    serving: Bundle,
    judged: Round,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, 11):
        come(world, 20, at=0, minutes=number * 5 - 1)
        later = judge_round(world.project, serving, make_bundle(chr(ord("c") + number)), learned=40)
        began = BEGAN + timedelta(minutes=number * 5)
        Round.objects.filter(pk=later.pk).update(created_at=began)

    with django_assert_max_num_queries(1 + 2 * 8):
        told = drift_of(world.project.pk)

    assert [each["round"] for each in told["earlier"]] == [4, 5, 6, 7, 8, 9, 10]
    assert told["drift"] is None


def test_managers_alone_read_it(
    world: World, judged: Round, manager: Api, reviewer: Api, stranger: Api
) -> None:
    address = f"projects/{world.project.pk}/drift"
    none = manager.get(address).json()
    come(world, 20, at=9)

    assert none == {"drift": None, "earlier": []}
    assert manager.get(address).json()["drift"]["share"] == 1
    assert [each.get(address).status_code for each in (reviewer, stranger)] == [403, 404]
