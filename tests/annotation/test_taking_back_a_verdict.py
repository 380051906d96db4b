"""A verdict may be taken back by who gave it, until somebody goes on with the image."""

from typing import Any
from uuid import uuid4

import pytest

from annotation.models import Assignment, Comment, Image
from annotation.services.assignments import claim_image, finish_image
from tests.annotation.world import Api, World, create

State = Assignment.State


def _give(api: Api, image: Image, verdict: str, comment: str = "Look again.") -> None:
    said = {"verdict": verdict, "comment": comment, "active_s": 5}
    assert api.post(f"images/{image.pk}/review", said).status_code == 200


def _take_back(api: Api, image: Image) -> Any:
    return api.delete(f"images/{image.pk}/review")


def _places(image: Image) -> list[tuple[str, str, str | None]]:
    places = Assignment.objects.filter(image=image).order_by("kind")
    return [
        (place.kind, place.state, place.user.username if place.user else None) for place in places
    ]


@pytest.fixture
def finished(world: World, image: Image) -> Image:
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=1)
    image.refresh_from_db()
    return image


@pytest.mark.parametrize("verdict", ["reviewed", "returned"])
def test_a_verdict_that_is_taken_back_leaves_the_image_as_it_was(
    reviewer: Api, finished: Image, verdict: str
) -> None:
    before = _places(finished)
    _give(reviewer, finished, verdict)

    answers = [_take_back(reviewer, finished) for _ in range(2)]  # the second is a resend

    assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "done")] * 2
    assert _places(finished) == before
    finished.refresh_from_db()
    assert (finished.status, finished.review_comment) == ("done", "")
    seconds = Assignment.objects.get(image=finished, kind=Assignment.Kind.REVIEW).active_s
    assert seconds == 5  # they were spent


def test_what_was_said_with_the_verdict_can_be_withdrawn_again(
    reviewer: Api, finished: Image
) -> None:
    comment = str(uuid4())
    reviewer.post(f"images/{finished.pk}/comments", {"id": comment, "text": "The edge is off."})
    _give(reviewer, finished, "returned", "")

    _take_back(reviewer, finished)

    assert reviewer.delete(f"comments/{comment}").status_code == 204
    assert Comment.objects.get(pk=comment).withdrawn_at is not None


def test_the_review_goes_on_as_the_first_one(reviewer: Api, finished: Image) -> None:
    _give(reviewer, finished, "reviewed")
    _take_back(reviewer, finished)

    reviewer.save(finished, create())

    notes = reviewer.get(f"images/{finished.pk}/comments").json()
    assert (notes["since"], [each["kind"] for each in notes["changes"]]) == ("finished", ["added"])


def test_it_stands_once_its_annotator_has_drawn_or_given_the_image_back(
    annotator: Api, reviewer: Api, world: World, finished: Image
) -> None:
    _give(reviewer, finished, "returned")
    place = Assignment.objects.get(image=finished, kind=Assignment.Kind.ANNOTATE)
    annotator.save(finished, create())

    drawn = _take_back(reviewer, finished)

    assert (drawn.status_code, drawn.json()["code"]) == (409, "verdict_stands")
    assert annotator.post(f"assignments/{place.pk}/release").status_code == 204
    assert _take_back(reviewer, finished).status_code == 409
    finished.refresh_from_db()
    assert finished.status == "returned"


def test_only_who_gave_it_takes_it_back(
    annotator: Api, reviewer: Api, manager: Api, stranger: Api, finished: Image
) -> None:
    unreviewed = _take_back(reviewer, finished)
    _give(reviewer, finished, "reviewed")

    refused = [_take_back(each, finished).status_code for each in (annotator, manager, stranger)]

    assert unreviewed.status_code == 200  # there was none, as after a resend
    assert refused == [403, 409, 404]
    finished.refresh_from_db()
    assert finished.status == "reviewed"
