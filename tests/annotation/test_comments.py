"""Comments of a review: who writes them, where they are pinned, what a resend changes."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotation.models import Comment, Image, Membership
from annotation.selectors import comments as selectors
from annotation.services import comments as services
from tests.annotation.reviewing import claim, comments_on, finish, give_verdict, say
from tests.annotation.world import Api, World, create, make_image, make_user, operation


def test_a_comment_is_pinned_to_a_point_to_a_mask_or_to_the_whole_image(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    drawn = create()
    annotator.save(image, drawn)

    at_point = say(reviewer, image, "One is missing here.", point_xy=[31.5, 0])
    on_mask = say(reviewer, image, "Too large.", mask=drawn["mask"])
    on_whole = say(reviewer, image, "  Nice work.  ")

    assert [each.status_code for each in (at_point, on_mask, on_whole)] == [201] * 3
    said = comments_on(annotator, image)
    assert [(each["text"], each["point_xy"], each["mask"]) for each in said] == [
        ("One is missing here.", [31.5, 0], None),
        ("Too large.", None, drawn["mask"]),
        ("Nice work.", None, None),
    ]
    assert {(each["author"], each["resolved_at"], each["sealed_at"]) for each in said} == {
        ("reviewer", None, None)
    }


@pytest.mark.parametrize("point_xy", [[-0.1, 2], [32, 2], [2, 24], [2, 1e308]])
def test_a_point_outside_the_image_is_refused(
    reviewer: Api, image: Image, point_xy: list[float]
) -> None:
    answer = say(reviewer, image, point_xy=point_xy)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["point_xy"]
    assert not Comment.objects.exists()


def test_a_mask_of_another_image_is_refused(reviewer: Api, world: World, image: Image) -> None:
    other = make_image(world.project, 1)
    drawn = create()
    reviewer.save(other, drawn)

    elsewhere = say(reviewer, image, mask=drawn["mask"])
    nowhere = say(reviewer, image, mask=str(uuid4()))
    twice = say(reviewer, other, mask=drawn["mask"], point_xy=[1, 1])

    for answer, field in ((elsewhere, "mask"), (nowhere, "mask"), (twice, "point_xy")):
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_comment_on_a_mask_stays_when_the_mask_is_deleted(reviewer: Api, image: Image) -> None:
    drawn = create()
    reviewer.save(image, drawn)
    say(reviewer, image, mask=drawn["mask"])

    reviewer.save(image, operation("delete", mask=drawn["mask"]))

    assert [each["mask"] for each in comments_on(reviewer, image)] == [drawn["mask"]]


@pytest.mark.parametrize(("text", "status"), [("", 400), ("  ", 400), ("x" * 2000, 201)])
def test_a_comment_says_something_in_two_thousand_characters(
    reviewer: Api, image: Image, text: str, status: int
) -> None:
    assert say(reviewer, image, text).status_code == status
    assert say(reviewer, image, "x" * 2001).status_code == 400


def test_p3_a_comment_that_is_sent_again_changes_nothing(
    reviewer: Api, manager: Api, world: World, image: Image
) -> None:
    first = say(reviewer, image, point_xy=[3, 4])
    comment = first.json()["id"]

    again = say(reviewer, image, "Other words.", id=comment)
    by_another = say(manager, image, id=comment)
    elsewhere = say(reviewer, make_image(world.project, 1), id=comment)

    assert (again.status_code, again.json()) == (201, first.json())
    assert [each.status_code for each in (by_another, elsewhere)] == [409, 409]
    assert {each.json()["code"] for each in (by_another, elsewhere)} == {"id_taken"}
    assert Comment.objects.count() == 1


def test_reviewers_managers_and_who_works_on_the_image_comment_on_it(
    annotator: Api, reviewer: Api, manager: Api, stranger: Api, world: World, image: Image
) -> None:
    other = make_user("other")
    Membership.objects.create(project=world.project, user=other, role="annotator")
    unassigned = say(annotator, image)
    claim(annotator, image)

    said = [say(api, image).status_code for api in (annotator, reviewer, manager)]
    onlooker = say(Api(other), image)

    assert said == [201] * 3
    for answer in (unassigned, onlooker):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert len(comments_on(Api(other), image)) == 3  # whoever sees the image reads
    assert say(stranger, image).status_code == 404
    assert stranger.get(f"images/{image.pk}/comments").status_code == 404
    path = f"comments/{comments_on(reviewer, image)[0]['id']}"
    for act in ("resolve", "reopen"):
        assert Api(other).post(f"{path}/{act}").status_code == 403
        assert stranger.post(f"{path}/{act}").status_code == 404


def test_either_side_resolves_and_the_first_to_do_so_stays(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    claim(annotator, image)
    comment = say(reviewer, image).json()["id"]

    resolved = annotator.post(f"comments/{comment}/resolve").json()
    again = reviewer.post(f"comments/{comment}/resolve").json()

    assert resolved["resolved_by"] == "annotator"
    assert again == resolved
    reopened = reviewer.post(f"comments/{comment}/reopen").json()
    assert (reopened["resolved_by"], reopened["resolved_at"]) == (None, None)
    assert reviewer.post(f"comments/{comment}/reopen").json() == reopened


def test_the_author_withdraws_until_a_verdict_seals_what_was_said(
    annotator: Api, reviewer: Api, manager: Api, image: Image
) -> None:
    finish(annotator, image)
    kept, slip = (say(reviewer, image).json()["id"] for _ in range(2))

    assert manager.delete(f"comments/{slip}").status_code == 403
    assert [reviewer.delete(f"comments/{slip}").status_code for _ in range(2)] == [204, 204]
    give_verdict(reviewer, image, "returned")
    late = reviewer.delete(f"comments/{kept}")

    assert (late.status_code, late.json()["code"]) == (409, "comment_sealed")
    [said] = comments_on(annotator, image)
    assert (said["id"], said["sealed_at"] is not None) == (kept, True)
    gone = reviewer.post(f"comments/{slip}/resolve")
    assert (gone.status_code, gone.json()["code"]) == (409, "comment_withdrawn")


def test_the_open_ones_are_counted_on_the_image_and_in_the_list(
    annotator: Api, reviewer: Api, world: World, image: Image
) -> None:
    make_image(world.project, 1)
    first, second, _ = (say(reviewer, image).json()["id"] for _ in range(3))
    reviewer.post(f"comments/{first}/resolve")
    reviewer.delete(f"comments/{second}")

    listed = annotator.get(f"projects/{world.project.pk}/images").json()["results"]

    assert [row["open_comments"] for row in listed] == [1, 0]
    assert annotator.get(f"images/{image.pk}").json()["open_comments"] == 1


def test_an_image_holds_so_many_comments_and_a_resend_is_still_answered(
    reviewer: Api, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST", 2)
    first, _ = (say(reviewer, image).json()["id"] for _ in range(2))

    answer = say(reviewer, image)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_comments")
    assert say(reviewer, image, id=first).status_code == 201


def test_comments_take_the_same_queries_for_one_and_for_many(
    annotator: Api, reviewer: Api, image: Image
) -> None:
    finish(annotator, image)

    def read() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(comments_on(reviewer, image)) <= selectors.MOST
        return len(captured)

    reviewer.save(image, create())
    say(reviewer, image)
    few = read()
    reviewer.save(image, *(create() for _ in range(30)))
    for _ in range(10):
        comment = say(reviewer, image).json()["id"]
        reviewer.post(f"comments/{comment}/resolve")

    assert read() == few == 5  # session, user, image with role, comments, changes


def test_the_database_refuses_a_comment_in_two_places_or_without_words(
    world: World, image: Image
) -> None:
    wrong: list[dict[str, Any]] = [
        {"x": 1.0},
        {"x": -1.0, "y": 1.0},
        {"text": ""},
        {"resolved_by": world.manager},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.create(
                **{"id": uuid4(), "image": image, "author": world.manager, "text": "x", **fields}
            )
