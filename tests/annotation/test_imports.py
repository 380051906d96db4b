"""Bringing images in through the browser's road: presigned addresses, parts, looking, outcomes."""

import io
import stat
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation import jobs, storage
from annotation.models import Assignment, DatasetImport, Image, Job, Project, Upload
from annotation.selectors.uploads import checking_upload_ids, pending_bytes
from annotation.services import imports
from annotation.services.draws import is_drawn_for_holdout
from annotation.services.images import add_images, store_image
from annotation.services.import_requests import discard_dataset
from annotation.services.imports import (
    UploadAlteredError,
    check_upload,
    import_archive,
    import_images_alone,
)
from annotation.services.jobs import (
    MAX_ATTEMPTS,
    Claim,
    cancel_job,
    claim_job,
    fail_job,
    release_job,
    sweep_jobs,
)
from annotation.services.projects import update_project
from annotation.services.settlement import AFTER_OUTAGE, settle_failures
from engine.datasets.files import Source
from engine.datasets.formats.detect import formats_in
from engine.datasets.formats.format import Reader
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, make_image, png

ODD = Path(__file__).parents[3] / "shared" / "data" / "media_odd" / "files"
# Formats and files that nobody can use; all others must come in.
REFUSED = {
    "65536-uint32-limit.png",
    "giant-image.jpg",
    "decompression_bomb.gif",
    "truncated.jpg",
    "truncated.gif",
    "truncated_jpeg.jpg",
    "broken.png",
    "corrupt-header.jpg",
    "hopper.heif",
    "check.svg",
    "blankpage.pdf",
}


def _put(url: str, data: bytes) -> str:
    with urlopen(Request(url, data=data, method="PUT"), timeout=30) as answer:  # noqa: S310  # our own store
        return str(answer.headers["ETag"])


def _put_part(upload_id: str, number: int, data: bytes) -> None:
    """Put a part as a store would take it that is not told its length."""
    keys = settings.S3_ACCESS_KEY_ID, settings.S3_SECRET_ACCESS_KEY
    storage.client_for(settings.S3_ENDPOINT_URL, settings.S3_REGION, keys).upload_part(
        Bucket=settings.S3_BUCKET,
        Key=storage.upload_key(upload_id),
        UploadId=Upload.objects.get(pk=upload_id).multipart_id,
        PartNumber=number,
        Body=data,
    )


def _send(api: Api, world: World, name: str, data: bytes) -> str:
    """Upload as the browser does; return the upload's id."""
    upload_id = str(uuid4())
    upload = {"id": upload_id, "file_name": name, "bytes": len(data)}
    begun = api.post(f"projects/{world.project.pk}/uploads", upload)
    assert begun.status_code == 200, begun.content
    parts = [
        {
            "number": part["number"],
            "etag": _put(part["url"], data[part["from_byte"] : part["to_byte"]]),
        }
        for part in begun.json()["parts"]
    ]
    answer = api.post(f"uploads/{upload_id}/complete", {"parts": parts})
    assert answer.json()["state"] == "checking", answer.content
    return upload_id


def _listed(api: Api, world: World) -> dict[str, dict[str, str]]:
    rows = api.get(f"projects/{world.project.pk}/uploads").json()["results"]
    return {row["file_name"]: row for row in rows}


@pytest.mark.skipif(not ODD.is_dir(), reason="the odd files are not here")
def test_every_odd_file_is_accepted_normalised_or_refused_with_a_reason(
    manager: Api, world: World
) -> None:
    names = sorted(path.name for path in ODD.iterdir())
    for name in names:
        _send(manager, world, name, (ODD / name).read_bytes())

    for upload_id in checking_upload_ids(world.project.pk):
        check_upload(upload_id=upload_id)

    listed = _listed(manager, world)
    assert sorted(listed) == names
    assert {name for name, row in listed.items() if row["state"] == "refused"} == REFUSED
    assert all(listed[name]["message"] for name in REFUSED)
    for name, row in listed.items():
        if name not in REFUSED:
            assert row["state"] in {"accepted", "normalised"}, row
            assert row["image"]
    turned = [listed[f"orientation_{number}.jpg"] for number in range(2, 9)]
    assert {row["state"] for row in turned} == {"normalised"}
    upright = Image.objects.filter(file_name__startswith="orientation_").values_list(
        "width", "height"
    )
    assert all(width < height for width, height in upright) or all(w > h for w, h in upright)
    assert Job.objects.filter(kind="workers.import_uploads").count() == 1


