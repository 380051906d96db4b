"""Labels in the trash that datasets name: what came under them is known, and comes once."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from annotation.models import DatasetImport, Image, Label, Mask, ObjectBox, Revision, Upload
from annotation.services.import_runs import run_import
from annotation.services.imports import fetched
from annotation.services.jobs import JobCancelledError
from annotation.services.labels import create_label, delete_label, labels_named, update_label
from engine.datasets.files import open_source
from engine.datasets.sample import Annotation
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, square
from tests.workers.bringing import drawn, read, send, start, undo, work

ONE = zipped("coco", cell(1))
TWO = zipped("coco", cell(1), cell(2))

NUCLEUS = Annotation(None, "nucleus", box_xywh=(4.0, 3.0, 12.0, 9.5))
BOXED = zipped("coco", replace(cell(1), annotations=(NUCLEUS,)))


def there() -> set[UUID]:
    """The masks and boxes that are there, by their ids."""
    masks = Mask.objects.filter(head__rle__isnull=False).values_list("pk", flat=True)
    return {*masks, *ObjectBox.objects.values_list("pk", flat=True)}


def thrown_away(name: str) -> Label:
    label = Label.objects.get(name=name, deleted_at=None)
    delete_label(label=label)
    return label


def in_view() -> list[str]:
    return sorted(Label.objects.filter(deleted_at=None).values_list("name", flat=True))


@pytest.mark.parametrize(("data", "more"), [(ONE, 0), (TWO, 2)], ids=["the same", "a larger one"])
def test_a_dataset_whose_label_was_deleted_brings_only_what_is_new(
    world: World, manager: Api, data: bytes, more: int
) -> None:
    start(manager, send(world, ONE))
    image, label = Image.objects.get(), thrown_away("nucleus")
    before = drawn(image)

    again = send(world, data)
    looked_at = read(manager, again)["found"]
    brought = start(manager, again)["brought"]

    assert drawn(image) == before
    assert (looked_at.get("masks", 0), looked_at["masks there already"]) == (more, 2)
    assert brought.get("masks", 0) == more
    label.refresh_from_db()
    assert (label.is_deleted, in_view()) == (False, ["cell", "nucleus"])


def test_a_look_at_a_dataset_leaves_its_label_in_the_trash(world: World, manager: Api) -> None:
    start(manager, send(world, ONE))
    label = thrown_away("nucleus")

    send(world, ONE)

    label.refresh_from_db()
    assert label.is_deleted


def test_what_people_relabelled_and_deleted_stays_so_after_an_undo_and_the_import_anew(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, TWO))
    images = Image.objects.order_by("pk")
    relabelled, deleted = Mask.objects.filter(head__label__name="nucleus").order_by("image")
    cell_id = Label.objects.get(name="cell").pk
    for mask, change in (
        (relabelled, {"kind": "revise", "rle": square(4, 4), "label": cell_id}),
        (deleted, {"kind": "delete"}),
    ):
        change_of: dict[str, Any] = {"id": str(uuid4()), "mask": str(mask.pk), **change}
        assert manager.save(mask.image, change_of).status_code == 200
    wholes = [square(2, 2, 15)["counts"]]
    undone = undo(manager, first["id"])["brought"]

    start(manager, send(world, TWO))

    assert undone["labels removed"] == 1
    one, other = images
    assert drawn(one) == sorted([*wholes, square(4, 4)["counts"]])
    assert drawn(other) == wholes
    assert Mask.objects.filter(pk=relabelled.pk, head__label=cell_id).exists()


def test_a_label_that_an_import_brought_back_goes_again_with_it(world: World, manager: Api) -> None:
    first = start(manager, send(world, ONE))
    undo(manager, first["id"])
    second = start(manager, send(world, ONE))

    undone = undo(manager, second["id"])["brought"]

    assert undone["labels removed"] == 1
    assert Label.objects.get(name="nucleus").is_deleted


def test_an_import_that_goes_on_leaves_a_label_in_the_trash_that_went_meanwhile(
    world: World, manager: Api
) -> None:
    found = DatasetImport.objects.get(pk=send(world, TWO))
    manager.post(f"dataset-imports/{found.pk}/start")

    def stop(done: int, _: int) -> None:
        raise JobCancelledError(f"{done} are enough")

    found.refresh_from_db()
    with fetched(Upload.objects.get(pk=found.pk)) as path, pytest.raises(JobCancelledError):
        run_import(found, open_source(path), fence=transaction.atomic, progress=stop, most=1)
    nucleus = thrown_away("nucleus")
    work()

    found.refresh_from_db()
    assert (found.state, in_view()) == ("imported", ["cell"])
    assert found.labels == [nucleus.pk]
    assert Revision.objects.filter(label=nucleus).count() == 2


def test_a_label_that_was_renamed_and_deleted_is_found_by_its_old_name(
    world: World, manager: Api
) -> None:
    start(manager, send(world, ONE))
    update_label(label=Label.objects.get(name="nucleus"), changes={"name": "Kern"})
    thrown_away("Kern")

    start(manager, send(world, ONE))

    assert in_view() == ["Kern", "cell"]
    assert len(drawn(Image.objects.get())) == 2


def test_of_several_labels_in_the_trash_the_last_comes_back(world: World) -> None:
    for _ in range(3):
        create_label(project=world.project, name="cat", color="#123456")
        last = thrown_away("cat")

    found = labels_named(project=world.project, names=["cat"])["cat"]

    assert (found.pk, found.is_deleted) == (last.pk, False)
    assert Label.objects.filter(name="cat", deleted_at=None).get() == last


@pytest.mark.parametrize("data", [ONE, BOXED], ids=["masks", "boxes"])
def test_what_came_under_a_deleted_label_comes_once_though_another_has_its_name_by_now(
    world: World, manager: Api, data: bytes
) -> None:
    start(manager, send(world, data))
    before = there()
    for _ in range(2):
        thrown_away("nucleus")
        create_label(project=world.project, name="nucleus", color="#123456")

    again = send(world, data)
    looked_at = read(manager, again)["found"]
    brought = start(manager, again)["brought"]

    assert there() == before
    assert {"masks", "boxes"}.isdisjoint(looked_at)
    assert {"masks", "boxes"}.isdisjoint(brought)


def test_what_an_undo_took_comes_back_once_though_another_label_has_its_name_by_now(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, ONE))
    image, before = Image.objects.get(), there()
    undo(manager, first["id"])
    label = create_label(project=world.project, name="nucleus", color="#123456")

    start(manager, send(world, ONE))

    assert there() == before
    assert Mask.objects.filter(image=image, head__label=label, head__number=3).exists()


def test_a_label_in_the_trash_does_not_come_back_beside_one_of_its_name(world: World) -> None:
    create_label(project=world.project, name="cat", color="#123456")
    old = thrown_away("cat")
    new = create_label(project=world.project, name="cat", color="#123456")

    found = labels_named(project=world.project, names=["cat"])

    old.refresh_from_db()
    assert (found["cat"], old.is_deleted) == (new, True)
