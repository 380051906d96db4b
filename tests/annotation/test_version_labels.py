"""A version tells the labels that it froze, by the names that its exports take a choice of."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import DatasetVersion, Label, Revision
from annotation.selectors.version_criteria import Criteria
from annotation.selectors.versions import manifest_path, version_header
from annotation.services.exports import write_export
from annotation.services.labels import delete_label, labels_named
from annotation.services.versions import cut_version
from engine.datasets.choosing import Choice
from engine.datasets.files import open_source
from engine.datasets.formats import FORMATS
from engine.datasets.proof import unproven
from engine.datasets.sample import UNLABELLED
from tests.annotation.cutting import add_label, annotated
from tests.annotation.world import Api, World, create, make_image


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    """Of three masks of a label, after which another one of its name came, and one of that."""
    image = make_image(world.project)
    annotator.save(image, *(create(label=world.label_id, at=(2 + at, 2)) for at in range(3)))
    deleted = Label.objects.get(pk=world.label_id)
    delete_label(label=deleted)
    again = Label.objects.create(project=world.project, name=deleted.name, color="#123456")
    annotator.save(image, create(label=again.pk, at=(9, 9)))
    return cut_version(project=world.project, created_by=None)


def test_labels_of_one_name_are_told_apart_with_their_masks(
    world: World, version: DatasetVersion, annotator: Api, stranger: Api
) -> None:
    address = f"versions/{version.pk}/labels"

    found = {each["name"]: each for each in annotator.get(address).json()}
    DatasetVersion.objects.update(distributions=None)
    uncounted = {each["name"]: each["masks"] for each in annotator.get(address).json()}

    gone = f"cell ({world.label_id})"
    assert found["cell"] == {"name": "cell", "called": "cell", "masks": 1}
    assert found[gone] == {"name": gone, "called": "cell", "masks": 3}
    assert set(uncounted.values()) == {None}
    assert stranger.get(address).status_code == 404


def test_what_becomes_of_labels_later_changes_none_of_a_versions(
    world: World, version: DatasetVersion, annotator: Api, manager: Api
) -> None:
    before = annotator.get(f"versions/{version.pk}/labels").json()
    Label.objects.filter(project=world.project, deleted_at=None).update(name="nucleus")

    after = annotator.get(f"versions/{version.pk}/labels").json()
    names = {each["name"]: "X" for each in after}
    body = {"id": str(uuid4()), "format": "coco", "labels": names}
    asked = manager.post(f"versions/{version.pk}/exports", body)

    assert after == before
    assert asked.status_code == 201


def test_masks_of_a_deleted_label_stay_behind_by_its_own_name(
    world: World, version: DatasetVersion, annotator: Api, tmp_path: Path
) -> None:
    labels = annotator.get(f"versions/{version.pk}/labels").json()
    [gone] = [each["name"] for each in labels if each["masks"] == 3]

    write_export(
        version, tmp_path / "a.zip", export_format="coco", choice=Choice(labels={gone: None})
    )
    found = FORMATS["coco"].read(open_source(tmp_path / "a.zip"), lambda _: None).samples()

    assert [each.label for sample in found for each in sample.annotations] == ["cell"]


def test_however_many_labels_there_are_it_takes_as_many_queries(
    world: World, version: DatasetVersion, annotator: Api
) -> None:
    def queries(of: DatasetVersion) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert annotator.get(f"versions/{of.pk}/labels").status_code == 200
        return len(captured)

    few = queries(version)
    for number in range(20):
        Label.objects.create(project=world.project, name=f"label {number}", color="#123456")
    many = cut_version(project=world.project, created_by=None)

    assert queries(many) == few


def _cut_of_cells(world: World) -> DatasetVersion:
    """Cut a version of one label, beside another, one that was deleted and one without masks."""
    delete_label(label=Label.objects.get(pk=world.label_id))
    wall, cell, empty = (add_label(world, name) for name in ("wall", "cell", "nucleus"))
    annotated(world, 1, wall, cell)
    criteria = Criteria(labels=frozenset({cell, empty}))
    return cut_version(project=world.project, created_by=None, criteria=criteria)


def _classes(version: DatasetVersion, name: str, path: Path, choice: Choice) -> list[str]:
    """Write an export with its images, and read its classes as anybody would."""
    write_export(version, path, export_format=name, choice=replace(choice, has_images=True))
    read = FORMATS[name].read(open_source(path), print)
    assert sum(len(each.annotations) for each in read.samples()) == 1
    return [label.name for label in read.labels if label.name != UNLABELLED]


def _categories(path: Path) -> list[dict[str, object]]:
    """Return the labels of an export as COCO, but that of masks without one."""
    with zipfile.ZipFile(path) as archive:
        told: list[dict[str, object]] = json.loads(archive.read("annotations.json"))["categories"]
    return [each for each in told if each["name"] != UNLABELLED]


@pytest.mark.parametrize("name", ["coco", "yolo", "cvat"])
def test_exports_leave_out_labels_without_masks_that_were_deleted_or_not_chosen(
    world: World, tmp_path: Path, name: str
) -> None:
    version = _cut_of_cells(world)

    new = _classes(version, name, tmp_path / "new.zip", Choice())
    version.edition = 3
    old = _classes(version, name, tmp_path / "old.zip", Choice())

    assert new == ["cell", "nucleus"]
    assert old == [f"cell ({world.label_id})", "wall", "cell", "nucleus"]


def test_labels_that_stay_keep_their_ids_and_the_whole_is_proved(
    world: World, tmp_path: Path
) -> None:
    version = _cut_of_cells(world)

    write_export(version, tmp_path / "a.zip")

    known = dict(Label.objects.filter(deleted_at=None).values_list("name", "pk"))
    ids = {each["name"]: each["id"] for each in _categories(tmp_path / "a.zip")}
    assert ids == {name: known[name] for name in ("cell", "nucleus")}
    with manifest_path(version).open("rb") as manifest:
        assert list(unproven(manifest, tmp_path / "a.zip")) == []


def test_a_deleted_label_stays_a_class_while_a_mask_has_it_and_no_longer(
    world: World, tmp_path: Path
) -> None:
    wall, nucleus = add_label(world, "wall"), add_label(world, "nucleus")
    annotated(world, 1, world.label_id, wall)
    for label in (wall, nucleus):
        delete_label(label=Label.objects.get(pk=label))
    with_masks = cut_version(project=world.project, created_by=None)
    Revision.objects.filter(label=wall).update(label=world.label_id)
    without = cut_version(project=world.project, created_by=None)

    write_export(with_masks, tmp_path / "with.zip")
    write_export(without, tmp_path / "without.zip")

    cell = {"id": world.label_id, "name": "cell"}
    assert _categories(tmp_path / "with.zip") == [cell, {"id": wall, "name": "wall"}]
    assert _categories(tmp_path / "without.zip") == [cell]


def test_a_version_tells_which_labels_were_deleted_and_is_the_same_when_it_is_cut_again(
    world: World, annotator: Api
) -> None:
    wall = add_label(world, "wall")
    before = cut_version(project=world.project, created_by=None)
    delete_label(label=Label.objects.get(pk=wall))
    after = cut_version(project=world.project, created_by=None)
    again = cut_version(project=world.project, created_by=None)
    labels_named(project=world.project, names=["wall"])  # back from the trash
    back = cut_version(project=world.project, created_by=None)

    totals = annotator.get(f"versions/{before.pk}/diff/{after.pk}").json()

    cell = {"id": world.label_id, "name": "cell"}
    assert version_header(before)["labels"] == [cell, {"id": wall, "name": "wall"}]
    told = version_header(after)["labels"]
    assert told == [cell, {"id": wall, "name": "wall", "deleted": True}]
    assert (again.pk, back.pk) == (after.pk, before.pk)
    assert (totals["labels_added"], totals["labels_removed"]) == ([], ["wall"])


def test_whoever_renames_all_labels_of_a_project_need_not_know_which_a_version_has(
    world: World, manager: Api, tmp_path: Path
) -> None:
    version = _cut_of_cells(world)
    names = {"cell": "Zelle", "wall": "Zelle", f"cell ({world.label_id})": "Zelle"}

    classes = _classes(version, "yolo", tmp_path / "a.zip", Choice(labels=names))
    body = {"id": str(uuid4()), "format": "yolo", "labels": names}
    asked = manager.post(f"versions/{version.pk}/exports", body)
    told = manager.get(f"versions/{version.pk}/labels").json()

    assert classes == ["Zelle", "nucleus"]
    assert asked.status_code == 201
    assert [each["name"] for each in told] == ["cell", "nucleus"]