def test_the_browser_sees_upright_pixels_a_thumbnail_and_the_original_stays(
    manager: Api, world: World
) -> None:
    image = make_image(world.project)

    page = manager.get(f"images/{image.pk}").json()
    row = manager.get(f"projects/{world.project.pk}/images").json()["results"][0]

    for url, content_type in [(page["display_url"], "image/png"), (row["thumb_url"], "image/webp")]:
        with urlopen(url, timeout=30) as answer:  # noqa: S310  # our own store
            assert answer.headers["Content-Type"] == content_type
    assert storage.get_bytes(storage.original_key(image.sha256)) == png(0)


def test_the_same_bytes_are_recognised_under_another_name(manager: Api, world: World) -> None:
    first = _send(manager, world, "a.png", png(1))
    second = _send(manager, world, "b.png", png(1))

    outcomes = [check_upload(upload_id=upload_id).state for upload_id in (first, second)]

    assert outcomes == ["accepted", "duplicate"]
    assert _listed(manager, world)["b.png"]["message"] == "The same as a.png."
    assert Image.objects.count() == 1


def test_p3_a_file_that_is_looked_at_twice_is_one_image(manager: Api, world: World) -> None:
    upload_id = _send(manager, world, "a.png", png(1))

    for _ in range(2):
        check_upload(upload_id=upload_id)
        assert manager.post(f"uploads/{upload_id}/complete").json()["state"] == "accepted"

    assert Image.objects.count() == Assignment.objects.count() == 1
    assert not storage.exists(storage.upload_key(upload_id))


