"""Who runs the server makes accounts, and so does a manager for a new member."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from django.test import RequestFactory

from annotation.models import Membership
from annotation.services import accounts
from tests.annotation.world import Api, World


def _make(name: str) -> str:
    said = StringIO()
    call_command("create_user", name, stdout=said)
    return said.getvalue()


def test_a_new_person_logs_in_with_what_was_handed_over(world: World) -> None:
    [password] = _make("newperson").splitlines()[0].split()[-1:]

    request = RequestFactory().post("/api/session")
    known = authenticate(request, username="newperson", password=password)
    assert known is not None
    assert not User.objects.get(username="newperson").is_superuser


def test_no_account_is_made_while_tables_are_still_being_made(world: World) -> None:
    before = User.objects.count()
    MigrationRecorder.Migration.objects.filter(app="annotation").latest("name").delete()

    with pytest.raises(CommandError, match="Wait until `make up` says that Anneal is ready"):
        _make("newperson")

    assert User.objects.count() == before


@pytest.mark.parametrize("name", ["annotator", "two words", ""])
def test_a_name_that_is_taken_or_cannot_be_one_makes_no_account(world: World, name: str) -> None:
    before = User.objects.count()

    with pytest.raises(CommandError):
        _make(name)

    assert User.objects.count() == before


def _add(api: Api, world: World, to: str, name: str = "newperson") -> Any:
    return api.post(f"projects/{world.project.pk}/{to}", {"username": name, "role": "annotator"})


def test_a_manager_makes_an_account_with_a_password_to_hand_over(
    manager: Api, world: World
) -> None:
    assert _add(manager, world, "members").json()["code"] == "no_such_user"

    answer = _add(manager, world, "accounts")

    assert (answer.status_code, answer.json()["role"]) == (201, "annotator")
    request = RequestFactory().post("/api/session")
    said = answer.json()["password"]
    assert authenticate(request, username="newperson", password=said) is not None
    assert User.objects.get(username="newperson").is_staff is False


def test_a_name_that_is_taken_keeps_its_password_and_its_places(manager: Api, world: World) -> None:
    before = User.objects.get(username="stranger").password

    answer = _add(manager, world, "accounts", "stranger")

    assert answer.status_code == 400
    assert User.objects.get(username="stranger").password == before
    assert not Membership.objects.filter(project=world.project, user=world.stranger).exists()


def test_only_so_many_accounts_are_made_in_an_hour(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_AN_HOUR", 1)

    assert _add(manager, world, "accounts").status_code == 429
    assert not User.objects.filter(username="newperson").exists()
