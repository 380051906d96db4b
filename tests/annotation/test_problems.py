"""Wrong input gets a problem document that names the field, at every endpoint; never a 500."""

from collections.abc import Iterator
from typing import Any

import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from structlog.testing import capture_logs

from annotation import storage
from tests.annotation.everything import ids_of_everything
from tests.annotation.world import Api, World, create, operation

WRONG: list[object] = [
    None,
    True,
    -1,
    2**70,
    1e308,
    "",
    "\x00",
    "x" * 20_000,
    "../../etc/passwd",
    "<script>",
    [],
    [None],
    {},
    {"a": [1]},
]
BROKEN = ["", "{", "[]", "null", '"text"', "7", "[" * 100_000, '{"a": NaN}', '{"a": "\\ud800"}']


def _schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def _bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (method, address, properties) of each operation with a JSON body."""
    schema = _schema()
    for path, operations in schema["paths"].items():
        for method, described in operations.items():
            content = described.get("requestBody", {}).get("content", {})
            if reference := content.get("application/json", {}).get("schema", {}).get("$ref"):
                component = schema["components"]["schemas"][reference.rpartition("/")[2]]
                yield method.upper(), path.removeprefix("/api/"), component["properties"]


def _assert_is_problem(answer: Any) -> None:
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert {"type", "title", "detail", "code"} <= problem.keys()
        if problem["code"] == "invalid":
            assert all(error["field"] and error["message"] for error in problem["errors"])


BODIES = {f"{method} {path}": (method, path, fields) for method, path, fields in _bodies()}


@pytest.mark.parametrize("name", BODIES)
def test_wrong_fields_are_named_at_every_endpoint(world: World, name: str) -> None:
    method, path, fields = BODIES[name]
    ids = ids_of_everything(world)
    api = Api(world.manager)

    for field in fields:
        for value in WRONG:
            answer = api.send(method, path.format(**ids), {field: value}, If_Match='"0"')
            _assert_is_problem(answer)
    for body in BROKEN:
        answer = api.send(method, path.format(**ids), body, If_Match='"0"')
        _assert_is_problem(answer)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "projects", {"name": ""}, "name"),
        ("POST", "projects", {"name": "a", "overlap": 0}, "overlap"),
        ("POST", "projects", {"name": "a", "holdout_share": 1}, "holdout_share"),
        ("POST", "projects", {"name": "a", "labels": [{"name": "b"}]}, "labels[0].color"),
        (
            "POST",
            "projects",
            {"name": "a", "labels": [{"name": "b", "color": "#000000"}] * 2},
            "labels",
        ),
        ("PATCH", "projects/{project_id}", {"retrain_every_hours": 0}, "retrain_every_hours"),
        ("PATCH", "projects/{project_id}", {"retrain_at_price": 0}, "retrain_at_price"),
        ("POST", "projects/{project_id}/members", {"username": "x", "role": "boss"}, "role"),
        (
            "POST",
            "projects/{project_id}/members",
            {"username": "x", "role": "annotator"},
            "username",
        ),
        ("POST", "projects/{project_id}/labels", {"name": "a", "color": "red"}, "color"),
        ("POST", "projects/{project_id}/labels", {"name": "cell", "color": "#000000"}, "name"),
        ("POST", "projects/{project_id}/uploads", {"id": "1", "file_name": "a", "bytes": 1}, "id"),
        ("POST", "images/{image_id}/review", {"verdict": "fine"}, "verdict"),
        ("POST", "assignments/{assignment_id}/finish", {"active_s": -1}, "active_s"),
        ("POST", "projects/{project_id}/claim", {"image": "first"}, "image"),
        ("POST", "tokens", {"name": "a", "scope": "all"}, "scope"),
        ("GET", "projects/{project_id}/images?status=new", None, "status"),
        ("GET", "projects/{project_id}/images?cursor=x", None, "cursor"),
        ("GET", "projects/{project_id}/images?cursor=WyJ4Il0", None, "cursor"),
        ("GET", "projects/{project_id}/uploads?cursor=WzEsMl0", None, "cursor"),
        ("GET", f"projects/{{project_id}}/uploads?cursor={'W1tb' * 967}", None, "cursor"),
        ("GET", "projects/{project_id}/images?search=%00", None, "search"),
    ],
)
def test_the_wrong_field_is_named(
    world: World, method: str, path: str, body: object, field: str
) -> None:
    answer = Api(world.manager).send(method, path.format(**ids_of_everything(world)), body)

    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "paint"}, "operations[0].kind"),
        ({"kind": ["create"]}, "operations[0].kind"),
        ({"id": "7"}, "operations[0].id"),
        ({"mask": None}, "operations[0].mask"),
        ({"label": "cell"}, "operations[0].label"),
        ({"label": 2**80}, "operations[0].label"),
        ({"effort": {"seconds": -1}}, "operations[0].effort.seconds"),
        ({"effort": {"hypothesis": 3}}, "operations[0].effort.hypothesis"),
        (
            {"effort": {"opening": {"paint_ms": 90, "action_ms": 86_400_001}}},
            "operations[0].effort.opening.action_ms",
        ),
        ({"effort": {"opening": {"paint_ms": 90}}}, "operations[0].effort.opening.action_ms"),
        ({"effort": {"prompts": [{"kind": "point"}]}}, "operations[0].effort.prompts[0].xy"),
        (
            {"effort": {"prompts": [{"kind": "box", "box_xyxy": [1, 2, 3]}]}},
            "operations[0].effort.prompts[0].box_xyxy",
        ),
    ],
)
def test_the_wrong_field_of_an_operation_is_named(
    world: World, wrong: dict[str, object], field: str
) -> None:
    path = f"images/{ids_of_everything(world)['image_id']}/masks"

    body = {"operations": [{**create(), **wrong}]}
    answer = Api(world.annotator).patch(path, body, If_Match='"0"')

    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("version", ["", "x", '"-1"', '"1.5"', '"²"', "9" * 40, "*"])
def test_a_wrong_if_match_is_named(world: World, version: str) -> None:
    path = f"images/{ids_of_everything(world)['image_id']}/masks"

    answer = Api(world.annotator).patch(path, {"operations": [create()]}, If_Match=version)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "If-Match"


def test_an_acceptance_without_its_masks_id_is_refused(world: World) -> None:
    path = f"images/{ids_of_everything(world)['image_id']}/masks"
    accept = operation("verdict", proposal=create()["mask"], verdict="accepted")

    answer = Api(world.annotator).patch(path, {"operations": [accept]}, If_Match='"0"')

    assert answer.json()["errors"][0]["field"] == "operations[0].mask"


def test_a_body_that_is_too_large_is_refused_unread(world: World, settings: Any) -> None:
    settings.MAX_JSON_BYTES = 1000

    answer = Api(world.manager).post("projects", {"name": "x" * 2000})

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_body_of_more_values_than_any_request_has_is_refused_undecoded(world: World) -> None:
    answer = Api(world.manager).post("projects", '{"a":[' + "[]," * 2_000_000 + "0]}")

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_list_that_is_too_long_is_named_and_not_each_of_its_entries(world: World) -> None:
    path = f"images/{ids_of_everything(world)['image_id']}/masks"

    answer = Api(world.annotator).patch(path, {"operations": [0] * 1001}, If_Match='"0"')

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["operations"]


def test_a_store_that_is_away_is_told_without_its_keys_and_hosts_which_are_logged(
    manager: Api, world: World, settings: Any
) -> None:
    settings.S3_ENDPOINT_URL = "http://127.0.0.1:9"
    upload = {"id": "00000000-0000-4000-8000-000000000001", "file_name": "a.png", "bytes": 10}

    with capture_logs() as logs:
        answer = manager.post(f"projects/{world.project.pk}/uploads", upload)

    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert answer.json()["detail"] == "The object store is unreachable."
    [logged] = [each for each in logs if each["event"] == "request_failed"]
    assert "127.0.0.1:9" in logged["reason"]


def test_what_the_store_refuses_is_told_without_its_key() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")

    with pytest.raises(storage.StorageUnavailableError) as caught, storage.translated("secret/a"):
        raise refused

    assert str(caught.value) == "The object store refused a request (AccessDenied)."
    assert "secret/a" in caught.value.reason


def test_a_whole_file_that_cannot_be_sent_tells_of_the_store_as_any_bytes_do() -> None:
    failed = S3UploadFailedError("Failed to upload w to b/secret/a: the store is in maintenance.")

    with pytest.raises(storage.StorageUnavailableError) as caught, storage.translated("secret/a"):
        raise failed

    assert str(caught.value) == "The object store is unreachable."
    assert "maintenance" in caught.value.reason


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("GET", "images/99999999999999999999", 404),
        ("GET", "images/x", 404),
        ("PUT", "projects", 405),
        ("GET", "projects/", 404),
    ],
)
def test_other_addresses_get_a_problem_too(
    manager: Api, method: str, path: str, status: int
) -> None:
    answer = manager.send(method, path)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_form_is_not_json(world: World) -> None:
    client = Client()
    client.force_login(world.manager)

    answer = client.post("/api/projects", {"name": "a"})

    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == "application/problem+json"
