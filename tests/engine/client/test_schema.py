"""The client's operations and models are those of the API's description."""

import json
import types
import typing
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.client import models, operations
from engine.client.models import Model
from engine.client.operations import Operation

SCHEMA = json.loads((Path(__file__).parents[3] / "frontend" / "openapi.json").read_text())
OPERATIONS = {name: each for name, each in vars(operations).items() if isinstance(each, Operation)}
# A login is not tried again; whatever else is here changes nothing the second time.
SENT_ONCE = {
    *("LOG_IN", "LOG_OUT", "CREATE_TOKEN", "COMPLETE_UPLOAD", "CANCEL_UPLOAD"),
    *("CHECK_IMPORT", "START_IMPORT", "UNDO_IMPORT", "IMPORT_IMAGES", "DISCARD_IMPORT"),
    *("CANCEL_JOB", "CANCEL_ROUND", "GIVE_GROUPS"),
    *("DROP_VERSION_QUERY", "TAG_VERSION", "UNTAG_VERSION", "NOTE_VERSION"),
}
SCALARS: dict[object, tuple[str, str | None]] = {
    str: ("string", None),
    int: ("integer", None),
    float: ("number", "double"),
    bool: ("boolean", None),
    UUID: ("string", "uuid"),
    date: ("string", "date"),
    datetime: ("string", "date-time"),
}
CONTAINERS: dict[Any, tuple[str, str]] = {
    list: ("array", "items"),
    dict: ("object", "additionalProperties"),
}


def differences(wanted: Any, given: dict[str, Any], place: str) -> Iterator[str]:
    """Say where a type of the client is not what the schema describes."""
    given, may_be_null = _resolved(given)
    if isinstance(wanted, types.UnionType):
        [wanted] = [part for part in typing.get_args(wanted) if part is not types.NoneType]
    elif may_be_null:
        yield f"{place} may be null"
    if isinstance(wanted, type) and issubclass(wanted, Model):
        yield from _of_model(wanted, given, place)
    elif typing.get_origin(wanted) in CONTAINERS:
        yield from _of_container(wanted, given, place)
    elif wanted is not Any:
        found = (given["type"], None if wanted is int else given.get("format"))
        if found != SCALARS[wanted]:
            yield f"{place} is {' '.join(filter(None, found))}"


def _of_container(wanted: Any, given: dict[str, Any], place: str) -> Iterator[str]:
    type_, items = CONTAINERS[typing.get_origin(wanted)]
    inner = typing.get_args(wanted)[-1]
    if given.get("type") != type_:
        yield f"{place} is no {type_}"
    elif inner is not Any:
        yield from differences(inner, given[items], f"{place}[]")


def _of_model(model: type[Model], given: dict[str, Any], place: str) -> Iterator[str]:
    for field, info in model.model_fields.items():
        if field not in given.get("properties", {}):
            yield f"{place} has no {field}"
            continue
        if info.is_required() and field not in given.get("required", []):
            yield f"{place}.{field} may be absent"
        yield from differences(info.annotation, given["properties"][field], f"{place}.{field}")


def _resolved(given: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Follow references; say whether null is allowed besides."""
    if "$ref" in given:
        return _resolved(SCHEMA["components"]["schemas"][given["$ref"].rpartition("/")[2]])
    for key in ("allOf", "oneOf"):
        if key in given:
            resolved = [_resolved(each)[0] for each in given[key]]
            [one] = [each for each in resolved if each.get("type") != "null"]
            return one, len(resolved) > 1
    if isinstance(given.get("type"), list):
        [one] = [each for each in given["type"] if each != "null"]
        return {**given, "type": one}, True
    return given, False


def described(operation: Operation[Any]) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["paths"][operation.path][operation.method.lower()]
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_in_the_schema_with_its_query(name: str) -> None:
    operation = OPERATIONS[name]

    known = {each["name"]: each["in"] for each in described(operation).get("parameters", [])}

    assert {query: known.get(query) for query in operation.query} == dict.fromkeys(
        operation.query, "query"
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_the_client_reads_is_what_is_answered(name: str) -> None:
    operation = OPERATIONS[name]
    answers = described(operation)["responses"]
    [good] = [answer for status, answer in answers.items() if status.startswith(("2", "3"))]

    if "content" not in good:
        assert operation.answer is types.NoneType
        return
    schema = good["content"]["application/json"]["schema"]
    assert list(differences(operation.answer, schema, name)) == []


@pytest.mark.parametrize("name", [name for name, each in OPERATIONS.items() if each.body])
def test_what_the_client_sends_is_what_is_asked_for(name: str) -> None:
    body = OPERATIONS[name].body
    assert body is not None
    asked = described(OPERATIONS[name])["requestBody"]["content"]["application/json"]["schema"]
    schema, _ = _resolved(asked)

    sent = body.model_fields
    assert set(schema.get("required", [])) <= {
        n for n, field in sent.items() if field.is_required()
    }
    for field, info in sent.items():
        assert field in schema["properties"], field
        assert list(differences(info.annotation, schema["properties"][field], field)) == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in SENT_ONCE])
def test_whatever_is_tried_again_is_done_once(name: str) -> None:
    operation = OPERATIONS[name]
    headers = {each["name"] for each in described(operation).get("parameters", [])}

    has_own_id = operation.body is not None and "id" in operation.body.model_fields

    assert operation.method == "GET" or has_own_id or "Idempotency-Key" in headers


def test_the_states_that_the_client_tells_apart_are_the_servers() -> None:
    known = SCHEMA["components"]["schemas"]

    assert {*models.JOB_UNFINISHED, models.JOB_SUCCEEDED} < set(known["JobState"]["enum"])
    assert {*models.UPLOAD_UNFINISHED, models.UPLOAD_REFUSED} < set(known["UploadState"]["enum"])
    assert {*models.BEFORE_WORK} < set(_resolved(known["Job"]["properties"]["kind"])[0]["enum"])
    imports = {state for name, state in vars(models).items() if name.startswith("IMPORT_")}
    assert imports < set(known["DatasetImportState"]["enum"])


def test_what_an_older_server_says_of_the_gate_is_read() -> None:
    told = {
        "part": "masks",
        "has_news": True,
        "words": "",
        "is_enough": True,
        "wanted": 20,
        "there": 20,
        "images": 4,
        "most_of_one": 5,
    }

    assert models.GateOutlook.model_validate(told).others == []


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "string"}, ["id is string"]),
        ({"type": ["integer", "null"]}, ["id may be null"]),
        ({"type": "integer"}, []),
    ],
)
def test_a_difference_is_told(schema: dict[str, Any], told: list[str]) -> None:
    assert list(differences(int, schema, "id")) == told


def test_a_field_that_went_away_is_told() -> None:
    user = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": []}

    assert list(differences(models.User, user, "user")) == [
        "user.id may be absent",
        "user has no username",
    ]
