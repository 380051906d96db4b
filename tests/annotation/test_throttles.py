"""Rate limits: 429 with the time to wait, for each token, each person and each address."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.test import Client

from annotation.api.throttles import REMEMBERED, WINDOW_S, AskerThrottle, Buckets
from annotation.services.tokens import create_token
from tests.annotation.world import Api, World


@pytest.fixture(autouse=True)
def few(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AskerThrottle, "buckets", Buckets())  # nobody else's tests count
    settings.RATE_LIMIT_SESSION = settings.RATE_LIMIT_TOKEN = settings.RATE_LIMIT_LOGIN = 3


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


def _guess(name: str, address: str, forwarded: str = "") -> int:
    """Log in with a wrong password; return the status."""
    given = {"username": name, "password": "guess"}
    told = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = Client().post(
        "/api/session",
        given,
        content_type="application/json",
        headers=told,
        REMOTE_ADDR=address,
    )
    return answer.status_code


@pytest.mark.parametrize(
    ("one", "next_door", "elsewhere"),
    [
        ("198.51.100.1", "198.51.100.1", "198.51.100.2"),
        ("::ffff:198.51.100.1", "::ffff:198.51.100.1", "::ffff:198.51.100.2"),
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", "2001:db8:1:3::3"),
    ],
)
def test_logins_from_one_address_are_limited_whatever_the_names(
    world: World, one: str, next_door: str, elsewhere: str
) -> None:
    tried = [_guess(f"name {number}", one) for number in range(3)]

    assert [*tried, _guess("another", next_door)] == [401, 401, 401, 429]
    assert _guess("another", elsewhere) == 401


@pytest.mark.parametrize(
    ("proxies", "forwarded", "known_by"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "192.0.2.1, 203.0.113.7", "203.0.113.7"),
        (2, "192.0.2.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "unknown", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_who_logs_in_is_known_by_what_the_trusted_proxies_tell(
    world: World, settings: LazySettings, proxies: int, forwarded: str, known_by: str
) -> None:
    settings.TRUSTED_PROXIES = proxies

    _guess("annotator", "10.0.0.1", forwarded)

    assert AccessAttempt.objects.get().ip_address == known_by


def test_a_proxy_is_no_address_that_people_share(world: World, settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = 1

    tried = [_guess("annotator", "10.0.0.1", "203.0.113.7") for _ in range(4)]

    assert tried[-1] == 429
    assert _guess("annotator", "10.0.0.1", "203.0.113.8") == 401


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
