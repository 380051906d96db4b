"""Rate limits: 429 with the time to wait, for each token and for each person."""

from typing import Any

import pytest
from django.conf import LazySettings

from annotation.api.throttles import REMEMBERED, WINDOW_S, AskerThrottle, Buckets
from annotation.services.tokens import create_token
from tests.annotation.world import Api, World


@pytest.fixture(autouse=True)
def few(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AskerThrottle, "buckets", Buckets())  # nobody else's tests count
    settings.RATE_LIMIT_SESSION = settings.RATE_LIMIT_TOKEN = 3


def _program(world: World) -> Api:
    _, value = create_token(user=world.manager, name="ci", scope="read", expires_in_days=1)
    api = Api()
    api.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {value}"
    return api


def _statuses(api: Api, count: int) -> list[Any]:
    return [api.get("projects").status_code for _ in range(count)]


def test_who_asks_too_often_learns_when_to_come_again(world: World) -> None:
    program = _program(world)

    assert _statuses(program, 4) == [200, 200, 200, 429]
    refused = program.get("projects")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "throttled"
    assert 1 <= int(refused.headers["Retry-After"]) <= WINDOW_S / 3


def test_each_token_and_each_person_counts_alone(world: World) -> None:
    program = _program(world)
    _statuses(program, 4)

    for other in (_program(world), Api(world.manager), Api(world.annotator)):
        assert _statuses(other, 1) == [200]


def test_a_person_has_one_limit_for_all_their_sessions(world: World) -> None:
    first, second = Api(world.manager), Api(world.manager)

    assert _statuses(first, 3) + _statuses(second, 1) == [200, 200, 200, 429]


def test_a_limit_of_none_is_none(world: World, settings: LazySettings) -> None:
    settings.RATE_LIMIT_SESSION = 0

    assert set(_statuses(Api(world.manager), 10)) == {200}


def test_a_stranger_still_reaches_the_login(world: World) -> None:
    assert {Api().get("session").status_code for _ in range(10)} == {200}


def test_room_comes_back_with_time() -> None:
    buckets = Buckets()
    burst = [buckets.wait_s("a", 60, now=100.0) for _ in range(60)]

    assert set(burst) == {0}
    assert buckets.wait_s("a", 60, now=100.0) == pytest.approx(1)
    assert buckets.wait_s("a", 60, now=100.5) == pytest.approx(0.5)
    assert buckets.wait_s("a", 60, now=101.0) == 0
    assert buckets.wait_s("a", 60, now=101.0) == pytest.approx(1)


def test_memory_does_not_grow_with_askers() -> None:
    buckets = Buckets()
    buckets.wait_s("first", 1, now=0.0)

    for number in range(REMEMBERED):
        buckets.wait_s(str(number), 1, now=0.0)

    assert buckets.wait_s("first", 1, now=0.0) == 0  # forgotten
    assert buckets.wait_s(str(REMEMBERED - 1), 1, now=0.0) > 0
