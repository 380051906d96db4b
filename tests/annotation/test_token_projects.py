"""Tokens of chosen projects: all others are as strangers' to them, and the account is closed."""

import hashlib
from typing import Any

import pytest
from django.db import IntegrityError

from annotation import storage
from annotation.api.authentication import SessionAuthentication
from annotation.models import AliasMove, Membership, Project, Token
from annotation.services.projects import create_project, delete_project
from annotation.services.tokens import create_token
from tests.annotation.everything import OWN, PUBLIC, api_views, calls, ids_of_everything
from tests.annotation.world import Api, World, make_bundle, make_image

INSIDE = [(method, path) for method, path in calls() if api_views()[path].__name__ not in OWN]
OUTSIDE = [(method, path) for method, path in calls() if api_views()[path].__name__ in OWN - PUBLIC]
# Of what is not inside a project: it tells of the token's projects alone, or of what it is sent.
OPEN = {
    ("GET", "projects"),
    ("GET", "bundles/{bundle_id}/decoder.onnx"),
    ("POST", "captions/clean"),
    ("POST", "captions/compare"),
}


def _program(world: World, *projects: Project) -> Api:
    """Return a program of the manager's, whose token is for these projects."""
    _, value = create_token(
        user=world.manager,
        name="ci",
        scope="write",
        expires_in_days=1,
        projects=[each.pk for each in projects],
    )
    return _bearer(value)


def _bearer(token: str) -> Api:
    api = Api()
    api.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return api


def _names(api: Api, path: str = "projects") -> list[str]:
    return sorted(each["name"] for each in api.get(path).json()["results"])


def _is_for_sessions_alone(template: str) -> bool:
    classes: object = api_views()[template].authentication_classes
    return classes == [SessionAuthentication]


@pytest.fixture
def beside(world: World) -> Project:
    """Another project of the manager's."""
    return create_project(name="Beside", created_by=world.manager)


@pytest.mark.parametrize(("method", "template"), INSIDE)
def test_nothing_in_a_project_opens_to_a_token_of_another(
    world: World, beside: Project, method: str, template: str
) -> None:
    path = template.format(**ids_of_everything(world))

    refused = _program(world, beside).send(method, path, {})
    answer = _program(world, world.project).send(method, path, {})

    if _is_for_sessions_alone(template):
        assert (refused.status_code, answer.status_code) == (401, 401)
        return
    assert refused.status_code == 404, refused.content
    assert answer.status_code not in {401, 404, 405}, answer.content
    assert answer.status_code != 403 or answer.json()["code"] != "token_out_of_reach"


@pytest.mark.parametrize(("method", "template"), OUTSIDE)
def test_what_is_of_no_one_project_is_closed_to_a_token_of_some(
    world: World, method: str, template: str
) -> None:
    path = template.format(**ids_of_everything(world))

    answer = _program(world, world.project).send(method, path, {})

    if _is_for_sessions_alone(template):
        assert answer.status_code == 401
    else:
        is_closed = answer.status_code == 403 and answer.json()["code"] == "token_out_of_reach"
        assert is_closed != ((method, template) in OPEN), answer.content


def test_a_token_shows_the_projects_that_were_chosen_and_makes_none(
    manager: Api, world: World, beside: Project
) -> None:
    body = {"name": "ci", "scope": "write", "projects": [world.project.pk]}

    manager.patch("session/preferences", {"habits": {"tool": "box"}})
    made = manager.post("tokens", body)
    program = _bearer(made.json()["token"])
    refused = program.post("projects", {"name": "Mine"})

    assert made.json()["projects"] == [world.project.pk]
    assert [each["projects"] for each in manager.get("tokens").json()["results"]] == [
        [world.project.pk]
    ]
    told = program.get("session").json()
    assert (told["user"]["username"], told["preferences"].get("habits")) == ("manager", None)
    assert _names(program) == ["Cells"]
    assert (refused.status_code, refused.json()["code"]) == (403, "token_out_of_reach")
    assert "chosen projects" in refused.json()["detail"]
    assert not Project.objects.filter(name="Mine").exists()


