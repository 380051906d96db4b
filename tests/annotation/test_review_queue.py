"""The queue of reviews: claimed like images to annotate, ended by a verdict (DESIGN P5)."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.models import Assignment, Image, Membership
from annotation.services.assignments import claim_image, finish_image
from annotation.services.seeds import Seed, seed_masks
from tests.annotation.world import Api, World, create, make_image, make_user, operation, square

Kind = Assignment.Kind
State = Assignment.State


def _finish(world: World, image: Image, user: User) -> None:
    place = claim_image(project=world.project, user=user, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=user, active_s=1)


def _next(api: Api, world: World, **body: Any) -> Any:
    return api.post(f"projects/{world.project.pk}/claim", {"queue": "review", **body})


def _image_of(answer: Any) -> int | None:
    return None if answer.status_code == 204 else int(answer.json()["assignment"]["image"])


def _waiting(api: Api, world: World) -> int:
    return int(api.get(f"projects/{world.project.pk}/queues").json()["review"])


def _accept(api: Api, image: Image) -> int:
    answer = api.post(f"images/{image.pk}/review", {"verdict": "reviewed"})
    return int(answer.status_code)


@pytest.fixture
def finished(world: World) -> list[Image]:
    images = [make_image(world.project, seed) for seed in range(3)]
    for image in images[:2]:
        _finish(world, image, world.annotator)
    return images


def test_finished_images_wait_for_review_and_are_handed_out_one_by_one(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    assert _waiting(reviewer, world) == 2

    mine, again, theirs = _next(reviewer, world), _next(reviewer, world), _next(manager, world)

    assert [_image_of(each) for each in (mine, again, theirs)] == [
        finished[0].pk,
        finished[0].pk,
        finished[1].pk,
    ]
    assert (_waiting(reviewer, world), _waiting(manager, world)) == (1, 1)
    assert _accept(reviewer, finished[0]) == 200
    assert _image_of(_next(reviewer, world)) is None
    assert _waiting(reviewer, world) == 0
    place = Assignment.objects.get(image=finished[0], kind=Kind.REVIEW)
    assert (place.state, place.user) == (State.DONE, world.reviewer)


def test_upcoming_reviews_are_told_for_prefetching(
    reviewer: Api, world: World, finished: list[Image]
) -> None:
    _next(reviewer, world)

    upcoming = reviewer.get(f"projects/{world.project.pk}/upcoming?queue=review")

    assert upcoming.json() == [finished[1].pk]


def test_a_review_that_somebody_holds_is_taken_until_the_lease_runs_out(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    held = _next(reviewer, world).json()["assignment"]

    taken = _next(manager, world, image=held["image"])
    past = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(pk=held["id"]).update(lease_until=past)

    assert (taken.status_code, taken.json()["code"]) == (409, "taken")
    assert _image_of(_next(manager, world)) == finished[0].pk
    lost = reviewer.post(f"assignments/{held['id']}/heartbeat")
    assert (lost.status_code, lost.json()["code"]) == (409, "lease_lost")


def test_nobody_is_given_their_own_work_to_review(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    _finish(world, finished[2], world.reviewer)
    _accept(manager, finished[0])
    _accept(manager, finished[1])

    assert (_waiting(reviewer, world), _image_of(_next(reviewer, world))) == (0, None)
    assert (_waiting(manager, world), _image_of(_next(manager, world))) == (1, finished[2].pk)


def test_annotators_have_no_queue_of_reviews(
    annotator: Api, stranger: Api, world: World, finished: list[Image]
) -> None:
    other = make_user("other")
    Membership.objects.create(project=world.project, user=other, role="annotator")

    for api in (annotator, Api(other)):
        answer = _next(api, world)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert _waiting(api, world) == 0
    assert _next(stranger, world).status_code == 404


def test_an_image_that_was_returned_waits_again_once_it_is_finished_again(
    annotator: Api, reviewer: Api, world: World, finished: list[Image]
) -> None:
    image = finished[0]
    _next(reviewer, world)
    reviewer.post(f"images/{image.pk}/review", {"verdict": "returned", "comment": "Look again."})
    returned = [
        (place.kind, place.state, place.user)
        for place in Assignment.objects.filter(image=image).order_by("kind")
    ]
    waiting = _waiting(reviewer, world)

    _finish(world, image, world.annotator)

    assert returned == [
        (Kind.ANNOTATE, State.LEASED, world.annotator),
        (Kind.REVIEW, State.DONE, world.reviewer),
    ]
    assert (waiting, _waiting(reviewer, world)) == (1, 2)
    assert _image_of(_next(reviewer, world)) == image.pk


def test_a_reviewer_keeps_the_place_while_the_annotator_finishes_once_more(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    held = _next(reviewer, world).json()["assignment"]

    _finish(world, finished[0], world.annotator)

    assert reviewer.post(f"assignments/{held['id']}/heartbeat").status_code == 200
    assert _image_of(_next(manager, world)) == finished[1].pk


def test_a_review_is_ended_by_a_verdict_or_given_back_and_never_finished(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    held = _next(reviewer, world).json()["assignment"]

    finish = reviewer.post(f"assignments/{held['id']}/finish", {"active_s": 1})
    release = reviewer.post(f"assignments/{held['id']}/release")

    assert (finish.status_code, release.status_code) == (409, 204)
    assert _image_of(_next(manager, world)) == finished[0].pk


def test_what_a_reviewer_changes_is_told_and_the_annotator_stays_the_assignee(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    drawn = create()
    annotator.save(image, drawn)
    _finish(world, image, world.annotator)
    _next(reviewer, world)

    reviewer.save(image, operation("revise", mask=drawn["mask"], rle=square(2, 2, 7)))

    changes = annotator.get(f"images/{image.pk}/comments").json()["changes"]
    assert [(each["mask"], each["author"]) for each in changes] == [(drawn["mask"], "reviewer")]
    [row] = annotator.get(f"projects/{world.project.pk}/images").json()["results"]
    assert row["assignee"] == "annotator"


def test_a_finished_image_is_reviewed_without_the_queue_as_well(
    manager: Api, reviewer: Api, world: World, finished: list[Image]
) -> None:
    assert _accept(manager, finished[0]) == 200

    assert _waiting(reviewer, world) == 1
    assert _image_of(_next(reviewer, world)) == finished[1].pk


def test_the_counts_take_the_same_queries_for_few_images_and_for_many(
    reviewer: Api, world: World, finished: list[Image]
) -> None:
    path = f"projects/{world.project.pk}/queues"
    with CaptureQueriesContext(connection) as few:
        reviewer.get(path)
    for seed in range(3, 9):
        _finish(world, make_image(world.project, seed), world.annotator)

    with CaptureQueriesContext(connection) as many:
        counts = reviewer.get(path).json()

    assert counts["review"] == 8
    assert len(many) == len(few) == 8  # session, user, project with role, four queues, questions


@pytest.mark.parametrize("verdict", ["reviewed", "returned"])
def test_p3_the_seconds_of_a_review_are_kept_once_however_often_its_verdict_is_sent(
    annotator: Api, reviewer: Api, world: World, finished: list[Image], verdict: str
) -> None:
    stint = _next(reviewer, world).json()["assignment"]["stint"]
    said = {"verdict": verdict, "comment": "Look again.", "active_s": 12.5, "stint": stint}

    for _ in range(2):
        assert reviewer.post(f"images/{finished[0].pk}/review", said).status_code == 200

    assert _seconds_of_review(finished[0]) == 12.5
    _finish(world, finished[0], world.annotator)
    again = _next(reviewer, world, image=finished[0].pk).json()["assignment"]["stint"]
    reviewer.post(f"images/{finished[0].pk}/review", {**said, "active_s": 3, "stint": again})
    assert again > stint
    assert _seconds_of_review(finished[0]) == 15.5


def test_p3_a_return_that_is_sent_again_once_the_image_was_mended_changes_nothing(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    image = finished[0]
    path = f"images/{image.pk}/review"
    stint = _next(reviewer, world).json()["assignment"]["stint"]
    said = {"verdict": "returned", "comment": "Look again.", "active_s": 5, "stint": stint}
    reviewer.post(path, said)
    _finish(world, image, world.annotator)
    theirs = _next(manager, world, image=image.pk).json()["assignment"]

    again = reviewer.post(path, said)

    assert (again.status_code, again.json()["code"]) == (409, "lease_lost")
    image.refresh_from_db()
    assert image.status == Image.Status.DONE
    place = Assignment.objects.get(pk=theirs["id"])
    assert (place.state, place.user, place.active_s) == (State.LEASED, world.manager, 5)


def test_a_reviewer_who_claimed_the_image_anew_is_not_answered_by_the_verdict_before(
    reviewer: Api, world: World, finished: list[Image]
) -> None:
    image = finished[0]
    path = f"images/{image.pk}/review"
    stint = _next(reviewer, world).json()["assignment"]["stint"]
    said = {"verdict": "returned", "comment": "Look again.", "stint": stint}
    reviewer.post(path, said)
    _finish(world, image, world.annotator)
    _next(reviewer, world, image=image.pk)

    again = reviewer.post(path, said)

    assert (again.status_code, again.json()["status"]) == (200, "done")


def test_what_comes_late_to_an_approved_image_is_reviewed_once_more(
    annotator: Api, reviewer: Api, manager: Api, finished: list[Image]
) -> None:
    image = finished[0]
    for api in (reviewer, manager):
        reviewer.post(f"images/{image.pk}/review", {"verdict": "reviewed"})
        api.save(image, create())
        image.refresh_from_db()
        assert image.status == Image.Status.REVIEWED

    annotator.save(image, create())  # as what a device sends that was without a network

    image.refresh_from_db()
    assert image.status == Image.Status.DONE
    assert Assignment.objects.get(image=image, kind="review").state == "open"


def test_another_verdict_of_a_review_that_a_verdict_has_ended_is_refused(
    reviewer: Api, world: World, finished: list[Image]
) -> None:
    image = finished[0]
    path = f"images/{image.pk}/review"
    stint = _next(reviewer, world).json()["assignment"]["stint"]
    reviewer.post(path, {"verdict": "reviewed", "stint": stint})

    other = reviewer.post(path, {"verdict": "returned", "comment": "No.", "stint": stint})

    assert (other.status_code, other.json()["code"]) == (409, "lease_lost")
    image.refresh_from_db()
    assert (image.status, image.review_comment) == (Image.Status.REVIEWED, "")


def test_another_verdict_of_an_ended_review_is_refused_though_one_before_it_was_mended(
    reviewer: Api, world: World, finished: list[Image]
) -> None:
    image = finished[0]
    path = f"images/{image.pk}/review"
    first = _next(reviewer, world).json()["assignment"]["stint"]
    returned = {"verdict": "returned", "comment": "Look again."}
    reviewer.post(path, {**returned, "stint": first})
    _finish(world, image, world.annotator)
    stint = _next(reviewer, world, image=image.pk).json()["assignment"]["stint"]
    reviewer.post(path, {**returned, "stint": stint})

    other = reviewer.post(path, {"verdict": "reviewed", "stint": stint})

    assert (other.status_code, other.json()["code"]) == (409, "lease_lost")
    image.refresh_from_db()
    assert image.status == Image.Status.RETURNED


def test_a_verdict_of_a_review_that_somebody_had_in_between_is_refused(
    reviewer: Api, manager: Api, world: World, finished: list[Image]
) -> None:
    image = finished[0]
    held = _next(reviewer, world).json()["assignment"]
    theirs = _next(manager, world, image=_lapsed(held)).json()["assignment"]
    _next(reviewer, world, image=_lapsed(theirs))

    answer = reviewer.post(
        f"images/{image.pk}/review", {"verdict": "reviewed", "stint": held["stint"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")


def _lapsed(place: dict[str, int]) -> int:
    """Let a lease run out; return the image."""
    past = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(pk=place["id"]).update(lease_until=past)
    return place["image"]


def test_p4_a_verdict_on_an_image_to_which_an_import_has_brought_masks_since_is_refused(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    seen = _finished_before_an_import(annotator, world, image)
    path = f"images/{image.pk}/review"

    refused = reviewer.post(path, {"verdict": "reviewed", "version": seen})

    assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
    again = {"verdict": "reviewed", "version": refused.json()["version"]}
    assert reviewer.post(path, again).status_code == 200


def test_p4_a_verdict_on_imported_masks_is_refused_also_where_the_reviewer_has_saved_upon_them(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    seen = _finished_before_an_import(annotator, world, image)
    reviewer.save(image, create(), create())

    given = reviewer.post(f"images/{image.pk}/review", {"verdict": "reviewed", "version": seen})

    assert (given.status_code, given.json()["code"]) == (409, "stale_version")


def _finished_before_an_import(annotator: Api, world: World, image: Image) -> int:
    """Finish an image, to which an import brings a mask then; return the version before that."""
    seen: int = annotator.save(image, create()).json()["version"]
    _finish(world, image, world.annotator)
    image.refresh_from_db()
    seed_masks(image=image, seeds=[Seed(square(12, 12))], author=world.manager)
    return seen


@pytest.mark.parametrize("verdict", ["reviewed", "returned"])
def test_p4_a_verdict_on_what_the_annotator_has_changed_since_is_refused_with_the_change(
    annotator: Api, reviewer: Api, world: World, image: Image, verdict: str
) -> None:
    drawn = create()
    annotator.save(image, drawn)
    _finish(world, image, world.annotator)
    _next(reviewer, world)
    corrected = reviewer.save(image, operation("revise", mask=drawn["mask"], z=1)).json()
    claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    annotator.save(image, operation("delete", mask=drawn["mask"]))
    path = f"images/{image.pk}/review"
    said = {"verdict": verdict, "comment": "Look again."}

    refused = reviewer.post(path, {**said, "version": corrected["version"]})

    assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
    [missed] = refused.json()["missed"]
    assert (missed["kind"], missed["author"]) == ("delete", "annotator")
    image.refresh_from_db()
    assert image.status == Image.Status.DONE
    assert reviewer.post(path, {**said, "version": refused.json()["version"]}).status_code == 200


def test_what_the_reviewer_alone_has_changed_since_makes_no_verdict_stale(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    seen = annotator.save(image, create()).json()["version"]
    _finish(world, image, world.annotator)
    reviewer.save(image, create())

    given = reviewer.post(f"images/{image.pk}/review", {"verdict": "reviewed", "version": seen})

    assert given.status_code == 200


def test_of_a_review_that_nobody_claimed_the_seconds_up_to_the_first_verdict_are_kept(
    manager: Api, finished: list[Image]
) -> None:
    path = f"images/{finished[0].pk}/review"

    manager.post(path, {"verdict": "reviewed", "active_s": 8})
    manager.post(path, {"verdict": "returned", "comment": "No, wait.", "active_s": 11})

    assert _seconds_of_review(finished[0]) == 8


def _seconds_of_review(image: Image) -> float:
    return Assignment.objects.get(image=image, kind=Kind.REVIEW).active_s
