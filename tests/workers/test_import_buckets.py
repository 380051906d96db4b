"""Datasets and images in a bucket: looked at and brought in there, and read nowhere else."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from annotation import storage
from annotation.buckets import BucketSource
from annotation.import_sources import ImportSource, import_sources
from annotation.models import DatasetImport, Image, Job, Mask
from engine.datasets.errors import DatasetError
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, png
from tests.workers.bringing import THREE, drawn, read, start, undo, work
from workers.app import app

TWO_MORE = zipped("coco", cell(2), cell(3), cell(4))


@pytest.fixture(autouse=True)
def lab(settings: LazySettings) -> ImportSource:
    """A source of a prefix of its own, in the store that the tests have."""
    told = {
        "bucket": settings.S3_BUCKET,
        "prefix": f"lab-{uuid4()}",
        "endpoint_url": settings.S3_ENDPOINT_URL,
        "access_key_id": settings.S3_ACCESS_KEY_ID,
        "secret_access_key": settings.S3_SECRET_ACCESS_KEY,
    }
    known = import_sources({"lab": told})
    settings.IMPORT_SOURCES = known
    return known["lab"]


def put(lab: ImportSource, name: str, data: bytes) -> None:
    storage.put_bytes(f"{lab.prefix}/{name}", data)


def unpack(lab: ImportSource, data: bytes, folder: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            put(lab, f"{folder}/{name}", archive.read(name))


def offer(manager: Api, world: World, prefix: str, bucket: str = "lab") -> dict[str, Any]:
    """Ask for a look at a place, and do it."""
    body = {"id": str(uuid4()), "bucket": bucket, "prefix": prefix}
    answer = manager.post(f"projects/{world.project.pk}/bucket-imports", body)
    assert answer.status_code == 200, answer.json()
    work()
    return read(manager, body["id"])


def test_dataset_in_a_bucket_is_looked_at_comes_in_and_goes_out_as_an_upload_does(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, THREE, "cells/2024")

    looked_at = offer(manager, world, "/cells/2024/")
    none_yet = Image.objects.count()
    brought = start(manager, looked_at["id"])
    undone = undo(manager, looked_at["id"])

    assert looked_at["file_name"] == "lab:cells/2024"
    assert (looked_at["state"], looked_at["format"]) == ("ready", "coco")
    assert looked_at["found"] == {"images": 3, "masks": 6, "captions": 3, "labels": 2}
    assert none_yet == 0
    assert brought["brought"] == {"images accepted": 3, "masks": 6, "captions": 3}
    assert undone["state"] == "undone"
    assert not Image.objects.filter(deleted_at=None).exists()


def test_refused_rows_of_a_bucket_can_be_had_as_those_of_an_upload(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, zipped("coco", cell(1), cell(2, is_broken=True)), "cells")

    brought = start(manager, offer(manager, world, "cells")["id"])

    rows = storage.get_bytes(storage.refused_key(brought["id"]))
    with zipfile.ZipFile(io.BytesIO(rows)) as archive:
        assert {"annotations.json", "problems.csv"} < set(archive.namelist())
    assert manager.get(f"dataset-imports/{brought['id']}/refused").status_code == 302


def test_image_from_a_bucket_is_copied_and_outlives_it(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, THREE, "cells")

    start(manager, offer(manager, world, "cells")["id"])
    for key in list(storage.list_keys(lab.prefix)):
        storage.delete(key)

    image = Image.objects.get(file_name="deep/1.png")
    assert storage.get_bytes(storage.original_key(image.sha256)) == png(1)
    assert len(drawn(image)) == 2


def test_again_brings_only_what_is_new(world: World, manager: Api, lab: ImportSource) -> None:
    unpack(lab, THREE, "cells")
    first = start(manager, offer(manager, world, "cells")["id"])

    unpack(lab, TWO_MORE, "cells")
    second = start(manager, offer(manager, world, "cells")["id"])

    assert first["brought"] == {"images accepted": 3, "masks": 6, "captions": 3}
    assert second["brought"] == {
        "images accepted": 1,
        "images duplicate": 2,
        "masks": 2,
        "captions": 1,
    }
    assert Image.objects.count() == 4
    assert Mask.objects.count() == 8


def test_look_reads_no_image_of_a_dataset_that_tells_their_sizes(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, THREE, "cells")
    for number in (1, 2, 3):
        put(lab, f"cells/images/deep/{number}.png", b"no image")

    looked_at = offer(manager, world, "cells")

    assert looked_at["found"]["images"] == 3
    assert start(manager, looked_at["id"])["brought"] == {"images refused": 3}


def test_look_takes_what_has_the_name_of_an_image_for_that_one(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, THREE, "cells")
    start(manager, offer(manager, world, "cells")["id"])
    unpack(lab, TWO_MORE, "cells")

    looked_at = offer(manager, world, "cells")

    assert (looked_at["found"]["images"], looked_at["found"]["images duplicate"]) == (1, 2)
    assert (looked_at["found"]["masks"], looked_at["found"]["masks there already"]) == (2, 4)


def test_images_alone_come_in_and_what_is_none_is_told(
    world: World, manager: Api, lab: ImportSource
) -> None:
    for number in (1, 2):
        put(lab, f"plain/{number}.png", png(number))
    put(lab, "plain/3.png", b"no image")
    put(lab, "plain/notes.txt", b"text")
    put(lab, "plain/.hidden.png", png(9))

    looked_at = offer(manager, world, "plain")
    brought = start(manager, looked_at["id"])

    assert (looked_at["title"], looked_at["found"]) == ("Images alone", {"images": 2, "labels": 0})
    assert brought["brought"] == {"images accepted": 2}
    assert brought["problems_count"] == 1


def test_broken_annotations_beside_images_alone_are_told(
    world: World, manager: Api, lab: ImportSource
) -> None:
    put(lab, "plain/1.png", png(1))
    put(lab, "plain/cells.xml", b"<annotations")

    looked_at = offer(manager, world, "plain")

    problems = manager.get(f"dataset-imports/{looked_at['id']}/problems").json()["results"]
    assert (looked_at["title"], looked_at["found"]["images"]) == ("Images alone", 1)
    assert [each["file"] for each in problems] == ["cells.xml"]
    assert problems[0]["fault"].startswith("not XML: ")


def test_annotations_beside_images_that_no_reader_knows_are_told_before_and_after(
    world: World, manager: Api, lab: ImportSource
) -> None:
    put(lab, "plain/1.png", png(1))
    put(lab, "plain/cells.json", b'{"shapes": []}')

    looked_at = offer(manager, world, "plain")
    brought = start(manager, looked_at["id"])

    told = "Annotations in no known format: 1 file, cells.json. Export them as COCO"
    assert (looked_at["state"], looked_at["problems_count"]) == ("ready", 0)
    assert looked_at["message"].startswith(told)
    assert (brought["state"], brought["brought"]) == ("imported", {"images accepted": 1})
    assert brought["message"] == looked_at["message"]


def test_annotations_that_are_known_are_not_told_of_images_that_are_asked_for_alone(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, THREE, "cells")
    found = offer(manager, world, "cells")

    manager.post(f"dataset-imports/{found['id']}/check", {"format": "images"})
    work()

    assert (read(manager, found["id"])["title"], read(manager, found["id"])["message"]) == (
        "Images alone",
        "",
    )


def test_file_in_a_bucket_is_fetched_and_read_as_an_upload(
    world: World, manager: Api, lab: ImportSource
) -> None:
    put(lab, "packed/cells.zip", THREE)

    looked_at = offer(manager, world, "packed/cells.zip")

    assert start(manager, looked_at["id"])["brought"]["images accepted"] == 3


def test_images_of_a_file_do_not_come_in_without_what_may_be_their_annotations(
    world: World, manager: Api, lab: ImportSource
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", png(1))
        archive.writestr("annotations.zip", "{}")
    put(lab, "packed/cells.zip", out.getvalue())

    looked_at = offer(manager, world, "packed/cells.zip")

    assert looked_at["state"] == "unreadable"
    assert looked_at["message"].startswith("annotations.zip: It is an archive inside the archive")
    assert [each["name"] for each in looked_at["candidates"]] == ["images"]


def test_file_that_is_longer_than_uploads_may_be_is_not_fetched(
    world: World, manager: Api, lab: ImportSource, settings: LazySettings
) -> None:
    put(lab, "cells.zip", THREE)
    settings.MAX_UPLOAD_BYTES = len(THREE) - 1

    looked_at = offer(manager, world, "cells.zip")

    assert looked_at["state"] == "unreadable"
    assert "is longer than" in looked_at["message"]


def test_place_that_is_empty_is_told(world: World, manager: Api) -> None:
    looked_at = offer(manager, world, "nothing/here")

    assert (looked_at["state"], looked_at["message"]) == (
        "unreadable",
        "There is no file in lab:nothing/here.",
    )


def test_bucket_without_any_file_is_told_as_empty(
    world: World, manager: Api, settings: LazySettings
) -> None:
    empty = f"empty-{uuid4()}"
    told = {
        "bucket": empty,
        "endpoint_url": settings.S3_ENDPOINT_URL,
        "access_key_id": settings.S3_ACCESS_KEY_ID,
        "secret_access_key": settings.S3_SECRET_ACCESS_KEY,
    }
    settings.IMPORT_SOURCES = import_sources({"bare": told})
    settings.S3_BUCKET = empty
    storage.ensure_bucket()

    looked_at = offer(manager, world, "", bucket="bare")

    assert (looked_at["state"], looked_at["message"]) == (
        "unreadable",
        "There is no file in bare:.",
    )


def test_what_is_called_alike_or_lies_beside_the_prefix_is_not_read(
    world: World, manager: Api, lab: ImportSource
) -> None:
    put(lab, "cells/1.png", png(1))
    put(lab, "cells2/2.png", png(2))
    storage.put_bytes(f"{lab.prefix}-other/3.png", png(3))

    assert BucketSource(lab, "cells").names == ["1.png"]
    assert BucketSource(lab, "").names == ["cells/1.png", "cells2/2.png"]


@pytest.mark.parametrize("prefix", ["..", "a/../b", "a//b", "./a", "a\\..\\b", "a\nb", "x" * 401])
def test_place_that_might_lead_elsewhere_is_refused(
    world: World, manager: Api, prefix: str
) -> None:
    body = {"id": str(uuid4()), "bucket": "lab", "prefix": prefix}

    answer = manager.post(f"projects/{world.project.pk}/bucket-imports", body)

    assert answer.status_code == 400
    assert not DatasetImport.objects.exists()


def test_no_address_but_a_name_that_the_deployment_knows_is_taken(
    world: World, manager: Api, settings: LazySettings
) -> None:
    address = f"projects/{world.project.pk}/bucket-imports"
    names = ["other", "http://169.254.169.254", "s3://anneal", ""]

    answers = [manager.post(address, {"id": str(uuid4()), "bucket": name}) for name in names]
    told = manager.get(f"projects/{world.project.pk}/import-sources")

    assert {each.status_code for each in answers} == {400}
    assert told.json() == ["lab"]
    assert settings.S3_SECRET_ACCESS_KEY not in repr(settings.IMPORT_SOURCES)


def test_only_managers_import_from_buckets_and_none_sees_anothers_id(
    world: World, manager: Api, lab: ImportSource
) -> None:
    put(lab, "cells/1.png", png(1))
    found = offer(manager, world, "cells")
    address = f"projects/{world.project.pk}/bucket-imports"
    again = {"id": found["id"], "bucket": "lab", "prefix": "cells"}

    assert Api(world.annotator).post(address, again).status_code == 403
    assert (
        Api(world.annotator).get(f"projects/{world.project.pk}/import-sources").status_code == 403
    )
    assert manager.post(address, again).json()["id"] == found["id"]
    assert manager.post(address, {**again, "prefix": "other"}).status_code == 409
    assert DatasetImport.objects.count() == 1


def go_on(manager: Api, import_id: str) -> Job:
    """Start an import once more that was killed in its midst, and do what is left of it."""
    DatasetImport.objects.filter(pk=import_id).update(state="importing")
    assert manager.post(f"dataset-imports/{import_id}/start").status_code == 200
    job = Job.objects.get(pk=read(manager, import_id)["job"]["id"])
    app.tasks[job.kind](job_id=job.pk)
    job.refresh_from_db()
    return job


def put_file(lab: ImportSource, data: bytes, place: str) -> None:
    put(lab, place, data)


@pytest.mark.parametrize("lay", [unpack, put_file], ids=["folder", "file"])
def test_import_that_stopped_goes_on_only_with_the_same_files(
    world: World,
    manager: Api,
    lab: ImportSource,
    lay: Callable[[ImportSource, bytes, str], None],
) -> None:
    lay(lab, THREE, "cells.zip")
    found = offer(manager, world, "cells.zip")
    start(manager, found["id"])
    lay(lab, THREE, "cells.zip")

    with_the_same = go_on(manager, found["id"])
    lay(lab, TWO_MORE, "cells.zip")
    with_others = go_on(manager, found["id"])

    assert with_the_same.state == "succeeded"
    assert with_others.state == "failed"
    assert "have changed since this import began" in with_others.error
    assert read(manager, found["id"])["message"] == with_others.error
    assert Image.objects.count() == 3


def test_import_that_began_before_files_were_listed_goes_on(
    world: World, manager: Api, lab: ImportSource
) -> None:
    unpack(lab, THREE, "cells")
    found = offer(manager, world, "cells")
    start(manager, found["id"])
    DatasetImport.objects.filter(pk=found["id"]).update(listing="")

    job = go_on(manager, found["id"])

    assert (job.state, job.error) == ("succeeded", "")


def test_copy_of_a_file_that_a_killed_worker_left_goes(
    world: World, manager: Api, lab: ImportSource, settings: LazySettings, tmp_path: Path
) -> None:
    settings.SCRATCH_DIR = tmp_path
    put(lab, "cells.zip", THREE)
    found = offer(manager, world, "cells.zip")
    left = tmp_path / f"bucket-{found['id']}-of-one-that-was-killed"
    left.mkdir()

    start(manager, found["id"])

    assert not left.exists()


def test_object_that_changed_since_it_was_listed_is_no_part_of_two_files(
    lab: ImportSource, world: World
) -> None:
    put(lab, "a.txt", b"one")
    source = BucketSource(lab, "")
    put(lab, "a.txt", b"two")

    with pytest.raises(DatasetError, match=r"a\.txt: has changed since it was listed"):
        source.read("a.txt")
    storage.delete(f"{lab.prefix}/a.txt")
    with pytest.raises(DatasetError, match="is not there any more"):
        source.read("a.txt")
    with pytest.raises(DatasetError, match="is not there"):
        source.read("../b.txt")


def test_object_is_read_by_ranges_from_any_place(lab: ImportSource, world: World) -> None:
    data = bytes(range(256)) * 10_000
    put(lab, "a.bin", data)
    put(lab, "empty", b"")
    source = BucketSource(lab, "")

    with source.file("a.bin") as file:
        file.seek(-3, io.SEEK_END)
        end = file.read()
        file.seek(1000)
        middle = file.read(2_000_000)

    assert (end, middle) == (data[-3:], data[1000:2_001_000])
    assert source.read("empty") == b""
    with pytest.raises(DatasetError, match="is longer than 10 bytes"):
        source.read("a.bin", 10)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ([], "a JSON object"),
        ({"Lab": {"bucket": "b"}}, "small letters"),
        ({"lab": {"prefix": "p"}}, "needs a bucket"),
        ({"lab": {"bucket": "b", "url": "http://x"}}, "may say"),
        ({"lab": {"bucket": 1}}, "must be text"),
        ({"lab": {"bucket": "b", "access_key_id": "k"}}, "one half of its keys"),
    ],
)
def test_faulty_list_of_sources_is_told_at_the_start(told: object, fault: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=fault):
        import_sources(told)
