"""Idempotency keys: a request that makes something may be sent twice (DESIGN P3)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from annotation.models import KeptAnswer, Label, Project, Token
from annotation.services.kept_answers import drop_old_answers
from tests.annotation.world import Api, World, make_world

NEW = {"name": "Cells again"}


def _make(api: Api, key: str | None = None, **changes: object) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post("projects", {**NEW, **changes}, **headers)


def test_p3_what_is_sent_twice_under_a_key_is_made_once_and_answered_alike(manager: Api) -> None:
    first, second = _make(manager, "k"), _make(manager, "k")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Project.objects.filter(**NEW).count() == 1


def test_without_a_key_or_under_another_it_is_made_again(manager: Api) -> None:
    for key in (None, None, "a", "b"):
        _make(manager, key)

    assert Project.objects.filter(**NEW).count() == 4


@pytest.mark.parametrize("other", ["body", "address"])
def test_a_key_belongs_to_one_request(manager: Api, world: World, other: str) -> None:
    _make(manager, "k")

    if other == "body":
        answer = _make(manager, "k", name="Another")
    else:
        label = {"name": "x", "color": "#112233"}
        path = f"projects/{world.project.pk}/labels"
        answer = manager.post(path, label, **{"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert not Project.objects.filter(name="Another").exists()
    assert not Label.objects.filter(name="x").exists()


def test_a_key_is_of_one_person(manager: Api, stranger: Api) -> None:
    assert _make(manager, "k").json()["id"] != _make(stranger, "k").json()["id"]


def test_what_was_refused_can_be_mended_and_sent_again(manager: Api) -> None:
    refused = _make(manager, "k", overlap=0)
    made = _make(manager, "k")

    assert (refused.status_code, made.status_code) == (400, 201)


def test_a_key_is_kept_for_a_day_and_only_as_its_digest(manager: Api) -> None:
    _make(manager, "a-telling-key")
    assert "a-telling-key" not in str(KeptAnswer.objects.values())
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))

    again = _make(manager, "a-telling-key")

    assert "Idempotency-Replayed" not in again.headers
    assert Project.objects.filter(**NEW).count() == 2
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert (drop_old_answers(), drop_old_answers()) == (1, 0)


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(manager: Api, key: str) -> None:
    answer = _make(manager, key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_secret_is_kept_nowhere(manager: Api) -> None:
    body = {"name": "ci", "scope": "read"}
    for _ in range(2):
        manager.post("tokens", body, **{"Idempotency-Key": "k"})

    assert not KeptAnswer.objects.exists()
    assert Token.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bucket")
def test_p3_two_at_once_make_one() -> None:
    manager = make_world().manager
    key = str(uuid4())

    def send(_: int) -> Any:
        try:
            return _make(Api(manager), key).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert Project.objects.filter(**NEW).count() == 1
    assert all(answer == answers[0] for answer in answers)


def test_a_key_is_no_way_past_the_policy(world: World, annotator: Api, stranger: Api) -> None:
    path = f"projects/{world.project.pk}/labels"
    label = {"name": "x", "color": "#112233"}

    answers = [api.post(path, label, **{"Idempotency-Key": "k"}) for api in (annotator, stranger)]

    assert [answer.status_code for answer in answers] == [403, 404]
