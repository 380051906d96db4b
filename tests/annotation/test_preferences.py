"""What a person has chosen: told with the session, kept name by name, nobody else's."""

from typing import Any

import pytest

from annotation.models import Preferences
from annotation.services.preferences import keep_preferences
from tests.annotation.world import Api, World, make_user

BRUSH = {"tool": "brush", "brush_px": 30.5, "order": "area"}
KEYS = {"version": 1, "keys": {"tool.box": "Q"}}
LARGE = {"textSize": "large"}


def _told(api: Api) -> Any:
    return api.get("session").json()["preferences"]


def test_who_has_chosen_nothing_and_who_is_not_known_are_told_nothing(annotator: Api) -> None:
    nothing: dict[str, object] = {"values": {}, "updated_at": None}

    assert [_told(annotator), _told(Api())] == [nothing, nothing]


def test_what_is_chosen_in_one_browser_is_told_to_the_next(annotator: Api, world: World) -> None:
    kept = annotator.patch("session/preferences", {"habits": BRUSH, "keys": KEYS})

    assert kept.status_code == 200
    assert kept.json()["values"] == {"habits": BRUSH, "keys": KEYS}
    assert _told(Api(world.annotator)) == kept.json()


def test_of_each_name_the_last_choice_stays(annotator: Api) -> None:
    first = annotator.patch("session/preferences", {"habits": BRUSH, "display": LARGE}).json()
    last = annotator.patch("session/preferences", {"habits": {"tool": "box"}}).json()

    assert last["values"] == {"habits": {"tool": "box"}, "display": LARGE}
    assert last["updated_at"] > first["updated_at"]


def test_nobody_is_told_what_another_person_chose(annotator: Api, reviewer: Api) -> None:
    annotator.patch("session/preferences", {"display": LARGE})
    reviewer.patch("session/preferences", {"look": {"fill": 0.5}})

    assert _told(annotator)["values"] == {"display": LARGE}
    assert _told(reviewer)["values"] == {"look": {"fill": 0.5}}


def test_choices_go_with_the_person(db: None) -> None:
    person = make_user("ada")
    keep_preferences(user=person, chosen={"display": LARGE})

    person.delete()

    assert not Preferences.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"tool": "box"}, "tool", "No choice has this name."),
        ({"habits": "box"}, "habits", "A choice is a JSON object."),
        ({"habits": None}, "habits", "This field may not be null."),
        ({"look": {"fill": "\0"}}, "look", "It holds a value that cannot be kept."),
        ({"look": {"\ud800": 1}}, "look", "It holds a value that cannot be kept."),
        ('{"look": {"fill": 1e999}}', "look", "It holds a value that cannot be kept."),
        ({"look": {"a": {"b": {"c": {}}}}}, "look", "It holds a value that cannot be kept."),
        ({"keys": {"a": "x" * 16_384}}, "keys", "It is larger than 16384 bytes."),
    ],
)
def test_a_wrong_choice_is_refused_by_its_name_and_changes_nothing(
    annotator: Api, wrong: dict[str, object] | str, field: str, message: str
) -> None:
    body = wrong if isinstance(wrong, str) else {"display": LARGE, **wrong}

    refused = annotator.patch("session/preferences", body)

    assert refused.status_code == 400
    assert refused.json()["errors"] == [{"field": field, "message": message}]
    assert _told(annotator)["values"] == {}


def test_a_token_chooses_nothing(annotator: Api) -> None:
    made = annotator.post("tokens", {"name": "ci", "scope": "write"}).json()
    program = Api()
    program.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['token']}"

    assert program.patch("session/preferences", {"display": LARGE}).status_code == 401
