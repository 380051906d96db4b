"""A dataset that is uploaded is looked at, comes in when somebody says so, and goes out again."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
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
from annotation.services.import_runs import run_import
from annotation.services.imports import fetched
from annotation.services.jobs import JobCancelledError, cancel_job
from annotation.services.labels import update_label
from annotation.services.projects import update_project
from annotation.services.settlement import settle_failures
from annotation.services.trash import empty_trash
from engine.datasets.files import open_source
from tests.annotation.datasets import cell, linked, zipped
from tests.annotation.world import Api, World, create, make_image, png
from tests.workers.bringing import THREE, finished, read, send, start, undo, work


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


def test_p3_a_step_that_is_asked_for_again_as_its_answer_was_lost_is_answered_as_before(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)
    steps: tuple[tuple[str, dict[str, str]], ...] = (
        ("check", {"format": "coco"}),
        ("start", {}),
        ("undo", {}),
    )

    for step, body in steps:
        first, again = (
            manager.post(f"dataset-imports/{import_id}/{step}", body, **{"Idempotency-Key": step})
            for _ in range(2)
        )
        work()

        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        assert again.headers["Idempotency-Replayed"] == "true"
    assert read(manager, import_id)["state"] == "undone"
    assert Job.objects.filter(kind=jobs.IMPORT_DATASET).count() == 1


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


@pytest.mark.parametrize("name", ["voc", "mask_maps", "coco_panoptic"])
def test_a_dataset_without_images_comes_to_those_that_are_there_and_brings_no_map(
    world: World, manager: Api, name: str
) -> None:
    start(manager, send(world, THREE))

    found = start(manager, send(world, linked(name, cell(1), cell(2))))

    assert found["state"] == "imported"
    assert Image.objects.count() == 3
    assert set(Mask.objects.values_list("image__file_name", flat=True)) == {
        f"deep/{number}.png" for number in (1, 2, 3)
    }
    assert "images accepted" not in found["brought"]
    assert found["problems_count"] == 0


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


def tidies_up(kind: str) -> None:
    """Let a job that has done its work not have ended yet."""
    lease_until = timezone.now() + timedelta(minutes=1)
    ended = Job.objects.filter(kind=kind, state="succeeded")
    assert ended.update(state="running", lease_until=lease_until) == 1


def test_what_was_looked_at_is_looked_at_as_another_while_the_look_tidies_up(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)
    tidies_up(jobs.CHECK_DATASET)

    answer = manager.post(f"dataset-imports/{import_id}/check", {"format": "cvat"})

    assert (answer.status_code, answer.json()["state"]) == (200, "checking")
    assert Job.objects.filter(kind=jobs.CHECK_DATASET, state="queued").count() == 1


def test_what_came_in_is_undone_while_its_import_tidies_up(world: World, manager: Api) -> None:
    import_id = start(manager, send(world, THREE))["id"]
    tidies_up(jobs.IMPORT_DATASET)

    undone = undo(manager, import_id)

    assert (undone["state"], undone["brought"]["images removed"]) == ("undone", 3)


def test_the_command_undoes_one_that_was_stopped_with_what_was_uploaded(
    world: World, manager: Api
) -> None:
    found = DatasetImport.objects.get(pk=send(world, THREE))
    started = manager.post(f"dataset-imports/{found.pk}/start").json()

    def stop(done: int, _: int) -> None:
        raise JobCancelledError("enough")

    found.refresh_from_db()
    with fetched(Upload.objects.get(pk=found.pk)) as path, pytest.raises(JobCancelledError):
        run_import(found, open_source(path), fence=transaction.atomic, progress=stop, most=1)
    cancel_job(job_id=started["job"]["id"])

    call_command("undo_import", str(found.pk))

    assert read(manager, str(found.pk))["brought"]["images removed"] == 1
    assert not storage.exists(storage.upload_key(found.pk))


def test_a_zip_of_images_alone_comes_in_as_ever(world: World, manager: Api) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", png(1))
    send(world, out.getvalue())

    [found] = manager.get(f"projects/{world.project.pk}/dataset-imports").json()["results"]
    assert (found["format"], found["state"]) == ("images", "imported")
    assert Image.objects.count() == 1


def test_images_whose_annotations_are_broken_come_in_and_the_upload_says_what_is_wrong(
    world: World, manager: Api
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("images/a.png", png(1))
        archive.writestr("annotations.json", b'{"images": [{"id": 1, "height": NaN}]}')
        archive.writestr("settings.json", b'{"of": "something else"}')

    upload = Upload.objects.get(pk=send(world, out.getvalue()))

    assert (upload.state, Image.objects.count()) == ("normalised", 1)
    assert not DatasetImport.objects.filter(pk=upload.pk).exists()
    assert upload.message.endswith(
        "Annotations cannot be read: annotations.json: images[0]: not JSON: NaN is not a number."
    )


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
    assert "cells.json: images[0]: not JSON: " in text.message

    other = send(world, zipped("coco", cell(1)))
    answer = manager.post(f"dataset-imports/{other}/check", {"format": "cvat"})
    work()

    assert answer.status_code == 200
    assert read(manager, other)["state"] == "unreadable"
    assert read(manager, other)["message"]


def test_managers_are_told_as_which_formats_a_dataset_may_be_read(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)
    address = f"projects/{world.project.pk}/import-formats"

    told = manager.get(address).json()

    names = [each["name"] for each in told]
    assert names.count("yolo") == 1
    assert {"coco", "camvid"} < set(names)
    assert not {"images", "yolo_detection"} & set(names)
    for name in names:
        answer = manager.post(f"dataset-imports/{import_id}/check", {"format": name})
        assert answer.status_code == 200
        work()
    assert Api(world.annotator).get(address).status_code == 403


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


def test_one_that_waited_for_longer_than_the_trash_keeps_is_let_go_of(
    world: World, manager: Api
) -> None:
    old, new = send(world, THREE), send(world, THREE)
    long_ago = timezone.now() - timedelta(days=31)
    DatasetImport.objects.filter(pk=old).update(created_at=long_ago)

    empty_trash()

    assert [read(manager, each)["state"] for each in (old, new)] == ["discarded", "ready"]
    assert not storage.exists(storage.upload_key(UUID(old)))


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
        run_import(found, open_source(path), fence=transaction.atomic, progress=stop, most=1)
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
