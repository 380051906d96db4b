"""Who runs the server makes accounts; a manager who needs one is told how."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import RequestFactory

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


@pytest.mark.parametrize("name", ["annotator", "two words", ""])
def test_a_name_that_is_taken_or_cannot_be_one_makes_no_account(world: World, name: str) -> None:
    before = User.objects.count()

    with pytest.raises(CommandError):
        _make(name)

    assert User.objects.count() == before


def test_a_manager_is_told_how_an_account_is_made(manager: Api, world: World) -> None:
    new = {"username": "newperson", "role": "annotator"}
    answer = manager.post(f"projects/{world.project.pk}/members", new)

    assert answer.status_code == 400
    assert "manage.py create_user" in answer.json()["detail"]
