"""The API's description is complete, clean, and the one that the front end was generated from."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

COMMITTED = Path(__file__).parents[2] / "frontend" / "openapi.json"


def test_the_committed_schema_is_up_to_date(tmp_path: Path) -> None:
    """`manage.py spectacular --format openapi-json --file frontend/openapi.json` renews it."""
    fresh = tmp_path / "openapi.json"

    err = StringIO()
    call_command(
        "spectacular",
        format="openapi-json",
        file=str(fresh),
        validate=True,
        fail_on_warn=True,
        stderr=err,
    )

    assert err.getvalue() == ""
    assert json.loads(fresh.read_text()) == json.loads(COMMITTED.read_text())


def test_every_operation_has_a_readable_name_of_its_own() -> None:
    paths = json.loads(COMMITTED.read_text())["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]

    assert len(set(names)) == len(names)
    assert not [name for name in names if name.startswith("api_")]


@pytest.mark.django_db
def test_the_schema_is_generated_once_for_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Client().get("/api/schema")
    monkeypatch.setattr(SchemaGenerator, "parse", pytest.fail)

    again = Client().get("/api/schema?version=2")

    assert first.json() == again.json() == json.loads(COMMITTED.read_text())
