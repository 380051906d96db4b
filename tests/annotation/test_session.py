"""Logging in and out, CSRF, lockout, and tokens of programs."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from annotation.models import Token
from tests.annotation.world import Api, World, create

LOGIN = {"username": "annotator", "password": "correct horse battery"}
GUESS = "guess"
CHOSEN = "staple horse battery"


@pytest.fixture
def browser(world: World) -> Client:
    world.annotator.set_password(LOGIN["password"])
    world.annotator.save()
    client = Client(enforce_csrf_checks=True)
    client.get("/api/session")
    return client


def _log_in(browser: Client, **changes: str) -> Any:
    return browser.post(
        "/api/session",
        {**LOGIN, **changes},
        content_type="application/json",
        headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
    )


def test_a_stranger_learns_that_nobody_is_logged_in(browser: Client) -> None:
    answer = browser.get("/api/session")

    assert answer.json()["user"] is None
    assert answer.json()["max_upload_bytes"] == 4 * 2**30
    assert answer.json()["events_url"].startswith("http")


def test_logging_in_and_out(browser: Client, world: World) -> None:
    _log_in(browser)
    user = {"id": world.annotator.pk, "username": "annotator"}
    assert browser.get("/api/session").json()["user"] == user

    token = browser.cookies["csrftoken"].value
    out = browser.delete("/api/session", headers={"X-CSRFToken": token})

    assert out.status_code == 204
    assert browser.get("/api/session").json()["user"] is None
    assert browser.get("/api/projects").status_code == 401


def test_what_the_page_of_somebody_else_sends_is_not_taken_as_who_is_logged_in_now(
    browser: Client, world: World
) -> None:
    _log_in(browser)
    token = browser.cookies["csrftoken"].value

    hers, mine = (
        browser.post(
            "/api/tokens",
            {"name": "of a page", "scope": "read"},
            content_type="application/json",
            headers={"X-CSRFToken": token, "X-Anneal-User": str(person.pk)},
        )
        for person in (world.reviewer, world.annotator)
    )

    read = browser.get("/api/projects", headers={"X-Anneal-User": str(world.reviewer.pk)})

    assert (hers.status_code, hers.json()["code"]) == (401, "not_authenticated")
    assert read.status_code == 401
    assert mine.status_code == 201
    assert [each.user for each in Token.objects.all()] == [world.annotator]


def test_a_wrong_password_is_401_without_saying_which_was_wrong(browser: Client) -> None:
    unknown = _log_in(browser, username="nobody")
    wrong = _log_in(browser, password=GUESS)

    for answer in (unknown, wrong):
        assert answer.status_code == 401
        assert answer.json()["code"] == "wrong_login"
    assert unknown.json() == wrong.json()


def test_ten_wrong_passwords_lock_out(browser: Client, settings: LazySettings) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        answer = _log_in(browser, password=GUESS)

    assert answer.status_code == 429
    assert answer.json()["code"] == "locked_out"
    assert _log_in(browser).status_code == 429


@pytest.mark.parametrize("path", ["/api/session", "/api/projects"])
def test_a_forged_form_of_another_site_is_refused(browser: Client, path: str) -> None:
    _log_in(browser)

    answer = browser.post(path, {**LOGIN, "name": "x"}, content_type="application/json")

    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), [("post", "session"), ("put", "session/password")])
def test_what_is_too_long_for_a_name_and_a_password_is_refused_unread(
    browser: Client, method: str, path: str
) -> None:
    _log_in(browser)

    refused = getattr(browser, method)(
        f"/api/{path}",
        "[" + "[]," * 6000 + "[]]",
        content_type="application/json",
        headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
    )

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "form",
    [
        {"a": "x" * 20_000},
        {f"a{number}": "" for number in range(11)},
        {"a": SimpleUploadedFile("a.bin", b"x" * 100)},
    ],
    ids=["long", "many fields", "a file"],
)
def test_the_csrf_check_of_the_page_reads_no_large_form(
    browser: Client, form: dict[str, Any]
) -> None:
    refused = browser.post("/", form)

    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"


def _change_password(browser: Client, **changes: str) -> Any:
    return browser.put(
        "/api/session/password",
        {"current": LOGIN["password"], "new": CHOSEN, **changes},
        content_type="application/json",
        headers={"X-CSRFToken": browser.cookies["csrftoken"].value},
    )


def test_a_changed_password_ends_every_other_session_of_the_person(
    browser: Client, world: World
) -> None:
    other = Client()
    other.force_login(world.annotator)
    _log_in(browser)

    changed = _change_password(browser)

    assert changed.status_code == 204
    assert browser.get("/api/session").json()["user"] is not None
    assert other.get("/api/session").json()["user"] is None
    assert _log_in(browser).status_code == 401
    assert _log_in(browser, password=CHOSEN).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("current", GUESS, "This is not your password."),
        ("new", "short", "too short"),
        ("new", "password1", "too common"),
    ],
)
def test_a_password_is_changed_only_by_who_knows_it_to_one_that_is_hard_to_guess(
    browser: Client, field: str, value: str, message: str
) -> None:
    _log_in(browser)

    refused = _change_password(browser, **{field: value})

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == field
    assert message in refused.json()["detail"]
    assert _log_in(browser).status_code == 200


def test_a_token_changes_no_password(annotator: Api) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": "write"}).json()

    assert _bearer(made["token"]).send("PUT", "session/password", {}).status_code == 401


def _bearer(token: str) -> Api:
    api = Api()
    api.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return api


def test_a_token_is_shown_once_and_opens_what_its_owner_may_see(
    annotator: Api, world: World
) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": "write"}).json()

    [listed] = annotator.get("tokens").json()["results"]
    assert "token" not in listed
    assert made["token"].startswith(listed["prefix"])
    assert made["token"] not in str(Token.objects.values())
    program = _bearer(made["token"])
    [project] = program.get("projects").json()["results"]
    assert project["id"] == world.project.pk
    assert program.get(f"projects/{world.elsewhere.pk}").status_code == 404
    assert annotator.get("tokens").json()["results"][0]["last_used_at"] is not None


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_program_learns_whose_token_it_has(annotator: Api, world: World, scope: str) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": scope}).json()

    session = _bearer(made["token"]).get("session").json()

    assert session["user"] == {"id": world.annotator.pk, "username": "annotator"}
    assert _bearer("nonsense").get("session").status_code == 401


def test_a_reading_token_cannot_write(annotator: Api, world: World, image: object) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": "read"}).json()

    answer = _bearer(made["token"]).post(f"projects/{world.project.pk}/claim", {})

    assert answer.status_code == 403
    assert _bearer(made["token"]).get("projects").status_code == 200


def test_a_token_makes_no_other_token(annotator: Api) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": "write"}).json()

    assert _bearer(made["token"]).post("tokens", {"name": "x", "scope": "read"}).status_code == 401


@pytest.mark.parametrize("token", ["", "nonsense", "anl_" + "x" * 43])
def test_an_unknown_token_is_401(world: World, token: str) -> None:
    answer = _bearer(token).get("projects")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]


def test_an_expired_or_deleted_token_is_401(annotator: Api) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": "read"}).json()
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert _bearer(made["token"]).get("projects").status_code == 401

    Token.objects.update(expires_at=timezone.now() + timedelta(days=1))
    annotator.delete(f"tokens/{made['id']}")
    assert _bearer(made["token"]).get("projects").status_code == 401


def test_a_session_that_ended_answers_401_so_that_the_outbox_waits(world: World) -> None:
    answer = Api().patch("images/1/masks", {"operations": [create()]}, If_Match='"0"')

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
