"""Which other projects a round must not forget: only those that its managers manage, too."""

import pytest

from annotation.models import Alias, Bundle, Membership, Project
from annotation.selectors.also import also_of
from annotation.services.projects import create_project
from tests.annotation.world import Api, World, make_bundle


@pytest.fixture
def bundle(world: World) -> Bundle:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    return bundle


@pytest.fixture
def other(world: World, bundle: Bundle) -> Project:
    """Another project of the manager, which serves another bundle."""
    return make_other(world, make_bundle("b"))


def make_other(world: World, bundle: Bundle) -> Project:
    other = create_project(name="Nuclei", created_by=world.manager)
    Alias.objects.create(project=other, name="serving", bundle=bundle)
    return other


def test_a_manager_names_another_project_of_theirs_and_takes_it_back(
    world: World, other: Project, manager: Api
) -> None:
    address = f"projects/{world.project.pk}/also"
    row = {"id": other.pk, "name": "Nuclei"}

    named = manager.send("PUT", address, {"projects": [other.pk]}).json()
    read = manager.get(address).json()
    none = manager.send("PUT", address, {"projects": []}).json()

    assert named == read == {"chosen": [row], "choices": [row]}
    assert none == {"chosen": [], "choices": [row]}


@pytest.mark.parametrize("role", [None, "annotator", "reviewer"])
def test_a_project_that_one_does_not_manage_is_neither_offered_nor_named(
    world: World, bundle: Bundle, manager: Api, role: str | None
) -> None:
    Alias.objects.create(project=world.elsewhere, name="serving", bundle=bundle)
    if role is not None:
        Membership.objects.create(project=world.elsewhere, user=world.manager, role=role)
    address = f"projects/{world.project.pk}/also"

    refused = manager.send("PUT", address, {"projects": [world.elsewhere.pk]})

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert manager.get(address).json() == {"chosen": [], "choices": []}


def test_a_project_cannot_name_itself(world: World, bundle: Bundle, manager: Api) -> None:
    address = f"projects/{world.project.pk}/also"

    refused = manager.send("PUT", address, {"projects": [world.project.pk]})

    assert refused.status_code == 403
    assert manager.get(address).json()["choices"] == []


def test_a_project_of_another_encoder_judges_as_well(
    world: World, bundle: Bundle, manager: Api
) -> None:
    reads_others = Bundle.objects.create(pk="b" * 64, encoder_digest="f" * 64, manifest={})
    other = make_other(world, reads_others)

    manager.send("PUT", f"projects/{world.project.pk}/also", {"projects": [other.pk]})

    assert list(also_of(world.project)) == [other]


def test_a_project_stays_named_while_somebody_manages_both(
    world: World, other: Project, manager: Api
) -> None:
    address = f"projects/{world.project.pk}/also"
    manager.send("PUT", address, {"projects": [other.pk]})
    Membership.objects.filter(project=world.project, user=world.reviewer).update(role="manager")
    colleague = Api(world.reviewer)

    kept = colleague.send("PUT", address, {"projects": [other.pk]}).json()
    Membership.objects.filter(project=other, user=world.manager).update(role="annotator")

    assert kept == {"chosen": [{"id": other.pk, "name": "Nuclei"}], "choices": []}
    assert not also_of(world.project).exists()


def test_a_project_in_the_trash_judges_nothing(world: World, other: Project, manager: Api) -> None:
    manager.send("PUT", f"projects/{world.project.pk}/also", {"projects": [other.pk]})

    manager.delete(f"projects/{other.pk}")

    assert not also_of(world.project).exists()
