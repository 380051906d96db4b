"""A thing that was named and has no mask brings its image into the queue of images to complete."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Image, Phrase, Recording, Transcript
from annotation.selectors.questions import open_questions
from annotation.services.assignments import claim_image, finish_image
from annotation.services.grounding import save_grounding
from annotation.services.review import review_image
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as Found
from tests.annotation.world import Api, World, create, make_bundle, make_image

BUCKET = Found(0, 3, "a red bucket", "bucket", None, is_plural=False, is_definite=False)


@pytest.fixture
def image(world: World) -> Image:
    """An image of a project with queues, at which a model has looked and found nothing."""
    world.project.plan = "queues"
    world.project.save()
    return make_image(world.project, proposed_by=make_bundle())


def say(world: World, image: Image, kind: str = "raw", of: Transcript | None = None) -> Transcript:
    """Name a red bucket that has no mask."""
    take = of.recording if of else Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm"
    )  # fmt: skip
    author = None if kind == "raw" else world.annotator
    transcript = Transcript.objects.create(
        pk=uuid4(), recording=take, kind=kind, text="a red bucket", author=author
    )
    save_grounding(
        transcript=transcript,
        phrases=[BUCKET],
        links=[Link((), None, 1.0)],
        asked={0},
        rules="rules-1",
    )
    return transcript


def answer(api: Api, kind: str, *masks: str) -> None:
    phrase = Phrase.objects.latest("pk")
    body = {"id": str(uuid4()), "kind": kind, "masks": list(masks)}
    assert api.post(f"phrases/{phrase.pk}/links", body).status_code == 201


def counts(api: Api, world: World) -> tuple[int, int, int]:
    found = api.get(f"projects/{world.project.pk}/queues").json()
    return found["complete"], found["questions"], found["correct"]


def claimed(api: Api, world: World, queue: str) -> Any:
    given = api.post(f"projects/{world.project.pk}/claim", {"queue": queue})
    return None if given.status_code == 204 else given.json()["assignment"]["image"]


def finish(world: World, image: Image) -> None:
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=1)


def test_a_question_brings_its_image_to_complete_until_it_is_answered(
    annotator: Api, world: World, image: Image
) -> None:
    before = counts(annotator, world)
    say(world, image)
    asked = counts(annotator, world)
    taken = (claimed(annotator, world, "correct"), claimed(annotator, world, "complete"))
    answer(annotator, "dismissed")

    assert (before, asked, counts(annotator, world)) == ((0, 0, 1), (1, 1, 0), (0, 0, 1))
    assert taken == (None, image.pk)


def test_a_mask_answers_a_question_and_an_answer_can_be_taken_back(
    annotator: Api, world: World, image: Image
) -> None:
    say(world, image)
    mask = str(uuid4())
    annotator.save(image, create(mask))

    answer(annotator, "confirmed", mask)
    answered = counts(annotator, world)
    answer(annotator, "removed")

    assert (answered, counts(annotator, world)) == ((0, 0, 1), (1, 1, 0))


def test_only_the_newest_text_of_a_take_asks(annotator: Api, world: World, image: Image) -> None:
    raw = say(world, image)
    say(world, image, "corrected", of=raw)
    answer(annotator, "dismissed")

    assert Phrase.objects.filter(is_asked=True).count() == 1
    assert counts(annotator, world) == (0, 0, 1)


def test_a_finished_image_is_opened_again_for_who_did_it(
    annotator: Api, world: World, image: Image
) -> None:
    finish(world, image)

    said = say(world, image)
    image.refresh_from_db()
    again = (image.status, counts(annotator, world), claimed(annotator, world, "complete"))
    finish(world, image)
    save_grounding(  # the job runs twice
        transcript=said,
        phrases=[BUCKET],
        links=[Link((), None, 1.0)],
        asked={0},
        rules="rules-1",
    )

    assert again == ("todo", (1, 1, 0), image.pk)
    image.refresh_from_db()
    assert image.status == "done"


@pytest.mark.parametrize("kept_by", ["review", "verdict", "plan"])
def test_what_a_reviewer_has_or_a_project_without_queues_stays_finished(
    world: World, reviewer: Api, image: Image, kept_by: str
) -> None:
    finish(world, image)
    if kept_by == "review":
        assert claimed(reviewer, world, "review") == image.pk
    elif kept_by == "verdict":
        review_image(image=image, verdict="reviewed", comment="", reviewer=world.reviewer)
    else:
        world.project.plan = "whole"
        world.project.save()
    image.refresh_from_db()
    before = image.status

    say(world, image)

    image.refresh_from_db()
    assert image.status == before
    assert reviewer.get(f"images/{image.pk}/grounding").json()["phrases"][0]["is_question"]


def test_a_removed_take_asks_nothing(annotator: Api, world: World, image: Image) -> None:
    said = say(world, image)

    annotator.post(f"recordings/{said.recording_id}/remove")

    assert counts(annotator, world) == (0, 0, 1)


def test_counting_questions_asks_no_more_of_many_images_and_has_its_index(
    annotator: Api, world: World, image: Image
) -> None:
    say(world, image)
    with CaptureQueriesContext(connection) as one:
        counts(annotator, world)
    for seed in range(1, 4):
        say(world, make_image(world.project, seed, proposed_by=image.proposed_by))

    with CaptureQueriesContext(connection) as many:
        assert counts(annotator, world) == (4, 4, 0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = open_questions().explain()

    assert len(many) == len(one)
    assert "phrase_asked" in plan
