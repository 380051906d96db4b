"""A dataset goes out again as a whole, but for what people have worked on since."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import QuerySet

from annotation import jobs, storage
from annotation.models import (
    Assignment,
    Caption,
    DatasetImport,
    Image,
    Job,
    Label,
    Mask,
    ObjectBox,
    Proposal,
    Revision,
)
from annotation.services.assignments import claim_image
from annotation.services.captions import caption_mask, save_caption
from annotation.services.import_requests import request_undo
from annotation.services.import_undo import undo_import
from annotation.services.projects import update_project
from annotation.services.review import review_image
from engine.datasets.sample import Annotation
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, make_image, square
from tests.workers.bringing import THREE, drawn, finished, read, send, start, undo, work
from tests.workers.conftest import finish, finish_as_it_is
from workers.app import app


def test_an_undo_takes_all_that_came_in_to_the_trash_and_it_may_come_in_again(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, THREE))
    undone = undo(manager, first["id"])
    trash = Image.objects.exclude(deleted_at=None).count()
    again = start(manager, send(world, THREE))

    assert undone["state"] == "undone"
    assert undone["brought"] == {
        "images removed": 3,
        "masks removed": 6,
        "captions removed": 3,
        "labels removed": 1,
    }
    assert trash == 3
    assert again["brought"] == {"images duplicate": 3, "masks": 6, "captions": 3}
    for image in Image.objects.all():
        assert image.deleted_at is None
        assert drawn(image) == sorted(each["counts"] for each in (square(2, 2, 15), square(4, 4)))
    names = Label.objects.filter(deleted_at=None).values_list("name", flat=True)
    assert sorted(names) == ["cell", "nucleus"]


def test_an_undo_leaves_what_was_there_and_what_people_have_done_since(
    world: World, manager: Api
) -> None:
    there = make_image(world.project, 1)
    first = start(manager, send(world, THREE))
    changed = Image.objects.get(file_name="deep/2.png")
    part, whole = Mask.objects.filter(image=changed).order_by("parent")
    operation = {"id": str(uuid4()), "mask": str(part.pk), "kind": "revise", "rle": square(5, 5)}
    assert manager.save(changed, operation).status_code == 200
    said = Image.objects.get(file_name="deep/3.png")
    save_caption(caption_id=uuid4(), image=said, author=world.annotator, text="Mine.")

    undone = undo(manager, first["id"])

    assert undone["brought"]["images kept"] == 2
    assert undone["brought"]["masks kept"] == 1
    assert "images removed" not in undone["brought"]
    assert not Image.objects.exclude(deleted_at=None).exists()
    assert drawn(there) == []
    assert drawn(changed) == [square(5, 5)["counts"]]
    assert Revision.objects.filter(mask=whole).count() == 2
    texts = Caption.objects.filter(withdrawn_at=None).values_list("text", flat=True)
    assert list(texts) == ["Mine."]


def test_what_two_imports_brought_goes_when_both_are_undone(world: World, manager: Api) -> None:
    first = start(manager, send(world, THREE))
    second = start(manager, send(world, zipped("coco", cell(1))))

    undo(manager, first["id"])
    left = {image.file_name: drawn(image) for image in Image.objects.filter(deleted_at=None)}
    undo(manager, second["id"])

    assert list(left) == ["deep/1.png"]
    assert len(left["deep/1.png"]) == 2
    assert not Image.objects.filter(deleted_at=None).exists()


LABELLED = Annotation(None, "cat", box_xywh=(4.0, 3.0, 12.0, 9.5))
PREDICTED = Annotation(square(9, 9, 3), "cat", predicted_iou=0.9)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (LABELLED, ObjectBox.objects),
        (PREDICTED, Proposal.objects.filter(state="pending")),
    ],
    ids=["boxes", "proposals"],
)
def test_a_label_stays_for_what_another_import_brought_and_goes_with_that(
    world: World, manager: Api, told: Annotation, kept: QuerySet[ObjectBox] | QuerySet[Proposal]
) -> None:
    first = start(manager, send(world, zipped("coco", cell(1, label="cat"))))
    data = zipped("coco", replace(cell(2), annotations=(told,)))
    second, again = (bring_as_proposals(manager, send(world, data)) for _ in range(2))

    one = undo(manager, first["id"])["brought"]
    left = list(kept.filter(label__deleted_at=None).values_list("label__name", flat=True))
    two = undo(manager, second["id"])["brought"]
    three = undo(manager, again["id"])["brought"]

    assert left == ["cat"]
    assert one["labels removed"] == 1  # of the nucleus
    assert ("labels removed" in two, three["labels removed"]) == (False, 1)
    names = Label.objects.filter(deleted_at=None).values_list("name", flat=True)
    assert list(names) == ["cell"]


def test_a_label_of_two_imports_goes_when_both_are_undone_at_once(
    world: World, manager: Api
) -> None:
    both = [start(manager, send(world, zipped("coco", cell(n, label="cat")))) for n in (1, 2)]
    for each in both:
        assert manager.post(f"dataset-imports/{each['id']}/undo").status_code == 200

    work()

    names = Label.objects.filter(deleted_at=None).values_list("name", flat=True)
    assert list(names) == ["cell"]


def bring_as_proposals(manager: Api, import_id: str) -> dict[str, Any]:
    body = {"proposals_by": "net"}
    assert manager.post(f"dataset-imports/{import_id}/start", body).status_code == 200
    work()
    return read(manager, import_id)


def test_an_undo_opens_what_was_finished_work_unless_somebody_reviewed_it(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)
    finished(manager, import_id)
    reviewed = Image.objects.get(file_name="deep/1.png")
    review_image(image=reviewed, reviewer=world.reviewer, verdict="reviewed", comment="")

    undone = undo(manager, import_id)["brought"]

    assert undone["images removed"] == 2
    assert undone["images kept"] == 1
    kept = Image.objects.get(deleted_at=None)
    assert (kept.file_name, kept.status) == ("deep/1.png", "reviewed")
    assert len(drawn(kept)) == 2
    opened = Assignment.objects.exclude(image=reviewed)
    assert {(place.kind, place.state, place.user) for place in opened} == {
        ("annotate", "open", None)
    }


def test_an_undo_takes_masks_from_an_image_that_was_finished_before_the_import(
    world: World, manager: Api
) -> None:
    image = make_image(world.project, 1)
    finish(world, image)
    before = drawn(image)
    first = start(manager, send(world, THREE))

    undone = undo(manager, first["id"])["brought"]

    assert undone["masks removed"] == 6
    image.refresh_from_db()
    assert (image.status, image.deleted_at, drawn(image)) == ("done", None, before)


def test_an_undo_leaves_what_people_finished_with_it_in_view(world: World, manager: Api) -> None:
    first = start(manager, send(world, THREE))
    finish_as_it_is(world, Image.objects.get(file_name="deep/2.png"))

    undone = undo(manager, first["id"])["brought"]

    assert (undone["masks kept"], undone["images kept"]) == (2, 1)
    kept = Image.objects.get(deleted_at=None)
    assert (kept.file_name, kept.status, len(drawn(kept))) == ("deep/2.png", "done", 2)


def test_finished_work_that_another_import_had_met_is_undone_as_well(
    world: World, manager: Api
) -> None:
    start(manager, send(world, zipped("coco", replace(cell(1), annotations=()))))
    second = send(world, zipped("coco", cell(1)))
    finished(manager, second)

    undone = undo(manager, second)["brought"]

    image = Image.objects.get()
    assert undone["masks removed"] == 2
    assert (image.status, image.deleted_at, drawn(image)) == ("todo", None, [])


def test_an_image_that_is_twice_in_one_dataset_goes_as_one(world: World, manager: Api) -> None:
    again = replace(
        cell(1), file_name="other.png", annotations=(Annotation(square(20, 2, 3), "cell"),)
    )
    import_id = send(world, zipped("coco", cell(1), again))
    finished(manager, import_id)

    undone = undo(manager, import_id)["brought"]

    assert (undone["images removed"], undone["masks removed"]) == (1, 3)
    assert not Image.objects.filter(deleted_at=None).exists()


def test_an_undo_leaves_masks_that_people_described(world: World, manager: Api) -> None:
    first = start(manager, send(world, zipped("coco", cell(1))))
    mask = Mask.objects.filter(parent=None).get()
    caption_mask(caption_id=uuid4(), mask=mask, author=world.annotator, text="Mine.")

    undone = undo(manager, first["id"])["brought"]

    image = Image.objects.get()
    assert (undone["masks kept"], undone["images kept"]) == (1, 1)
    assert (image.deleted_at, drawn(image)) == (None, [square(2, 2, 15)["counts"]])


def test_an_undo_leaves_an_image_that_somebody_has_open(world: World, manager: Api) -> None:
    update_project(project=world.project, changes={"overlap": 2})
    import_id = send(world, zipped("coco", cell(1)))
    finished(manager, import_id)
    image = Image.objects.get()
    claim_image(project=world.project, user=world.annotator, image_id=image.pk)

    undone = undo(manager, import_id)["brought"]

    image.refresh_from_db()
    assert (undone["images kept"], image.deleted_at, drawn(image)) == (1, None, [])
    places = Assignment.objects.filter(kind="annotate").order_by("slot")
    assert [(each.state, each.user) for each in places] == [
        ("open", None),
        ("leased", world.annotator),
    ]


def test_an_undo_that_waits_for_somebody_to_finish_leaves_what_they_finished(
    world: World, manager: Api
) -> None:
    first = start(manager, send(world, zipped("coco", cell(1))))
    request_undo(dataset_import=DatasetImport.objects.get(), by=world.manager)

    @contextmanager
    def fence() -> Iterator[None]:
        if Image.objects.get().status == "todo":
            finish_as_it_is(world, Image.objects.get())  # before the lock is had
        with transaction.atomic():
            yield

    undo_import(
        DatasetImport.objects.select_related("project", "created_by").get(),
        by=world.manager,
        fence=fence,
        progress=lambda *_: None,
    )

    image = Image.objects.get()
    assert read(manager, first["id"])["brought"] == {"masks kept": 2, "images kept": 1}
    assert (image.status, image.deleted_at, len(drawn(image))) == ("done", None, 2)


def test_captions_stay_while_another_import_has_them(world: World, manager: Api) -> None:
    first = start(manager, send(world, zipped("coco", cell(1))))
    second = start(manager, send(world, zipped("coco", cell(1))))

    undo(manager, first["id"])
    left = Caption.objects.filter(withdrawn_at=None).count()
    undo(manager, second["id"])

    assert left == 1
    assert not Caption.objects.filter(withdrawn_at=None).exists()


def test_an_undo_that_an_outage_stopped_at_its_end_deletes_what_was_sent_as_it_goes_on(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(manager, send(world, zipped("coco", cell(1))))
    sent = storage.upload_key(first["id"])
    storage.put_bytes(sent, b"the rest of it was still to come")
    manager.post(f"dataset-imports/{first['id']}/undo")
    job = Job.objects.get(kind=jobs.UNDO_IMPORT)

    def away(_: str) -> None:
        raise storage.StorageUnavailableError("The object store is unreachable.")

    with monkeypatch.context() as store:
        store.setattr(storage, "delete", away)
        app.tasks[job.kind](job_id=job.pk)
    stopped = read(manager, first["id"])["state"]
    app.tasks[job.kind](job_id=job.pk)

    job.refresh_from_db()
    assert (stopped, job.state) == ("undone", "succeeded")
    assert not storage.exists(sent)
