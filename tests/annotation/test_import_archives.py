"""Archives that were uploaded: images in them come in one by one, datasets are offered."""

import pytest

from annotation import storage
from annotation.models import DatasetImport, Image, Job, Upload
from annotation.selectors.uploads import checking_upload_ids
from annotation.services import imports
from annotation.services.imports import (
    check_upload,
    import_archive,
    import_images_alone,
)
from engine.datasets.files import Source
from engine.datasets.formats.detect import formats_in
from engine.datasets.formats.format import Reader
from tests.annotation.datasets import cell, zipped
from tests.annotation.sending import listed_files, send, zip_of
from tests.annotation.world import Api, World, png


def test_a_dataset_whose_file_is_refused_while_it_is_read_is_not_offered(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = send(manager, world, "a.zip", zipped("coco", cell(1)))

    def meanwhile(source: Source) -> list[Reader]:
        """See it refused, as for a job that was cancelled: its bytes go."""
        Upload.objects.filter(pk=upload_id).update(state="refused", message="Cancelled.")
        return formats_in(source)

    monkeypatch.setattr(imports, "formats_in", meanwhile)
    upload = import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert (upload.state, upload.message) == ("refused", "Cancelled.")
    assert not DatasetImport.objects.exists()


def test_a_zip_fans_out_and_a_file_that_is_odd_is_refused(manager: Api, world: World) -> None:
    data = zip_of({"in/a.png": png(1), "c.png": b"no picture", "d.png": png(3)}, link="in/b.png")
    upload_id = send(manager, world, "set.zip", data)
    seen: list[tuple[int, str]] = []

    check_upload(upload_id=upload_id)
    job = Job.objects.get(kind="workers.import_archive")
    for _ in range(2):  # a job may run twice
        import_archive(upload_id=job.args["upload_id"], on_progress=lambda *done: seen.append(done))

    listed = {name: row["state"] for name, row in listed_files(manager, world).items()}
    assert listed == {
        "set.zip": "accepted",
        "set.zip/in/a.png": "accepted",
        "set.zip/in/b.png": "refused",
        "set.zip/c.png": "refused",
        "set.zip/d.png": "accepted",
    }
    assert listed_files(manager, world)["set.zip"]["message"] == "4 files: 2 accepted, 2 refused."
    assert [number for number, _ in seen] == [1, 2, 3, 4]
    assert sorted(Image.objects.values_list("file_name", flat=True)) == [
        "set.zip/d.png",
        "set.zip/in/a.png",
    ]


def test_a_zip_of_which_nothing_comes_in_is_refused_with_the_first_reasons(
    manager: Api, world: World
) -> None:
    data = zip_of({f"{name}.png": b"no picture" for name in "abcd"})
    upload_id = send(manager, world, "set.zip", data)

    for _ in range(2):  # a job may run twice
        import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    row = listed_files(manager, world)["set.zip"]
    assert row["state"] == "refused"
    assert row["message"].startswith("4 files: 4 refused. a.png: ")
    assert ["b.png: " in row["message"], "d.png: " in row["message"]] == [True, False]
    assert row["message"].endswith("mend or leave out what is odd, and send it again.")


def test_a_zip_that_was_sent_before_is_accepted_though_all_of_it_is_there(
    manager: Api, world: World
) -> None:
    for name in ("first.zip", "again.zip"):
        upload_id = send(manager, world, name, zip_of({"a.png": png(1)}))
        import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert listed_files(manager, world)["again.zip"]["message"] == "1 files: 1 duplicate."
    assert listed_files(manager, world)["again.zip"]["state"] == "accepted"


def test_images_whose_annotations_no_reader_knows_come_in_and_the_upload_says_what_to_do(
    manager: Api, world: World
) -> None:
    files = {"task.json": b"{}", "annotations.json": b"[]", "data/a.png": png(1)}
    upload_id = send(manager, world, "set.zip", zip_of(files))

    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    row = listed_files(manager, world)["set.zip"]
    assert (row["state"], Image.objects.count()) == ("normalised", 1)
    assert not row["image"]
    assert row["message"] == (
        "3 files: 1 accepted, 2 refused. Annotations in no known format: 2 files, e.g. "
        "annotations.json. This is CVAT's backup of a task: export the task as “CVAT for images "
        "1.1”, with its images, and send that instead."
    )


def test_a_text_for_people_beside_images_is_no_annotation(manager: Api, world: World) -> None:
    files = {"a.png": png(1), "README.txt": b"Cells.", "LICENSE.md": b"CC BY", "licence.txt": b"CC"}
    upload_id = send(manager, world, "set.zip", zip_of(files))

    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    row = listed_files(manager, world)["set.zip"]
    assert (row["state"], row["message"]) == ("accepted", "4 files: 1 accepted, 3 refused.")


def test_images_that_are_asked_for_alone_lack_nothing(manager: Api, world: World) -> None:
    files = {"a.png": png(1), "b.json": b"{}"}
    upload_id = send(manager, world, "set.zip", zip_of(files))

    import_images_alone(upload_id=upload_id, on_progress=lambda *_: None)

    row = listed_files(manager, world)["set.zip"]
    assert (row["state"], row["message"]) == ("accepted", "2 files: 1 accepted, 1 refused.")


def test_a_zip_with_a_path_that_climbs_out_is_refused_and_nothing_of_it_comes_in(
    manager: Api, world: World
) -> None:
    upload_id = send(manager, world, "set.zip", zip_of({"a.png": png(1), "../b.png": png(2)}))

    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    [row] = listed_files(manager, world).values()
    assert (row["file_name"], row["state"]) == ("set.zip", "refused")
    assert row["message"].startswith("set.zip: ../b.png: Its name points outside the zip: make it")
    assert not Image.objects.exists()


def test_a_zip_whose_import_was_stopped_goes_on_where_it_was(manager: Api, world: World) -> None:
    upload_id = send(manager, world, "set.zip", zip_of({f"{n}.png": png(n) for n in range(4)}))

    def stop(done: int, name: str) -> None:
        if done == 2:
            raise InterruptedError(name)

    with pytest.raises(InterruptedError):
        import_archive(upload_id=upload_id, on_progress=stop)
    assert Image.objects.count() == 2
    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert Image.objects.count() == 4
    assert listed_files(manager, world)["set.zip"]["message"] == "4 files: 4 accepted."


def test_a_zip_whose_import_failed_leaves_no_file_of_it_waiting(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise storage.StorageUnavailableError("The object store is away.")

    upload_id = send(manager, world, "set.zip", zip_of({"a.png": png(1)}))
    with monkeypatch.context() as store:
        store.setattr(storage, "put_bytes", away)
        with pytest.raises(storage.StorageUnavailableError):
            import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert checking_upload_ids(world.project.pk) == [upload_id]
