"""A dataset that is uploaded is looked at, comes in when somebody says so, and goes out again."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from annotation import jobs, storage
from annotation.models import (
    Assignment,
    Caption,
    DatasetImport,
    Image,
    Job,
    Label,
    Mask,
    Revision,
    Stint,
    Upload,
)
from annotation.selectors.effort_table import By, effort_table
from annotation.services.assignments import claim_image
from annotation.services.captions import caption_mask, save_caption
from annotation.services.import_requests import request_undo
from annotation.services.import_runs import run_import
from annotation.services.import_undo import undo_import
from annotation.services.imports import fetched
from annotation.services.jobs import JobCancelledError, cancel_job
from annotation.services.labels import update_label
from annotation.services.projects import update_project
from annotation.services.review import review_image
from annotation.services.settlement import settle_failures
from annotation.services.trash import empty_trash
from engine.datasets.files import open_source
from engine.datasets.sample import Annotation
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, create, make_image, png, square
from tests.workers.conftest import finish, finish_as_it_is
from workers.app import app

THREE = zipped("coco", cell(1), cell(2), cell(3))


@pytest.fixture(autouse=True)
def tasks() -> None:
    app.loader.import_default_modules()


@pytest.fixture
def manager(world: World) -> Api:
    return Api(world.manager)


def send(world: World, data: bytes, name: str = "cells.zip") -> str:
    """Put an upload where one is whose bytes have arrived, and have it looked at."""
    upload = Upload.objects.create(
        pk=uuid4(),
        project=world.project,
        file_name=name,
        bytes=len(data),
        state=Upload.State.CHECKING,
        created_by=world.manager,
    )
    storage.put_bytes(storage.upload_key(upload.pk), data)
    args = {"project_id": world.project.pk}
    Job.objects.create(kind=jobs.IMPORT_UPLOADS, project=world.project, args=args)
    work()
    return str(upload.pk)


def work(*, but_not: str = "") -> None:
    """Do what waits, and what that enqueues."""
    aside = [jobs.PREPARE_IMAGES, but_not]
    while job := Job.objects.filter(state="queued").exclude(kind__in=aside).order_by("pk").first():
        app.tasks[job.kind](job_id=job.pk)
        job.refresh_from_db()
        assert job.error == ""


def read(manager: Api, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = manager.get(f"dataset-imports/{import_id}").json()
    return found


def start(manager: Api, import_id: str) -> dict[str, Any]:
    assert manager.post(f"dataset-imports/{import_id}/start").status_code == 200
    work()
    return read(manager, import_id)


def undo(manager: Api, import_id: str) -> dict[str, Any]:
    assert manager.post(f"dataset-imports/{import_id}/undo").status_code == 200
    work()
    return read(manager, import_id)


def drawn(image: Image) -> list[str]:
    """The masks of an image that are there, by their pixels."""
    there = Mask.objects.filter(image=image, head__rle__isnull=False)
    return sorted(there.values_list("head__rle__counts", flat=True))


def test_a_zip_that_holds_a_dataset_is_looked_at_and_changes_nothing(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)

    listed = manager.get(f"projects/{world.project.pk}/dataset-imports").json()["results"]
    assert listed == [read(manager, import_id)]
    assert (listed[0]["state"], listed[0]["title"]) == ("ready", "COCO instances")
    assert listed[0]["found"] == {"images": 3, "masks": 6, "captions": 3, "labels": 2}
    assert "COCO instances" in Upload.objects.get(pk=import_id).message
    assert not Image.objects.exists()
    assert Label.objects.count() == 1


def test_it_comes_in_once_it_is_started_and_twice_adds_nothing(world: World, manager: Api) -> None:
    first = start(manager, send(world, THREE))
    second = start(manager, send(world, THREE))
    again = start(manager, first["id"])

    assert (first["state"], second["state"]) == ("imported", "imported")
    assert first["brought"] == {"images accepted": 3, "masks": 6, "captions": 3}
    assert second["brought"] == {"images duplicate": 3}
    assert again == first
    assert Mask.objects.count() == 6
    assert Caption.objects.count() == 3
    assert not storage.exists(storage.upload_key(UUID(first["id"])))
    assert Job.objects.filter(kind=jobs.PREPARE_IMAGES).exists()


def test_what_cannot_be_used_is_listed_by_file_and_can_be_taken_to_a_spreadsheet(
    world: World, manager: Api
) -> None:
    import_id = send(world, zipped("coco", cell(1), cell(2, is_broken=True)))

    found = start(manager, import_id)

    rows = manager.get(f"dataset-imports/{import_id}/problems").json()["results"]
    table = b"".join(manager.get(f"dataset-imports/{import_id}/problems.csv").streaming_content)
    assert found["problems_count"] == len(rows) == 1
    assert rows[0]["file"] == "deep/2.png"
    assert rows[0]["fault"]
    assert next(iter(csv.DictReader(io.StringIO(table.decode())))) == rows[0] | {"row": ""}
    assert found["brought"] == {
        "images accepted": 1,
        "images refused": 1,
        "masks": 2,
        "captions": 1,
    }


def test_no_text_of_a_file_is_a_formula_in_the_spreadsheet(world: World, manager: Api) -> None:
    one = json.dumps(
        {
            "images": [{"id": 1, "file_name": "=1+1.png", "height": 24, "width": 32}],
            "annotations": [],
            "categories": [],
        }
    )
    import_id = send(world, one.encode(), "cells.json")

    start(manager, import_id)

    table = b"".join(manager.get(f"dataset-imports/{import_id}/problems.csv").streaming_content)
    assert "'=1+1.png" in table.decode()


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


def test_one_that_was_stopped_goes_on_or_is_undone(world: World, manager: Api) -> None:
    import_id = send(world, THREE)
    started = manager.post(f"dataset-imports/{import_id}/start").json()
    cancel_job(job_id=started["job"]["id"])
    refused = manager.delete(f"dataset-imports/{import_id}")

    stopped = read(manager, import_id)
    ended = start(manager, import_id)

    assert refused.status_code == 409
    assert (stopped["state"], stopped["job"]["state"]) == ("importing", "cancelled")
    assert ended["state"] == "imported"
    assert Mask.objects.count() == 6


def test_one_that_comes_in_is_not_undone_before_it_is_stopped(world: World, manager: Api) -> None:
    import_id = send(world, THREE)
    first = manager.post(f"dataset-imports/{import_id}/start").json()
    second = manager.post(f"dataset-imports/{import_id}/start").json()

    answer = manager.post(f"dataset-imports/{import_id}/undo")

    assert first["job"]["id"] == second["job"]["id"]
    assert answer.status_code == 409
    assert "stop that first" in answer.json()["detail"]


def test_a_zip_of_images_alone_comes_in_as_ever(world: World, manager: Api) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", png(1))
    send(world, out.getvalue())

    assert not DatasetImport.objects.exists()
    assert Image.objects.count() == 1


def test_the_images_of_a_dataset_may_come_in_without_the_rest(world: World, manager: Api) -> None:
    import_id = send(world, THREE)

    for _ in range(2):
        assert manager.post(f"dataset-imports/{import_id}/images").status_code == 200
    work()

    assert Image.objects.count() == 3
    assert not Mask.objects.exists()
    assert read(manager, import_id)["state"] == "discarded"


def test_one_that_nobody_wants_is_discarded_with_its_bytes(world: World, manager: Api) -> None:
    import_id = send(world, THREE)

    answers = [manager.delete(f"dataset-imports/{import_id}").status_code for _ in range(2)]

    assert answers == [204, 204]
    assert read(manager, import_id)["state"] == "discarded"
    assert not storage.exists(storage.upload_key(UUID(import_id)))
    assert manager.post(f"dataset-imports/{import_id}/start").status_code == 409


def test_a_broken_file_says_where_and_may_be_looked_at_as_another(
    world: World, manager: Api
) -> None:
    import_id = send(world, b'{"images": [{"id": 1, "file_name": ', "cells.json")

    text = Upload.objects.get(pk=import_id)
    assert (text.state, DatasetImport.objects.count()) == ("refused", 0)
    assert "no dataset that is known" in text.message

    other = send(world, zipped("coco", cell(1)))
    answer = manager.post(f"dataset-imports/{other}/check", {"format": "cvat"})
    work()

    assert answer.status_code == 200
    assert read(manager, other)["state"] == "unreadable"
    assert read(manager, other)["message"]


@pytest.mark.parametrize("role", ["annotator", "reviewer"])
def test_only_managers_bring_datasets_in(world: World, role: str) -> None:
    import_id = send(world, THREE)
    api = Api(getattr(world, role))

    answers = {
        address: api.post(f"dataset-imports/{import_id}/{address}").status_code
        for address in ("start", "undo", "images", "check")
    }

    assert set(answers.values()) == {403}
    assert api.get(f"dataset-imports/{import_id}").status_code == 200


def finished(manager: Api, import_id: str) -> dict[str, Any]:
    """Import a dataset whose masks are finished work."""
    answer = manager.post(f"dataset-imports/{import_id}/start", {"finished": True})
    assert answer.status_code == 200
    work()
    return read(manager, import_id)


def test_finished_work_counts_as_annotated_but_not_what_people_have_begun_or_has_no_mask(
    world: World, manager: Api
) -> None:
    begun = make_image(world.project, 1)
    assert Api(world.annotator).save(begun, create()).status_code == 200
    empty = replace(cell(3), annotations=())
    import_id = send(world, zipped("coco", cell(1), cell(2), empty))

    brought = finished(manager, import_id)["brought"]

    status = {image.file_name: image.status for image in Image.objects.all()}
    assert status == {begun.file_name: "todo", "deep/2.png": "done", "deep/3.png": "todo"}
    assert brought["images finished"] == 1
    place = Assignment.objects.get(image__file_name="deep/2.png", kind="annotate")
    assert (place.user, place.state, place.active_s) == (world.manager, "done", 0)
    assert not Stint.objects.exists()
    assert not any(row["masks"] for row in effort_table(world.project.pk, By.ROUND))


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


def test_where_two_people_do_each_image_finished_work_is_that_of_one(
    world: World, manager: Api
) -> None:
    update_project(project=world.project, changes={"overlap": 2})

    finished(manager, send(world, zipped("coco", cell(1))))

    places = Assignment.objects.filter(kind="annotate").order_by("slot")
    assert [(place.state, place.user) for place in places] == [
        ("done", world.manager),
        ("open", None),
    ]
    assert Image.objects.get().status == "todo"


def test_one_that_waited_for_longer_than_the_trash_keeps_is_let_go_of(
    world: World, manager: Api
) -> None:
    old, new = send(world, THREE), send(world, THREE)
    long_ago = timezone.now() - timedelta(days=31)
    DatasetImport.objects.filter(pk=old).update(created_at=long_ago)

    empty_trash()

    assert [read(manager, each)["state"] for each in (old, new)] == ["discarded", "ready"]
    assert not storage.exists(storage.upload_key(UUID(old)))


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


def test_one_that_goes_on_knows_labels_that_were_renamed_meanwhile(
    world: World, manager: Api
) -> None:
    found = DatasetImport.objects.get(pk=send(world, THREE))
    manager.post(f"dataset-imports/{found.pk}/start")

    def stop(done: int, _: int) -> None:
        if done == 1:
            raise JobCancelledError("enough")

    found.refresh_from_db()
    with fetched(Upload.objects.get(pk=found.pk)) as path, pytest.raises(JobCancelledError):
        run_import(found, open_source(path), fence=transaction.atomic, progress=stop)
    nucleus = Label.objects.get(name="nucleus")
    update_label(label=nucleus, changes={"name": "kernel"})
    work()

    assert read(manager, str(found.pk))["state"] == "imported"
    assert sorted(Label.objects.values_list("name", flat=True)) == ["cell", "kernel"]
    assert Revision.objects.filter(label=nucleus).count() == 3


def test_images_that_come_in_alone_keep_their_bytes_when_the_rest_is_discarded(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)
    manager.post(f"dataset-imports/{import_id}/images")

    manager.delete(f"dataset-imports/{import_id}")
    work()

    assert Image.objects.count() == 3
    assert Upload.objects.get(pk=import_id).state == "accepted"


def test_images_alone_that_were_stopped_are_told_as_refused(world: World, manager: Api) -> None:
    import_id = send(world, THREE)
    manager.post(f"dataset-imports/{import_id}/images")
    cancel_job(job_id=Job.objects.get(state="queued", kind=jobs.IMPORT_ARCHIVE).pk)

    settle_failures()

    upload = Upload.objects.get(pk=import_id)
    assert (upload.state, upload.message) == ("refused", "Cancelled.")
