"""Who may do what: deny by default, one policy for each view, every role at every address."""

import pytest

from annotation.api.access import MemberView
from annotation.api.permissions import IsWithinReach
from annotation.models import Membership, Token
from annotation.services.tokens import create_token
from tests.annotation.everything import (
    METHODS,
    OWN,
    PUBLIC,
    api_views,
    calls,
    ids_of_everything,
    roles_of,
)
from tests.annotation.world import Api, World

ROLES = set(Membership.Role)


@pytest.mark.parametrize("template", sorted(api_views()))
def test_every_view_states_its_policy(template: str) -> None:
    view = api_views()[template]

    if view.__name__ not in PUBLIC:
        assert view.permission_classes == [IsWithinReach]
    if view.__name__ in OWN:
        return
    assert issubclass(view, MemberView), f"{view.__name__} has no roles"
    answered = {method.upper() for method in METHODS if hasattr(view, method)}
    assert set(view.roles) == answered
    assert all(allowed and allowed <= ROLES for allowed in view.roles.values())


@pytest.mark.parametrize(("method", "template"), calls())
def test_every_role_at_every_address(world: World, method: str, template: str) -> None:
    path = template.format(**ids_of_everything(world))
    view = api_views()[template].__name__
    if view in PUBLIC:
        return

    assert Api().send(method, path, {}).status_code == 401
    if view in OWN:
        return
    allowed = roles_of(method, template)
    assert Api(world.stranger).send(method, path, {}).status_code == 404
    for other in sorted(ROLES - allowed):
        answer = Api(getattr(world, other)).send(method, path, {})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), other
    role = "manager" if "manager" in allowed else sorted(allowed)[0]
    answer = Api(getattr(world, role)).send(method, path, {})
    assert answer.status_code not in {401, 404, 405}, answer.content
    assert answer.status_code != 403 or answer.json()["code"] != "not_allowed"


def test_a_bundle_of_strangers_is_not_found(world: World) -> None:
    bundle_id = ids_of_everything(world)["bundle_id"]

    answer = Api(world.stranger).get(f"bundles/{bundle_id}/decoder.onnx")

    assert answer.status_code == 404


def test_nobody_sees_or_deletes_another_persons_token(world: World) -> None:
    token, _ = create_token(user=world.manager, name="ci", scope="read", expires_in_days=1)

    assert Api(world.annotator).get("tokens").json()["results"] == []
    Api(world.annotator).delete(f"tokens/{token.pk}")

    assert Token.objects.filter(pk=token.pk).exists()


def test_an_image_cannot_be_claimed_through_another_project(world: World) -> None:
    image_id = ids_of_everything(world)["image_id"]

    answer = Api(world.stranger).post(f"projects/{world.elsewhere.pk}/claim", {"image": image_id})

    assert answer.status_code == 404


def test_the_last_manager_stays(manager: Api, world: World) -> None:
    members = f"projects/{world.project.pk}/members"

    removed = manager.delete(f"{members}/{world.manager.pk}")
    demoted = manager.post(members, {"username": "manager", "role": "annotator"})

    assert [removed.json()["code"], demoted.json()["code"]] == ["last_manager"] * 2
    manager.post(members, {"username": "reviewer", "role": "manager"})
    assert manager.delete(f"{members}/{world.manager.pk}").status_code == 204
    assert manager.get(members).status_code == 404