def test_p3_a_file_whose_import_was_cut_off_is_no_duplicate_of_itself(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutOff(BaseException):
        pass

    def cut_off(*_: object) -> None:
        raise CutOff

    upload_id = _send(manager, world, "a.png", png(1))
    with monkeypatch.context() as cut:
        cut.setattr("annotation.services.imports._record", cut_off)
        with pytest.raises(CutOff):
            check_upload(upload_id=upload_id)

    again = check_upload(upload_id=upload_id)

    assert (again.state, again.message) == ("accepted", "")
    assert Image.objects.count() == 1


def test_a_large_file_goes_up_in_parts_and_resumes(manager: Api, world: World) -> None:
    data = png(1) + bytes(storage.PART_BYTES + 1000)
    upload: dict[str, Any] = {"id": str(uuid4()), "file_name": "large.png", "bytes": len(data)}
    uploads = f"projects/{world.project.pk}/uploads"
    first, second = manager.post(uploads, upload).json()["parts"]
    _put(second["url"], data[second["from_byte"] : second["to_byte"]])

    early = manager.post(f"uploads/{upload['id']}/complete")
    again = manager.post(uploads, upload).json()["parts"]
    _put(again[0]["url"], data[: again[0]["to_byte"]])
    complete = manager.post(f"uploads/{upload['id']}/complete")

    assert (early.status_code, early.json()["missing"]) == (409, [1])
    assert [part["number"] for part in again] == [first["number"]] == [1]
    assert complete.json()["state"] == "checking"
    assert storage.size(storage.upload_key(upload["id"])) == len(data)


@pytest.mark.parametrize("size_bytes", [1000, storage.PART_BYTES + 1000])
@pytest.mark.parametrize("more", [1, -1])
def test_the_store_takes_no_more_and_no_fewer_bytes_than_were_announced(
    manager: Api, world: World, size_bytes: int, more: int
) -> None:
    upload = {"id": str(uuid4()), "file_name": "a.png", "bytes": size_bytes}
    parts = manager.post(f"projects/{world.project.pk}/uploads", upload).json()["parts"]

    for part in parts:
        with pytest.raises(OSError, match=r"403|Broken pipe|reset"):  # it may not read all first
            _put(part["url"], bytes(part["to_byte"] - part["from_byte"] + more))

    complete = manager.post(f"uploads/{upload['id']}/complete").json()
    assert complete["missing"] == [part["number"] for part in parts]


def test_parts_that_are_longer_than_announced_are_dropped_and_sent_anew(
    manager: Api, world: World
) -> None:
    data = png(1) + bytes(storage.PART_BYTES + 1000)
    upload: dict[str, Any] = {"id": str(uuid4()), "file_name": "large.png", "bytes": len(data)}
    uploads = f"projects/{world.project.pk}/uploads"
    for part in manager.post(uploads, upload).json()["parts"]:
        _put_part(upload["id"], part["number"], data[part["from_byte"] : part["to_byte"]] + b"more")

    refused = manager.post(f"uploads/{upload['id']}/complete")
    left = storage.exists(storage.upload_key(upload["id"]))
    for part in manager.post(uploads, upload).json()["parts"]:
        _put(part["url"], data[part["from_byte"] : part["to_byte"]])
    complete = manager.post(f"uploads/{upload['id']}/complete")

    assert (refused.status_code, refused.json()["missing"]) == (409, [1, 2])
    assert not left
    assert complete.json()["state"] == "checking"


def test_a_file_that_is_replaced_by_a_longer_one_once_it_is_complete_is_not_read(
    manager: Api, world: World
) -> None:
    upload_id = _send(manager, world, "a.png", png(1))
    storage.put_bytes(storage.upload_key(upload_id), png(1) + b"more")

    with pytest.raises(UploadAlteredError):
        import_archive(upload_id=upload_id, on_progress=lambda *_: None)
    checked = check_upload(upload_id=upload_id)

    assert checked.state == "refused"
    assert not Image.objects.exists()


def test_an_upload_id_belongs_to_one_file(manager: Api, world: World) -> None:
    upload = {"id": str(uuid4()), "file_name": "a.png", "bytes": 10}
    uploads = f"projects/{world.project.pk}/uploads"
    manager.post(uploads, upload)

    answer = manager.post(uploads, {**upload, "bytes": 11})

    assert (answer.status_code, answer.json()["code"]) == (409, "upload_taken")


def test_a_file_that_is_larger_than_may_be_is_told_of_the_bucket(
    manager: Api, world: World
) -> None:
    upload = {"id": str(uuid4()), "file_name": "a.zip", "bytes": 4 * 2**30 + 1}

    answer = manager.post(f"projects/{world.project.pk}/uploads", upload)

    assert answer.status_code == 400
    assert "at most 4096 MiB: import it from a bucket" in answer.json()["detail"]


def test_what_is_on_its_way_into_a_project_is_limited_and_what_was_begun_goes_on(
    manager: Api, world: World, settings: LazySettings
) -> None:
    settings.MAX_PENDING_UPLOAD_BYTES = 2 * 1024**2
    uploads = f"projects/{world.project.pk}/uploads"
    first, second, third = (
        {"id": str(uuid4()), "file_name": "a.png", "bytes": 1024**2} for _ in range(3)
    )
    begun = [manager.post(uploads, each).status_code for each in (first, second)]

    full = manager.post(uploads, third)
    again = manager.post(uploads, first)
    elsewhere = manager.post("projects", {"name": "Another"}).json()["id"]
    other = manager.post(f"projects/{elsewhere}/uploads", third)

    assert begun == [200, 200]
    assert (full.status_code, full.json()["code"]) == (409, "uploads_full")
    assert full.json()["detail"].startswith("At most 2 MiB of files may be on their way")
    assert again.status_code == other.status_code == 200


def test_a_file_counts_until_it_has_come_in_and_a_dataset_until_it_is_brought_in_or_discarded(
    manager: Api, world: World
) -> None:
    image, dataset = png(1), zipped("coco", cell(1))
    sent = [_send(manager, world, "a.png", image), _send(manager, world, "a.zip", dataset)]
    waiting = pending_bytes(world.project.pk)

    check_upload(upload_id=sent[0])
    import_archive(upload_id=sent[1], on_progress=lambda *_: None)
    offered = pending_bytes(world.project.pk)
    discard_dataset(dataset_import=DatasetImport.objects.get(pk=sent[1]))

    assert waiting == len(image) + len(dataset)
    assert offered == len(dataset)
    assert pending_bytes(world.project.pk) == 0


def test_an_image_whose_file_is_refused_while_it_is_read_does_not_come_in(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = _send(manager, world, "a.png", png(1))
    get_bytes = storage.get_bytes

    def meanwhile(key: str) -> bytes:
        Upload.objects.filter(pk=upload_id).update(state="refused", message="Cancelled.")
        return get_bytes(key)

    monkeypatch.setattr(storage, "get_bytes", meanwhile)
    upload = check_upload(upload_id=upload_id)

    assert upload.image is None
    assert not Image.objects.exists()


def test_a_dataset_whose_file_is_refused_while_it_is_read_is_not_offered(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = _send(manager, world, "a.zip", zipped("coco", cell(1)))

    def meanwhile(source: Source) -> list[Reader]:
        """See it refused, as for a job that was cancelled: its bytes go."""
        Upload.objects.filter(pk=upload_id).update(state="refused", message="Cancelled.")
        return formats_in(source)

    monkeypatch.setattr(imports, "formats_in", meanwhile)
    upload = import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert (upload.state, upload.message) == ("refused", "Cancelled.")
    assert not DatasetImport.objects.exists()


def _zip(files: Mapping[str, bytes], *, link: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def test_a_zip_fans_out_and_a_file_that_is_odd_is_refused(manager: Api, world: World) -> None:
    data = _zip({"in/a.png": png(1), "c.png": b"no picture", "d.png": png(3)}, link="in/b.png")
    upload_id = _send(manager, world, "set.zip", data)
    seen: list[tuple[int, str]] = []

    check_upload(upload_id=upload_id)
    job = Job.objects.get(kind="workers.import_archive")
    for _ in range(2):  # a job may run twice
        import_archive(upload_id=job.args["upload_id"], on_progress=lambda *done: seen.append(done))

    listed = {name: row["state"] for name, row in _listed(manager, world).items()}
    assert listed == {
        "set.zip": "accepted",
        "set.zip/in/a.png": "accepted",
        "set.zip/in/b.png": "refused",
        "set.zip/c.png": "refused",
        "set.zip/d.png": "accepted",
    }
    assert _listed(manager, world)["set.zip"]["message"] == "4 files: 2 accepted, 2 refused."
    assert [number for number, _ in seen] == [1, 2, 3, 4]
    assert sorted(Image.objects.values_list("file_name", flat=True)) == [
        "set.zip/d.png",
        "set.zip/in/a.png",
    ]


def test_a_zip_of_which_nothing_comes_in_is_refused_with_the_first_reasons(
    manager: Api, world: World
) -> None:
    data = _zip({f"{name}.png": b"no picture" for name in "abcd"})
    upload_id = _send(manager, world, "set.zip", data)

    for _ in range(2):  # a job may run twice
        import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    row = _listed(manager, world)["set.zip"]
    assert row["state"] == "refused"
    assert row["message"].startswith("4 files: 4 refused. a.png: ")
    assert ["b.png: " in row["message"], "d.png: " in row["message"]] == [True, False]
    assert row["message"].endswith("mend or leave out what is odd, and send it again.")


def test_a_zip_that_was_sent_before_is_accepted_though_all_of_it_is_there(
    manager: Api, world: World
) -> None:
    for name in ("first.zip", "again.zip"):
        upload_id = _send(manager, world, name, _zip({"a.png": png(1)}))
        import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert _listed(manager, world)["again.zip"]["message"] == "1 files: 1 duplicate."
    assert _listed(manager, world)["again.zip"]["state"] == "accepted"


def test_images_whose_annotations_no_reader_knows_come_in_and_the_upload_says_what_to_do(
    manager: Api, world: World
) -> None:
    files = {"task.json": b"{}", "annotations.json": b"[]", "data/a.png": png(1)}
    upload_id = _send(manager, world, "set.zip", _zip(files))

    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    row = _listed(manager, world)["set.zip"]
    assert (row["state"], Image.objects.count()) == ("normalised", 1)
    assert not row["image"]
    assert row["message"] == (
        "3 files: 1 accepted, 2 refused. Annotations in no known format: 2 files, e.g. "
        "annotations.json. This is CVAT's backup of a task: export the task as “CVAT for images "
        "1.1”, with its images, and send that instead."
    )


def test_a_text_for_people_beside_images_is_no_annotation(manager: Api, world: World) -> None:
    files = {"a.png": png(1), "README.txt": b"Cells.", "LICENSE.md": b"CC BY", "licence.txt": b"CC"}
    upload_id = _send(manager, world, "set.zip", _zip(files))

    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    row = _listed(manager, world)["set.zip"]
    assert (row["state"], row["message"]) == ("accepted", "4 files: 1 accepted, 3 refused.")


def test_images_that_are_asked_for_alone_lack_nothing(manager: Api, world: World) -> None:
    files = {"a.png": png(1), "b.json": b"{}"}
    upload_id = _send(manager, world, "set.zip", _zip(files))

    import_images_alone(upload_id=upload_id, on_progress=lambda *_: None)

    row = _listed(manager, world)["set.zip"]
    assert (row["state"], row["message"]) == ("accepted", "2 files: 1 accepted, 1 refused.")


def test_a_zip_with_a_path_that_climbs_out_is_refused_and_nothing_of_it_comes_in(
    manager: Api, world: World
) -> None:
    upload_id = _send(manager, world, "set.zip", _zip({"a.png": png(1), "../b.png": png(2)}))

    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    [row] = _listed(manager, world).values()
    assert (row["file_name"], row["state"]) == ("set.zip", "refused")
    assert row["message"].startswith("set.zip: ../b.png: Its name points outside the zip: make it")
    assert not Image.objects.exists()


def test_a_zip_whose_import_was_stopped_goes_on_where_it_was(manager: Api, world: World) -> None:
    upload_id = _send(manager, world, "set.zip", _zip({f"{n}.png": png(n) for n in range(4)}))

    def stop(done: int, name: str) -> None:
        if done == 2:
            raise InterruptedError(name)

    with pytest.raises(InterruptedError):
        import_archive(upload_id=upload_id, on_progress=stop)
    assert Image.objects.count() == 2
    import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert Image.objects.count() == 4
    assert _listed(manager, world)["set.zip"]["message"] == "4 files: 4 accepted."


def test_a_zip_whose_import_failed_leaves_no_file_of_it_waiting(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise storage.StorageUnavailableError("The object store is away.")

    upload_id = _send(manager, world, "set.zip", _zip({"a.png": png(1)}))
    with monkeypatch.context() as store:
        store.setattr(storage, "put_bytes", away)
        with pytest.raises(storage.StorageUnavailableError):
            import_archive(upload_id=upload_id, on_progress=lambda *_: None)

    assert checking_upload_ids(world.project.pk) == [upload_id]


def test_a_file_whose_bytes_are_gone_is_refused_and_stops_no_other(
    manager: Api, world: World
) -> None:
    gone = _send(manager, world, "gone.png", png(1))
    _send(manager, world, "here.png", png(2))
    storage.delete(storage.upload_key(gone))

    for upload_id in checking_upload_ids(world.project.pk):
        check_upload(upload_id=upload_id)

    listed = _listed(manager, world)
    assert {name: row["state"] for name, row in listed.items()} == {
        "gone.png": "refused",
        "here.png": "accepted",
    }
    assert "send it again" in listed["gone.png"]["message"]


def _look(project: Project) -> Claim:
    claim = claim_job(
        job_id=Job.objects.get(kind=jobs.IMPORT_UPLOADS, project=project, state="queued").pk
    )
    assert claim is not None
    return claim


def _states(api: Api, world: World) -> dict[str, str]:
    return {name: row["state"] for name, row in _listed(api, world).items()}


def test_of_files_whose_look_failed_the_one_that_was_read_is_refused_and_the_others_go_on(
    manager: Api, world: World
) -> None:
    archive = _send(manager, world, "set.zip", _zip({"a.png": png(1)}))
    check_upload(upload_id=archive)
    for seed, name in enumerate(["first.png", "second.png", "third.png"]):
        _send(manager, world, name, png(seed))

    for _ in range(2):
        fail_job(_look(world.project), error="The disk is full.")
        settle_failures()
        settle_failures()

    assert _states(manager, world) == {
        "set.zip": "checking",
        "first.png": "refused",
        "second.png": "refused",
        "third.png": "checking",
    }
    assert _listed(manager, world)["first.png"]["message"] == "The disk is full."
    _look(world.project)


def test_what_is_asked_to_settle_files_does_not_grow_with_a_projects_archives(
    manager: Api, world: World
) -> None:
    for seed, name in enumerate(["first.png", "second.png", "third.png"]):
        _send(manager, world, name, png(seed))
    longest = []

    for archives in (1, 50):
        for _ in range(archives):
            args = {"upload_id": str(uuid4())}
            Job.objects.create(kind=jobs.IMPORT_ARCHIVE, project=world.project, args=args)
        fail_job(_look(world.project), error="The disk is full.")
        with CaptureQueriesContext(connection) as asked:
            settle_failures()
        longest.append(max(len(query["sql"]) for query in asked))

    assert abs(longest[1] - longest[0]) < len(str(uuid4()))


def test_a_file_at_which_workers_vanish_is_refused_and_the_others_go_on(
    manager: Api, world: World
) -> None:
    for seed, name in enumerate(["first.png", "second.png"]):
        _send(manager, world, name, png(seed))
    claim = _look(world.project)
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(pk=claim.job_id).update(attempt=MAX_ATTEMPTS, lease_until=past)

    sweep_jobs()
    settle_failures()

    assert _states(manager, world) == {"first.png": "refused", "second.png": "checking"}
    _look(world.project)


def test_an_outage_refuses_neither_files_nor_archives_and_their_jobs_are_tried_again_later(
    manager: Api, world: World
) -> None:
    archive = _send(manager, world, "set.zip", _zip({"a.png": png(1)}))
    check_upload(upload_id=archive)
    _send(manager, world, "alone.png", png(2))
    outages = Job.objects.filter(kind__in=[jobs.IMPORT_UPLOADS, jobs.IMPORT_ARCHIVE])
    outages.update(attempt=MAX_ATTEMPTS - 1)
    for job in outages:
        claim = claim_job(job_id=job.pk)
        assert claim is not None
        release_job(claim, error="The object store is unreachable.")

    settle_failures()
    at_once = list(outages.values_list("state", flat=True))
    outages.update(finished_at=timezone.now() - AFTER_OUTAGE)
    for _ in range(2):
        settle_failures()

    assert at_once == ["failed", "failed"]
    assert list(outages.values_list("state", "attempt")) == [("queued", 0)] * 2
    assert _states(manager, world) == {"set.zip": "checking", "alone.png": "checking"}


def test_files_whose_look_was_cancelled_are_refused_but_no_archive_that_is_at_work(
    manager: Api, world: World
) -> None:
    archive = _send(manager, world, "set.zip", _zip({"a.png": png(1)}))
    check_upload(upload_id=archive)
    _send(manager, world, "alone.png", png(2))
    _send(manager, world, "beside.png", png(3))
    cancel_job(job_id=Job.objects.get(kind=jobs.IMPORT_UPLOADS).pk)

    settle_failures()
    _send(manager, world, "later.png", png(4))
    settle_failures()

    assert _states(manager, world) == {
        "set.zip": "checking",
        "alone.png": "refused",
        "beside.png": "refused",
        "later.png": "checking",
    }
    assert _listed(manager, world)["alone.png"]["message"] == "Cancelled."


def test_the_holdout_is_drawn_by_hash_and_a_group_stays_together() -> None:
    keys = [f"image {number}" for number in range(2000)]

    drawn = [is_drawn_for_holdout(key, share=0.2) for key in keys]

    assert drawn == [is_drawn_for_holdout(key, share=0.2) for key in keys]
    assert 0.17 < sum(drawn) / len(drawn) < 0.23
    more = [is_drawn_for_holdout(key, share=0.5) for key in keys]
    assert all(later for earlier, later in zip(drawn, more, strict=True) if earlier)
    assert not any(is_drawn_for_holdout(key, share=0) for key in keys)


def test_a_group_stays_where_it_is_when_the_share_of_the_holdout_changes(world: World) -> None:
    def add(seed: int, share: float) -> bool:
        project = update_project(project=world.project, changes={"holdout_share": share})
        [added] = add_images(
            project=project,
            stored=[
                store_image(project=project, data=png(seed), file_name=f"{seed}.png", group="film")
            ],
            created_by=world.manager,
        )
        assert added.image is not None
        return added.image.is_holdout

    sides = [add(seed, share) for seed, share in enumerate([0, 0.9, 0])]

    assert sides == [False, False, False]


def test_uploads_are_asked_for_by_their_ids_and_none_of_another_project_is_told(
    manager: Api, world: World
) -> None:
    sent = [_send(manager, world, f"{seed}.png", png(seed)) for seed in range(3)]
    uploads = f"projects/{world.project.pk}/uploads"

    found = manager.get(f"{uploads}?id={sent[0]}&id={sent[2]}&id={uuid4()}").json()["results"]
    elsewhere = Api(world.stranger).get(f"projects/{world.elsewhere.pk}/uploads?id={sent[0]}")
    wrong = manager.get(f"{uploads}?id=nonsense")
    too_many = manager.get(f"{uploads}?{'&'.join(f'id={uuid4()}' for _ in range(51))}")

    assert {each["id"] for each in found} == {sent[0], sent[2]}
    assert elsewhere.json()["results"] == []
    assert {wrong.status_code, too_many.status_code} == {400}


def test_an_upload_that_never_arrived_is_not_complete(manager: Api, world: World) -> None:
    upload = {"id": str(uuid4()), "file_name": "a.png", "bytes": 10}
    manager.post(f"projects/{world.project.pk}/uploads", upload)

    answer = manager.post(f"uploads/{upload['id']}/complete")

    assert (answer.status_code, answer.json()["missing"]) == (409, [1])
    assert Upload.objects.get().state == Upload.State.PENDING
