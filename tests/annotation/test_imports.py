"""Bringing images in through the browser's road: presigned addresses, parts, looking, outcomes."""

from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.conf import LazySettings, settings

from annotation import storage
from annotation.models import Assignment, DatasetImport, Image, Job, Upload
from annotation.selectors.uploads import checking_upload_ids, pending_bytes
from annotation.services.draws import is_drawn_for_holdout
from annotation.services.images import add_images, store_image
from annotation.services.import_requests import discard_dataset
from annotation.services.imports import (
    UploadAlteredError,
    check_upload,
    import_archive,
)
from annotation.services.projects import update_project
from tests.annotation.datasets import cell, zipped
from tests.annotation.sending import listed_files, put, send
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


@pytest.mark.skipif(not ODD.is_dir(), reason="the odd files are not here")
def test_every_odd_file_is_accepted_normalised_or_refused_with_a_reason(
    manager: Api, world: World
) -> None:
    names = sorted(path.name for path in ODD.iterdir())
    for name in names:
        send(manager, world, name, (ODD / name).read_bytes())

    for upload_id in checking_upload_ids(world.project.pk):
        check_upload(upload_id=upload_id)

    listed = listed_files(manager, world)
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
    first = send(manager, world, "a.png", png(1))
    second = send(manager, world, "b.png", png(1))

    outcomes = [check_upload(upload_id=upload_id).state for upload_id in (first, second)]

    assert outcomes == ["accepted", "duplicate"]
    assert listed_files(manager, world)["b.png"]["message"] == "The same as a.png."
    assert Image.objects.count() == 1


def test_p3_a_file_that_is_looked_at_twice_is_one_image(manager: Api, world: World) -> None:
    upload_id = send(manager, world, "a.png", png(1))

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

    upload_id = send(manager, world, "a.png", png(1))
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
    put(second["url"], data[second["from_byte"] : second["to_byte"]])

    early = manager.post(f"uploads/{upload['id']}/complete")
    again = manager.post(uploads, upload).json()["parts"]
    put(again[0]["url"], data[: again[0]["to_byte"]])
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
            put(part["url"], bytes(part["to_byte"] - part["from_byte"] + more))

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
        put(part["url"], data[part["from_byte"] : part["to_byte"]])
    complete = manager.post(f"uploads/{upload['id']}/complete")

    assert (refused.status_code, refused.json()["missing"]) == (409, [1, 2])
    assert not left
    assert complete.json()["state"] == "checking"


def test_a_file_that_is_replaced_by_a_longer_one_once_it_is_complete_is_not_read(
    manager: Api, world: World
) -> None:
    upload_id = send(manager, world, "a.png", png(1))
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
    sent = [send(manager, world, "a.png", image), send(manager, world, "a.zip", dataset)]
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
    upload_id = send(manager, world, "a.png", png(1))
    get_bytes = storage.get_bytes

    def meanwhile(key: str) -> bytes:
        Upload.objects.filter(pk=upload_id).update(state="refused", message="Cancelled.")
        return get_bytes(key)

    monkeypatch.setattr(storage, "get_bytes", meanwhile)
    upload = check_upload(upload_id=upload_id)

    assert upload.image is None
    assert not Image.objects.exists()


def test_a_file_whose_bytes_are_gone_is_refused_and_stops_no_other(
    manager: Api, world: World
) -> None:
    gone = send(manager, world, "gone.png", png(1))
    send(manager, world, "here.png", png(2))
    storage.delete(storage.upload_key(gone))

    for upload_id in checking_upload_ids(world.project.pk):
        check_upload(upload_id=upload_id)

    listed = listed_files(manager, world)
    assert {name: row["state"] for name, row in listed.items()} == {
        "gone.png": "refused",
        "here.png": "accepted",
    }
    assert "send it again" in listed["gone.png"]["message"]


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
    sent = [send(manager, world, f"{seed}.png", png(seed)) for seed in range(3)]
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
