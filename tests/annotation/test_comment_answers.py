"""Answers to comments: below which they stand, what they change, and what they do not."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from annotation.models import Comment, Image, Membership
from tests.annotation.reviewing import comments_on, finish, give_verdict, say
from tests.annotation.world import Api, World, create, make_image, make_user


@pytest.fixture
def asked(annotator: Api, reviewer: Api, image: Image) -> str:
    """A reviewer's comment on the annotator's finished work."""
    finish(annotator, image)
    return str(say(reviewer, image, "Is this one cell?", point_xy=[3, 4]).json()["id"])


def _answer(api: Api, image: Image, to: str, text: str = "Two, I think.", **more: Any) -> Any:
    return say(api, image, text, answers=to, **more)


def test_either_side_answers_below_a_comment(
    annotator: Api, reviewer: Api, image: Image, asked: str
) -> None:
    first = _answer(annotator, image, asked)
    second = _answer(reviewer, image, asked, "Then divide it.")

    assert [first.status_code, second.status_code] == [201, 201]
    said = comments_on(annotator, image)
    assert [(each["author"], each["text"], each["answers"]) for each in said] == [
        ("reviewer", "Is this one cell?", None),
        ("annotator", "Two, I think.", asked),
        ("reviewer", "Then divide it.", asked),
    ]
    assert {(each["point_xy"], each["mask"]) for each in said[1:]} == {(None, None)}


def test_p3_an_answer_that_is_sent_again_changes_nothing(
    annotator: Api, reviewer: Api, image: Image, asked: str
) -> None:
    first = _answer(annotator, image, asked)
    reviewer.post(f"comments/{asked}/resolve")

    again = _answer(annotator, image, asked, id=first.json()["id"])

    assert (again.status_code, again.json()) == (201, first.json())
    assert Comment.objects.count() == 2


def test_an_answer_is_to_a_comment_of_the_same_image_and_has_no_place_of_its_own(
    annotator: Api, reviewer: Api, world: World, image: Image, asked: str
) -> None:
    drawn = create()
    annotator.save(image, drawn)
    elsewhere = say(reviewer, make_image(world.project, 1)).json()["id"]
    answer = _answer(annotator, image, asked).json()["id"]

    refused = [
        _answer(annotator, image, elsewhere),
        _answer(annotator, image, str(uuid4())),
        _answer(annotator, image, answer),
        _answer(annotator, image, asked, point_xy=[1, 1]),
        _answer(annotator, image, asked, mask=drawn["mask"]),
    ]

    for each in refused:
        assert each.status_code == 400
        assert [error["field"] for error in each.json()["errors"]] == ["answers"]
    assert len(comments_on(annotator, image)) == 2


def test_who_may_not_comment_does_not_answer_either(
    stranger: Api, world: World, image: Image, asked: str
) -> None:
    other = make_user("other")
    Membership.objects.create(project=world.project, user=other, role="annotator")

    onlooker = _answer(Api(other), image, asked)

    assert (onlooker.status_code, onlooker.json()["code"]) == (403, "not_allowed")
    assert _answer(stranger, image, asked).status_code == 404


def test_answers_are_not_counted_among_the_open_comments(
    annotator: Api, reviewer: Api, world: World, image: Image, asked: str
) -> None:
    _answer(annotator, image, asked)
    _answer(reviewer, image, asked)

    [listed] = annotator.get(f"projects/{world.project.pk}/images").json()["results"]

    assert listed["open_comments"] == 1
    assert annotator.get(f"images/{image.pk}").json()["open_comments"] == 1
    reviewer.post(f"comments/{asked}/resolve")
    assert annotator.get(f"images/{image.pk}").json()["open_comments"] == 0


def test_a_comment_is_resolved_and_opened_again_with_its_answers(
    annotator: Api, reviewer: Api, image: Image, asked: str
) -> None:
    answer = _answer(annotator, image, asked).json()["id"]

    for act in ("resolve", "reopen"):
        refused = reviewer.post(f"comments/{answer}/{act}")
        assert (refused.status_code, refused.json()["code"]) == (409, "is_answer")
        assert reviewer.post(f"comments/{asked}/{act}").status_code == 200


def test_an_answer_is_withdrawn_by_its_author_until_the_next_verdict(
    annotator: Api, reviewer: Api, image: Image, asked: str
) -> None:
    give_verdict(reviewer, image, "returned")  # it seals the comment, not what is said to it later
    kept, slip = (_answer(annotator, image, asked).json()["id"] for _ in range(2))

    assert reviewer.delete(f"comments/{slip}").status_code == 403
    assert [annotator.delete(f"comments/{slip}").status_code for _ in range(2)] == [204, 204]
    finish(annotator, image)
    give_verdict(reviewer, image, "returned")

    late = annotator.delete(f"comments/{kept}")
    assert (late.status_code, late.json()["code"]) == (409, "comment_sealed")
    assert [each["id"] for each in comments_on(annotator, image)] == [asked, kept]


def test_a_comment_with_answers_is_not_withdrawn_and_a_withdrawn_one_not_answered(
    annotator: Api, reviewer: Api, image: Image, asked: str
) -> None:
    answer = _answer(annotator, image, asked).json()["id"]

    answered = reviewer.delete(f"comments/{asked}")
    annotator.delete(f"comments/{answer}")
    alone = reviewer.delete(f"comments/{asked}")
    late = _answer(annotator, image, asked)

    assert (answered.status_code, answered.json()["code"]) == (409, "comment_answered")
    assert alone.status_code == 204
    assert (late.status_code, late.json()["code"]) == (409, "comment_withdrawn")
    assert comments_on(annotator, image) == []


def test_an_answer_alone_does_not_say_why_an_image_is_returned(
    annotator: Api, reviewer: Api, image: Image, asked: str
) -> None:
    reviewer.post(f"comments/{asked}/resolve")
    _answer(reviewer, image, asked, "Not so.")
    body = {"verdict": "returned", "comment": ""}

    refused = reviewer.post(f"images/{image.pk}/review", body)
    reviewer.post(f"comments/{asked}/reopen")
    returned = reviewer.post(f"images/{image.pk}/review", body)

    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["comment"]
    assert returned.status_code == 200


def test_the_database_refuses_an_answer_with_a_place_or_a_resolution(
    world: World, image: Image, asked: str
) -> None:
    wrong: list[dict[str, Any]] = [
        {"x": 1.0, "y": 1.0},
        {"resolved_by": world.manager, "resolved_at": image.created_at},
    ]
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Comment.objects.create(
                **{"id": uuid4(), "image": image, "author": world.manager, "text": "x", **fields},
                answers_id=asked,
            )
