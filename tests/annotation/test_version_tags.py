"""Tags and notes of versions, and what was made of a version."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from annotation.errors import DomainError
from annotation.models import Alias, Bundle, DatasetVersion, Round, VersionTag
from annotation.selectors.version_names import version_named
from annotation.services.version_tags import tag_version, untag_version
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, create, make_bundle, make_image


@pytest.fixture
def versions(world: World, annotator: Api) -> list[DatasetVersion]:
    image, cut = make_image(world.project), []
    for _ in range(2):
        annotator.save(image, create())
        cut.append(cut_version(project=world.project, created_by=world.manager))
    return cut


def test_a_manager_gives_and_takes_a_tag_and_may_repeat_both(
    versions: list[DatasetVersion], manager: Api, world: World
) -> None:
    path = f"versions/{versions[0].pk}/tags"

    answers = [manager.post(path, {"name": "v1.0"}).json()["tags"] for _ in range(2)]
    manager.post(path, {"name": "paper"})
    listed = manager.get(f"projects/{world.project.pk}/versions").json()["results"]
    gone = [manager.delete(f"{path}/v1.0").status_code for _ in range(2)]

    assert answers == [["v1.0"]] * 2
    assert [each["tags"] for each in listed] == [[], ["paper", "v1.0"]]
    assert gone == [204, 204]
    assert VersionTag.objects.get().name == "paper"


def test_a_tag_does_not_move_but_can_be_given_anew(
    versions: list[DatasetVersion], manager: Api
) -> None:
    first, second = (f"versions/{version.pk}/tags" for version in versions)
    manager.post(first, {"name": "v1.0"})

    taken = manager.post(second, {"name": "v1.0"})
    manager.delete(f"{second}/v1.0")  # which does not have it
    still_taken = manager.post(second, {"name": "v1.0"})
    manager.delete(f"{first}/v1.0")

    assert (taken.status_code, taken.json()["code"]) == (409, "tag_taken")
    assert versions[0].pk[:8] in taken.json()["detail"]
    assert still_taken.status_code == 409
    assert manager.post(second, {"name": "v1.0"}).json()["tags"] == ["v1.0"]


@pytest.mark.parametrize(
    "name", ["", "V1", "a b", "cafe", "2026", "-v", "..", "v" * 61, "ü1", "v1\n2", "v/1"]
)
def test_what_is_no_tag_or_could_be_an_id_is_refused(
    versions: list[DatasetVersion], manager: Api, name: str
) -> None:
    answer = manager.post(f"versions/{versions[0].pk}/tags", {"name": name})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "name"
    with pytest.raises(IntegrityError), transaction.atomic():
        VersionTag.objects.create(
            project=versions[0].project, version=versions[0], name="" if len(name) > 60 else name
        )


def test_a_note_is_written_anew_and_taken_away(
    versions: list[DatasetVersion], manager: Api
) -> None:
    path = f"versions/{versions[0].pk}/note"

    notes = [
        manager.put(path, {"note": note}).json()["note"] for note in ("for the paper", "x", "")
    ]

    assert notes == ["for the paper", "x", ""]
    assert manager.put(path, {"note": "x" * 1001}).status_code == 400


def test_commands_take_a_tag_in_place_of_an_id(
    versions: list[DatasetVersion], tmp_path: Path
) -> None:
    for version, name in zip(versions, ("before", "after"), strict=True):
        tag_version(version=version, name=name, by=None)
    out = StringIO()

    call_command("diff_versions", "before", "after", stdout=out)
    call_command("export", "before", out=tmp_path / "a.zip", stdout=out)

    assert "masks      1 added 0 removed 0 changed" in out.getvalue()
    assert f"version {versions[0].pk}" in out.getvalue()
    untag_version(version=versions[0], name="before", by=None)
    with pytest.raises(CommandError, match="'before' is no version's tag or id"):
        call_command("diff_versions", "before", "after")


def test_a_tag_of_two_projects_is_told_by_the_projects_number(
    versions: list[DatasetVersion], world: World
) -> None:
    elsewhere = cut_version(project=world.elsewhere, created_by=None)
    for version in (versions[0], elsewhere):
        tag_version(version=version, name="v1.0", by=None)

    with pytest.raises(DomainError, match=rf"More than one project .* {world.project.pk}:v1.0"):
        version_named("v1.0")

    assert version_named(f"{world.project.pk}:v1.0") == versions[0]
    assert version_named(f"{world.elsewhere.pk}:v1.0") == elsewhere
    for name in ("0:v1.0", "x:v1.0", ":v1.0"):
        with pytest.raises(DomainError, match="is no version's tag or id"):
            version_named(name)


def test_a_version_tells_which_bundles_learned_from_it(
    versions: list[DatasetVersion], manager: Api, world: World
) -> None:
    base, trained = make_bundle("a"), make_bundle("b")
    Bundle.objects.filter(pk=trained.pk).update(dataset_version=versions[0])
    Round.objects.create(
        project=world.project,
        number=7,
        trigger="manual",
        state="promoted",
        base_bundle=base,
        bundle=trained,
        dataset_version=versions[0],
    )
    for name in ("previous", "candidate", "serving"):
        Alias.objects.create(project=world.project, name=name, bundle=trained)

    second, first = manager.get(f"projects/{world.project.pk}/versions").json()["results"]

    assert (second["rounds"], second["bundles"]) == ([], [])
    assert first["rounds"] == [7]
    assert first["bundles"] == [{"bundle": trained.pk, "round": 7, "alias": "serving"}]
