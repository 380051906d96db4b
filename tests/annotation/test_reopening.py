"""Who finished an image too early opens it again, until somebody reviews it."""

import pytest

from annotation.models import Assignment, Image
from annotation.selectors.plan import Queue
from annotation.services.assignments import claim_image, finish_image, release
from tests.annotation.reviewing import give_verdict, say
from tests.annotation.world import Api, World

State = Assignment.State
Kind = Assignment.Kind


def _reopen(api: Api, image: Image) -> tuple[int, str]:
    answer = api.post(f"images/{image.pk}/reopen", {})
    said = answer.json()
    return answer.status_code, said.get("status") if answer.status_code == 200 else said["code"]


def _place(image: Image) -> Assignment:
    return Assignment.objects.get(image=image, kind=Kind.ANNOTATE)


@pytest.fixture
def finished(world: World, image: Image) -> Image:
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=1)
    image.refresh_from_db()
    return image


def test_it_is_work_again_for_who_finished_it(world: World, finished: Image) -> None:
    place = claim_image(project=world.project, user=world.annotator, image_id=finished.pk)
    assert place is not None

    assert [_reopen(Api(world.annotator), finished) for _ in range(2)] == [(200, "todo")] * 2

    queued = claim_image(project=world.project, user=world.reviewer, queue=None)
    assert queued is None  # nothing is left for others
    finish_image(assignment=place, user=world.annotator, active_s=1, stint=place.stint)
    finished.refresh_from_db()
    assert finished.status == "done"
    assert finished.finished_at is not None


def test_given_back_it_is_there_for_others(world: World, finished: Image) -> None:
    place = claim_image(project=world.project, user=world.annotator, image_id=finished.pk)
    assert place is not None
    _reopen(Api(world.annotator), finished)

    release(assignment=place, user=world.annotator)

    assert _place(finished).state == State.OPEN


def test_a_reviewer_gives_it_to_who_annotated_it(
    world: World, reviewer: Api, finished: Image
) -> None:
    assert _reopen(reviewer, finished) == (200, "todo")

    place = _place(finished)
    assert (place.state, place.user) == (State.LEASED, world.annotator)
    again = claim_image(project=world.project, user=world.annotator)
    assert again is not None
    assert again.image_id == finished.pk


def test_one_that_had_been_returned_is_returned_again(
    world: World, reviewer: Api, finished: Image
) -> None:
    said = {"verdict": "returned", "comment": "Two cells."}
    assert reviewer.post(f"images/{finished.pk}/review", said).status_code == 200
    finish_image(assignment=_place(finished), user=world.annotator, active_s=1)

    assert _reopen(Api(world.annotator), finished) == (200, "returned")

    finished.refresh_from_db()
    assert finished.review_comment == "Two cells."


def test_so_is_one_that_had_been_returned_with_comments_alone_until_they_are_resolved(
    world: World, reviewer: Api, finished: Image
) -> None:
    annotator = Api(world.annotator)
    comment = say(reviewer, finished).json()["id"]
    give_verdict(reviewer, finished, "returned")
    finish_image(assignment=_place(finished), user=world.annotator, active_s=1)

    unanswered = _reopen(annotator, finished)
    finish_image(assignment=_place(finished), user=world.annotator, active_s=1)
    resolved = annotator.post(f"comments/{comment}/resolve", {})
    answered = _reopen(annotator, finished)

    assert resolved.status_code == 200
    assert [unanswered, answered] == [(200, "returned"), (200, "todo")]


def test_it_is_too_late_once_a_reviewer_is_at_it(
    world: World, reviewer: Api, finished: Image
) -> None:
    annotator = Api(world.annotator)
    claim_image(
        project=world.project, user=world.reviewer, image_id=finished.pk, queue=Queue.REVIEW
    )
    while_reviewed = _reopen(annotator, finished)
    reviewer.post(f"images/{finished.pk}/review", {"verdict": "reviewed"})

    assert [while_reviewed, _reopen(annotator, finished)] == [(409, "under_review")] * 2


def test_another_annotator_leaves_it_as_it_is(world: World, image: Image) -> None:
    place = claim_image(project=world.project, user=world.manager, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.manager, active_s=1)

    assert _reopen(Api(world.annotator), image) == (403, "not_allowed")