def test_a_token_for_which_no_projects_are_chosen_is_of_all_also_later_ones(
    manager: Api, world: World
) -> None:
    made = manager.post("tokens", {"name": "ci", "scope": "write"}).json()
    create_project(name="Later", created_by=world.manager)

    assert made["projects"] is None
    assert _names(_bearer(made["token"])) == ["Cells", "Later"]


@pytest.mark.parametrize("chosen", ["elsewhere", "unknown", "huge", "none", "own and elsewhere"])
def test_a_token_is_made_for_projects_of_ones_own_alone(
    manager: Api, world: World, chosen: str
) -> None:
    ids = {
        "elsewhere": [world.elsewhere.pk],
        "unknown": [10**6],
        "huge": [10**30],
        "none": [],
        "own and elsewhere": [world.project.pk, world.elsewhere.pk],
    }[chosen]

    refused = manager.post("tokens", {"name": "ci", "scope": "read", "projects": ids})

    assert refused.status_code == 400
    assert "projects" in str(refused.json())
    assert not Token.objects.exists()


@pytest.mark.parametrize("end", ["trash", "row"])
def test_a_token_whose_last_project_is_gone_reaches_nothing(
    world: World, beside: Project, end: str
) -> None:
    program = _program(world, beside)
    assert _names(program) == ["Beside"]

    if end == "trash":
        delete_project(project=beside, by=world.manager)
    else:
        beside.delete()

    assert _names(program) == []
    assert program.get(f"projects/{world.project.pk}").status_code == 404
    assert program.post("projects", {"name": "Mine"}).status_code == 403
    assert _names(program, "projects?trash=true") == (["Beside"] if end == "trash" else [])


def test_a_token_reaches_its_project_again_once_that_is_back(world: World, beside: Project) -> None:
    program = _program(world, beside)
    delete_project(project=beside, by=world.manager)

    restored = program.post(f"projects/{beside.pk}/restore")

    assert restored.status_code == 200
    assert _names(program) == ["Beside"]


def test_no_row_says_that_a_token_is_of_no_project(world: World, beside: Project) -> None:
    _program(world, beside)

    with pytest.raises(IntegrityError, match="token_is_of_all_projects_or_of_some"):
        Token.objects.update(project_ids=[])


def test_a_token_opens_no_project_that_its_owner_has_left(world: World, beside: Project) -> None:
    program = _program(world, world.project, beside)

    Membership.objects.filter(project=world.project, user=world.manager).delete()

    assert _names(program) == ["Beside"]
    assert program.get(f"projects/{world.project.pk}").status_code == 404


def test_a_body_names_nothing_of_another_project(world: World, beside: Project) -> None:
    image = make_image(world.project)
    program, own = _program(world, beside), f"projects/{beside.pk}"

    also = program.get(f"{own}/also").json()
    named = program.put(f"{own}/also", {"projects": [world.project.pk]})
    claimed = program.post(f"{own}/claim", {"image": image.pk})

    assert also == {"chosen": [], "choices": []}
    assert named.status_code == 403
    assert claimed.status_code == 404


def test_what_the_person_was_answered_is_not_told_to_a_token_that_knows_the_key(
    manager: Api, world: World, beside: Project
) -> None:
    path = f"projects/{world.project.pk}/prepare"
    key = {"Idempotency-Key": "k"}
    assert manager.post(path, {}, **key).status_code == 200

    asked: list[Any] = [
        _program(world, each).post(path, {}, **key) for each in (beside, world.project)
    ]

    assert [answer.json().get("code") for answer in asked] == ["idempotency_key_reused"] * 2


def test_a_decoder_is_fetched_with_a_token_of_a_project_that_it_serves(
    world: World, beside: Project
) -> None:
    graph = b"a graph"
    bundle = make_bundle("b", **{"decoder.onnx": hashlib.sha256(graph).hexdigest()})
    storage.put_bytes(storage.bundle_key(bundle.pk, "decoder.onnx"), graph)
    AliasMove.objects.create(project=beside, name="serving", to_bundle=bundle, reason="test")

    path = f"bundles/{bundle.pk}/decoder.onnx"

    fetched = _program(world, beside).get(path)
    refused = _program(world, world.project).get(path)

    assert b"".join(fetched.streaming_content) == graph
    assert refused.status_code == 404
