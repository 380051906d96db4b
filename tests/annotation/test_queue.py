"""The queue: claims, leases, finishing, review (DESIGN P5)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.models import Assignment, Image, Membership
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    make_user,
    square,
)


def _claim(api: Api, world: World, **body: int | str) -> dict[str, int]:
    answer = api.post(f"projects/{world.project.pk}/claim", body)
    assert answer.status_code == 200, answer.content
    assignment: dict[str, int] = answer.json()["assignment"]
    return assignment


@pytest.fixture
def images(world: World) -> list[Image]:
    return [make_image(world.project, seed) for seed in range(3)]


def _expire(assignment_id: int) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(pk=assignment_id).update(lease_until=past)


def test_a_claim_gives_the_next_image_and_the_same_one_again_until_it_is_finished(
    annotator: Api, reviewer: Api, world: World, images: list[Image]
) -> None:
    first = _claim(annotator, world)
    again = _claim(annotator, world)
    theirs = _claim(reviewer, world)

    assert first["image"] == again["image"] == images[0].pk
    assert theirs["image"] == images[1].pk
    upcoming = annotator.get(f"projects/{world.project.pk}/upcoming").json()
    assert upcoming == [images[2].pk]


def test_a_claim_tells_whether_models_have_changed_what_was_fetched_ahead(
    annotator: Api, world: World, images: list[Image]
) -> None:
    image = images[0]
    claimed = f"projects/{world.project.pk}/claim"
    before = annotator.get(f"images/{image.pk}").json()["stamp"]
    bundle = make_bundle()
    make_proposals(image, bundle)
    Image.objects.filter(pk=image.pk).update(proposed_by=bundle)

    told = annotator.post(claimed, {"image": image.pk}).json()["stamp"]
    seen = annotator.get(f"images/{image.pk}").json()["stamp"]
    annotator.save(image, create())
    again = annotator.post(claimed, {"image": image.pk}).json()["stamp"]

    assert len({before, told, again}) == 3
    assert seen == told
    assert bundle.pk not in told


def test_a_claim_tells_whether_the_place_was_the_persons_before(
    annotator: Api, reviewer: Api, world: World, images: list[Image]
) -> None:
    claimed = f"projects/{world.project.pk}/claim"

    first, again = (annotator.post(claimed, {}).json() for _ in range(2))
    _expire(first["assignment"]["id"])
    taken = reviewer.post(claimed, {"image": images[0].pk}).json()

    assert [each["is_taken_now"] for each in (first, again, taken)] == [True, False, True]


def test_as_many_images_ahead_are_told_as_are_asked_for_within_bounds(
    annotator: Api, world: World, images: list[Image]
) -> None:
    images += [make_image(world.project, seed) for seed in range(3, 6)]
    path = f"projects/{world.project.pk}/upcoming"

    told = [annotator.get(f"{path}{query}") for query in ("", "?count=1", "?count=20")]
    refused = [annotator.get(f"{path}?count={count}") for count in ("0", "21", "many")]

    ids = [image.pk for image in images]
    assert [answer.json() for answer in told] == [ids[:3], ids[:1], ids]
    assert [answer.status_code for answer in refused] == [400] * 3


def test_a_claim_besides_the_image_that_is_being_finished_gives_another_or_none(
    annotator: Api, world: World, images: list[Image]
) -> None:
    first = _claim(annotator, world)

    second = _claim(annotator, world, besides=first["image"])
    again = _claim(annotator, world, besides=first["image"])
    Image.objects.exclude(pk=first["image"]).update(status=Image.Status.DONE)
    none = annotator.post(f"projects/{world.project.pk}/claim", {"besides": first["image"]})

    assert (second["image"], again["image"]) == (images[1].pk, images[1].pk)
    assert none.status_code == 204


def test_an_empty_queue_answers_204(annotator: Api, world: World) -> None:
    answer = annotator.post(f"projects/{world.project.pk}/claim", {})

    assert (answer.status_code, answer.content) == (204, b"")


def test_p5_the_database_refuses_a_second_place_for_one_person(world: World, image: Image) -> None:
    Assignment.objects.create(image=image, slot=1)
    lease = {"state": "leased", "user": world.annotator, "lease_until": timezone.now()}

    with pytest.raises(IntegrityError, match="assignment_once_per_person"), transaction.atomic():
        Assignment.objects.filter(image=image).update(**lease)


def test_p5_a_taken_image_is_refused_by_name(
    annotator: Api, reviewer: Api, world: World, images: list[Image]
) -> None:
    _claim(reviewer, world, image=images[1].pk)

    answer = annotator.post(f"projects/{world.project.pk}/claim", {"image": images[1].pk})

    assert (answer.status_code, answer.json()["code"]) == (409, "taken")
    assert _claim(annotator, world, image=images[2].pk)["image"] == images[2].pk


def test_a_lease_that_ran_out_goes_to_whoever_claims_and_its_work_is_kept(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    _expire(mine["id"])

    theirs = _claim(reviewer, world)

    assert theirs["id"] == mine["id"]
    for action in ("heartbeat", "finish"):
        answer = annotator.post(f"assignments/{mine['id']}/{action}", {"active_s": 1})
        assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")
    assert annotator.save(image, create()).status_code == 200


def test_a_heartbeat_extends_even_a_lease_that_ran_out(
    annotator: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    _expire(mine["id"])

    answer = annotator.post(f"assignments/{mine['id']}/heartbeat")

    assert answer.status_code == 200
    assert answer.json()["lease_until"] > timezone.now().isoformat()


def test_a_released_image_is_open_again(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)

    assert annotator.post(f"assignments/{mine['id']}/release").status_code == 204

    assert _claim(reviewer, world)["image"] == image.pk


def test_finishing_ends_the_image_and_measures_its_proposals(
    annotator: Api, world: World, image: Image
) -> None:
    [proposal] = make_proposals(image, make_bundle())
    mine = _claim(annotator, world)
    drawn = create(proposal=str(proposal.pk), rle=square(0, 2, 4))
    annotator.save(image, drawn)

    answer = annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 12.5})
    again = annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 12.5})

    assert answer.json() == again.json() == {"image": image.pk, "status": "done"}
    proposal.refresh_from_db()
    assert proposal.final_iou == pytest.approx(16 / 25)
    assert Assignment.objects.get(pk=mine["id"]).active_s == 12.5
    image.refresh_from_db()
    assert image.finished_at is not None


def test_a_claim_of_a_place_one_holds_goes_on_with_its_stint_and_any_other_begins_one(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    first = _claim(annotator, world)
    again = _claim(annotator, world)
    _expire(first["id"])
    held_on = _claim(annotator, world)
    _expire(first["id"])
    theirs = _claim(reviewer, world)

    stints = [each["stint"] for each in (first, again, held_on, theirs)]
    assert stints == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("action", "state"), [("release", Assignment.State.OPEN), ("finish", Assignment.State.DONE)]
)
def test_p3_what_ended_a_stint_unheard_and_is_sent_again_in_the_next_one_changes_nothing(
    annotator: Api, world: World, image: Image, action: str, state: Assignment.State
) -> None:
    first = _claim(annotator, world)
    path = f"assignments/{first['id']}/{action}"
    ended = annotator.post(path, {"active_s": 5, "stint": first["stint"]})

    second = _claim(annotator, world, image=image.pk)
    again = annotator.post(path, {"active_s": 5, "stint": first["stint"]})

    place = Assignment.objects.get(pk=first["id"])
    assert again.status_code == ended.status_code < 300
    assert (place.state, place.active_s) == (Assignment.State.LEASED, 5)
    annotator.post(path, {"active_s": 3, "stint": second["stint"]})
    place.refresh_from_db()
    assert (place.state, place.active_s) == (state, 8)


def test_p3_a_finish_that_is_sent_again_does_not_finish_what_was_returned_meanwhile(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    finish = f"assignments/{mine['id']}/finish"
    annotator.post(finish, {"active_s": 5, "stint": mine["stint"]})
    reviewer.post(f"images/{image.pk}/review", {"verdict": "returned", "comment": "Again."})

    again = annotator.post(finish, {"active_s": 5, "stint": mine["stint"]})

    assert again.json() == {"image": image.pk, "status": "returned"}
    assert _claim(annotator, world)["stint"] > mine["stint"]
    place = Assignment.objects.get(pk=mine["id"])
    assert (place.state, place.active_s) == (Assignment.State.LEASED, 5)


def test_with_overlap_an_image_is_done_when_everyone_is(
    annotator: Api, reviewer: Api, manager: Api, world: World
) -> None:
    manager.patch(f"projects/{world.project.pk}", {"overlap": 2})
    world.project.refresh_from_db()
    image = make_image(world.project)
    mine, theirs = _claim(annotator, world), _claim(reviewer, world)
    assert mine["image"] == theirs["image"] == image.pk

    first = annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 1})
    second = reviewer.post(f"assignments/{theirs['id']}/finish", {"active_s": 1})

    assert (first.json()["status"], second.json()["status"]) == ("todo", "done")


def test_more_overlap_makes_places_at_images_that_are_there(
    manager: Api, world: World, images: list[Image]
) -> None:
    manager.patch(f"projects/{world.project.pk}", {"overlap": 3})
    assert Assignment.objects.count() == 9

    manager.patch(f"projects/{world.project.pk}", {"overlap": 1})
    assert Assignment.objects.count() == 3


def test_returned_work_goes_back_to_who_did_it(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})
    other = make_user("other")
    Membership.objects.create(project=world.project, user=other, role="annotator")

    verdict = {"verdict": "returned", "comment": "The small ones are missing."}
    answer = reviewer.post(f"images/{image.pk}/review", verdict)

    assert answer.json() == {"status": "returned", "review_comment": verdict["comment"]}
    assert Api(other).post(f"projects/{world.project.pk}/claim", {}).status_code == 204
    assert _claim(annotator, world)["image"] == image.pk
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})
    accepted = reviewer.post(f"images/{image.pk}/review", {"verdict": "reviewed"})
    assert accepted.json()["status"] == "reviewed"
    assert Assignment.objects.get(pk=mine["id"]).active_s == 10


def _return(annotator: Api, reviewer: Api, world: World, image: Image) -> int:
    """Let the annotator finish an image and the reviewer return it; say which place it is."""
    mine = _claim(annotator, world, image=image.pk)
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})
    verdict = {"verdict": "returned", "comment": "The small ones are missing."}
    assert reviewer.post(f"images/{image.pk}/review", verdict).status_code == 200
    return mine["id"]


def test_what_was_returned_to_a_person_comes_before_what_they_hold_and_what_is_new(
    annotator: Api, reviewer: Api, world: World, images: list[Image]
) -> None:
    held, first, second = (image.pk for image in images)
    _claim(annotator, world, image=held)
    for image in images[1:]:
        _return(annotator, reviewer, world, image)
    new = make_image(world.project, 3).pk
    path = f"projects/{world.project.pk}/upcoming"

    given = [_claim(annotator, world)["image"], _claim(annotator, world, besides=first)["image"]]

    assert given == [first, second]
    assert annotator.get(f"{path}?besides={held}").json() == [first, second, new]
    assert annotator.get(f"{path}?besides={first}").json() == [second, new]
    assert reviewer.get(path).json() == [new]
    assert _claim(reviewer, world)["image"] == new


def test_returned_work_that_nobody_mends_within_a_day_comes_to_others_before_new_images(
    annotator: Api, reviewer: Api, world: World, images: list[Image]
) -> None:
    place = _return(annotator, reviewer, world, images[2])
    first = _claim(reviewer, world)
    _expire(place)

    second = _claim(reviewer, world, besides=first["image"])

    assert (first["image"], second["image"]) == (images[0].pk, images[2].pk)


def test_a_person_is_told_what_was_returned_to_them_until_it_is_mended(
    annotator: Api, reviewer: Api, world: World, images: list[Image]
) -> None:
    path = f"projects/{world.project.pk}"
    _return(annotator, reviewer, world, images[1])
    place = _return(annotator, reviewer, world, images[0])

    told = [
        (api.get(path).json(), api.get("projects").json()["results"][0])
        for api in (annotator, reviewer)
    ]
    annotator.post(f"assignments/{place}/finish", {"active_s": 5})

    both = [images[1].pk, images[0].pk]
    assert [(page["returned"], card["returned"]) for page, card in told] == [(both, 2), ([], 0)]
    assert annotator.get(path).json()["returned"] == [images[1].pk]
    assert annotator.get("projects").json()["results"][0]["returned"] == 1


def test_opening_what_was_returned_does_not_cut_its_day_short(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    place = Assignment.objects.get(pk=_return(annotator, reviewer, world, image))

    _claim(annotator, world)
    annotator.post(f"assignments/{place.pk}/heartbeat")

    lease_until = place.lease_until
    place.refresh_from_db()
    assert place.lease_until == lease_until


def test_a_return_says_why_by_its_comment_or_by_one_that_is_open(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})
    path = f"images/{image.pk}"
    said = {"id": str(uuid4()), "text": "The edge is off."}
    reviewer.post(f"{path}/comments", said)
    reviewer.post(f"comments/{said['id']}/resolve")

    silent = [
        reviewer.post(f"{path}/review", {"verdict": "returned", **more})
        for more in ({}, {"comment": " \n"})
    ]

    for answer in silent:
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert [error["field"] for error in answer.json()["errors"]] == ["comment"]
    image.refresh_from_db()
    assert image.status == Image.Status.DONE
    assert reviewer.delete(f"comments/{said['id']}").status_code == 204  # nothing was sealed
    assert reviewer.post(f"{path}/comments", {**said, "id": str(uuid4())}).status_code == 201
    assert reviewer.post(f"{path}/review", {"verdict": "returned"}).status_code == 200


def test_p3_a_return_that_is_sent_again_is_answered_though_its_comments_are_resolved(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})
    said = {"id": str(uuid4()), "text": "The edge is off."}
    reviewer.post(f"images/{image.pk}/comments", said)
    reviewer.post(f"images/{image.pk}/review", {"verdict": "returned"})
    annotator.post(f"comments/{said['id']}/resolve")

    again = reviewer.post(f"images/{image.pk}/review", {"verdict": "returned"})

    assert (again.status_code, again.json()["status"]) == (200, "returned")


def test_unfinished_work_cannot_be_reviewed(reviewer: Api, image: Image) -> None:
    answer = reviewer.post(f"images/{image.pk}/review", {"verdict": "reviewed"})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_finished")


def test_a_finished_image_opened_again_is_finished_when_given_back(
    annotator: Api, world: World, image: Image
) -> None:
    mine = _claim(annotator, world)
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})

    assert _claim(annotator, world, image=image.pk)["id"] == mine["id"]
    annotator.post(f"assignments/{mine['id']}/release")

    assert Assignment.objects.get(pk=mine["id"]).state == Assignment.State.DONE
    image.refresh_from_db()
    assert image.status == Image.Status.DONE


def _approve(annotator: Api, reviewer: Api, world: World, image: Image) -> dict[str, int]:
    """Let an image be done and approved, and its annotator open it once more."""
    mine = _claim(annotator, world, image=image.pk)
    annotator.post(f"assignments/{mine['id']}/finish", {"active_s": 5})
    assert reviewer.post(f"images/{image.pk}/review", {"verdict": "reviewed"}).status_code == 200
    return _claim(annotator, world, image=image.pk)


def test_an_approved_image_opened_again_stays_approved_when_finished_without_a_change(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    again = _approve(annotator, reviewer, world, image)

    ended = annotator.post(f"assignments/{again['id']}/finish", {"active_s": 3})

    assert ended.json() == {"image": image.pk, "status": "reviewed"}
    place = Assignment.objects.get(pk=again["id"])
    assert (place.state, place.active_s) == (Assignment.State.DONE, 8)
    review = Assignment.objects.get(image=image, kind=Assignment.Kind.REVIEW)
    assert (review.state, review.user) == (Assignment.State.DONE, world.reviewer)


def test_what_the_annotator_changes_on_an_approved_image_is_to_be_reviewed(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    again = _approve(annotator, reviewer, world, image)
    annotator.save(image, create())

    ended = annotator.post(f"assignments/{again['id']}/finish", {"active_s": 3})

    assert ended.json()["status"] == "done"
    assert reviewer.get(f"projects/{world.project.pk}/queues").json()["review"] == 1


def test_what_the_annotator_changes_while_its_review_is_open_once_more_is_to_be_reviewed(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    again = _approve(annotator, reviewer, world, image)
    _claim(reviewer, world, image=image.pk, queue="review")
    annotator.save(image, create())

    ended = annotator.post(f"assignments/{again['id']}/finish", {"active_s": 3})

    assert ended.json()["status"] == "done"
