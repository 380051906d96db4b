"""What uploads leave in the store goes once nobody waits for it, and nothing else does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from annotation import storage
from annotation.models import DatasetImport, Upload
from annotation.selectors.uploads import pending_bytes
from annotation.services import left_uploads
from annotation.services.imports import check_upload
from annotation.services.trash import empty_trash
from tests.annotation.sending import put
from tests.annotation.world import Api, World, png

LARGE = storage.PART_BYTES + 1000  # bytes, two parts of them
LONG_AGO = timedelta(days=31)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let uploads in parts count as begun long ago, as a store tells when it was by itself."""
    monkeypatch.setattr(left_uploads, "BEGINNING", -timedelta(minutes=1))


def _begin(api: Api, world: World, size_bytes: int) -> tuple[str, list[dict[str, Any]]]:
    """Begin an upload; return its id and its parts."""
    upload = {"id": str(uuid4()), "file_name": "a.png", "bytes": size_bytes}
    begun = api.post(f"projects/{world.project.pk}/uploads", upload).json()
    return upload["id"], begun["parts"]  # type: ignore[return-value]  # the id is text


def _cancel(api: Api, world: World, upload_id: str) -> tuple[int, str | None]:
    """Cancel an upload; return the answer's status and code."""
    answer = api.delete(f"projects/{world.project.pk}/uploads/{upload_id}")
    return answer.status_code, answer.json()["code"] if answer.content else None


def _put_all(parts: list[dict[str, Any]]) -> None:
    for part in parts:
        put(part["url"], bytes(part["to_byte"] - part["from_byte"]))


def _overtake(
    monkeypatch: pytest.MonkeyPatch, door: str, overtake: Callable[[], object], asked: str
) -> None:
    """See another request overtake this one as it asks the store, before or after the answer."""
    ask = getattr(storage, door)

    def overtaken(*args: Any) -> Any:
        monkeypatch.setattr(storage, door, ask)
        if asked == "before":
            found = ask(*args)
            overtake()
            return found
        overtake()
        return ask(*args)

    monkeypatch.setattr(storage, door, overtaken)


Overtake = Callable[[Callable[[], object]], None]
# How large a file is, which question of the store about it is overtaken, and when that is answered.
QUESTIONS = [
    (size_bytes, door, asked)
    for size_bytes, door in (
        *((1000, "size"), (LARGE, "list_parts")),
        *((LARGE, "complete_multipart"), (LARGE, "size")),
    )
    for asked in ("before", "after")
]


@pytest.fixture(params=QUESTIONS, ids=lambda question: "-".join(map(str, question)))
def question(request: pytest.FixtureRequest) -> tuple[int, str, str]:
    found: tuple[int, str, str] = request.param
    return found


@pytest.fixture
def sent(manager: Api, world: World, question: tuple[int, str, str]) -> str:
    """Have all bytes of a file lie in the store; return the upload's id."""
    upload_id, parts = _begin(manager, world, question[0])
    _put_all(parts)
    return upload_id


@pytest.fixture
def overtake(monkeypatch: pytest.MonkeyPatch, question: tuple[int, str, str]) -> Overtake:
    """Let another request overtake the next one as that asks the store."""
    _, door, asked = question
    return lambda other: _overtake(monkeypatch, door, other, asked)


def _multiparts() -> list[str]:
    return [each.multipart_id for each in storage.list_multiparts(storage.UPLOADS)]


def _sent(world: World, state: Upload.State, *, days_ago: int = 0) -> str:
    """Have a file lie in the store; return its key."""
    upload = Upload.objects.create(
        pk=uuid4(),
        project=world.project,
        file_name="a.png",
        bytes=1,
        state=state,
        created_by=world.manager,
    )
    sent_at = timezone.now() - timedelta(days=days_ago)
    Upload.objects.filter(pk=upload.pk).update(created_at=sent_at)
    storage.put_bytes(storage.upload_key(upload.pk), b"x")
    return storage.upload_key(upload.pk)


@pytest.mark.usefixtures("at_once")
def test_the_parts_of_a_file_that_never_came_whole_go_with_its_row(
    manager: Api, world: World
) -> None:
    upload_id, parts = _begin(manager, world, LARGE)
    put(parts[1]["url"], bytes(1000))
    Upload.objects.filter(pk=upload_id).update(created_at=timezone.now() - LONG_AGO)
    before = _multiparts()

    empty_trash()

    assert before
    assert _multiparts() == []
    assert not Upload.objects.filter(pk=upload_id).exists()


@pytest.mark.usefixtures("at_once")
def test_the_parts_of_a_file_that_is_on_its_way_stay(manager: Api, world: World) -> None:
    upload_id, (first, second) = _begin(manager, world, LARGE)
    put(second["url"], bytes(1000))

    empty_trash()

    early = manager.post(f"uploads/{upload_id}/complete").json()
    put(first["url"], bytes(storage.PART_BYTES))
    complete = manager.post(f"uploads/{upload_id}/complete").json()
    assert early["missing"] == [1]
    assert complete["state"] == "checking"


@pytest.mark.django_db
def test_parts_that_nobody_names_yet_have_a_day_to_be_named() -> None:
    key = storage.upload_key(uuid4())
    begun = storage.create_multipart(key)

    empty_trash()

    assert begun in _multiparts()
    storage.abort_multipart(key, begun)


@pytest.mark.django_db
@pytest.mark.usefixtures("at_once")
def test_parts_under_a_strange_name_are_somebody_elses() -> None:
    key = f"{storage.UPLOADS}readme.txt"
    begun = storage.create_multipart(key)

    empty_trash()

    assert begun in _multiparts()
    storage.abort_multipart(key, begun)


def test_of_two_requests_that_begin_a_file_at_once_the_second_leaves_no_parts(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = storage.create_multipart

    def overtaken(key: str) -> str:
        """Begin, and see another request do so first."""
        first = create(key)
        Upload.objects.filter(pk=key.removeprefix(storage.UPLOADS)).update(multipart_id=first)
        return create(key)

    before = set(_multiparts())
    monkeypatch.setattr(storage, "create_multipart", overtaken)
    upload_id, _ = _begin(manager, world, LARGE)

    named = Upload.objects.get(pk=upload_id).multipart_id
    assert set(_multiparts()) - before == {named}


def test_what_is_sent_again_once_a_file_has_come_in_goes(manager: Api, world: World) -> None:
    data = png(1)
    upload_id, [part] = _begin(manager, world, len(data))
    put(part["url"], data)
    manager.post(f"uploads/{upload_id}/complete")
    check_upload(upload_id=upload_id)
    put(part["url"], data)
    lay = storage.exists(storage.upload_key(upload_id))

    empty_trash()

    assert lay
    assert not storage.exists(storage.upload_key(upload_id))


@pytest.mark.django_db
def test_files_of_uploads_that_nobody_knows_go_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(left_uploads, "BATCH", 2)
    keys = [storage.upload_key(uuid4()) for _ in range(5)]
    for key in keys:
        storage.put_bytes(key, b"x")

    empty_trash()

    assert not any(storage.exists(key) for key in keys)


@pytest.mark.parametrize("state", ["pending", "checking"])
def test_a_file_that_waits_to_be_completed_or_looked_at_stays(world: World, state: str) -> None:
    key = _sent(world, Upload.State(state), days_ago=29)

    empty_trash()

    assert storage.exists(key)


@pytest.mark.parametrize("state", DatasetImport.State.values)
def test_the_file_of_a_dataset_stays_as_long_as_it_is_read(world: World, state: str) -> None:
    key = _sent(world, Upload.State.ACCEPTED)
    DatasetImport.objects.create(
        pk=UUID(key.removeprefix(storage.UPLOADS)),
        project=world.project,
        source="a.zip",
        state=state,
        created_by=world.manager,
    )

    empty_trash()

    assert storage.exists(key) == (state in {"checking", "ready", "unreadable", "importing"})


def test_what_the_store_holds_of_a_refused_file_goes_and_of_one_that_waits_stays(
    world: World,
) -> None:
    refused = _sent(world, Upload.State.REFUSED)
    waiting = _sent(world, Upload.State.CHECKING, days_ago=31)

    empty_trash()

    assert (storage.exists(refused), storage.exists(waiting)) == (False, True)


@pytest.mark.parametrize("size_bytes", [1000, LARGE], ids=["whole", "parts"])
def test_a_cancelled_file_leaves_nothing_and_counts_no_more(
    manager: Api, world: World, size_bytes: int
) -> None:
    before = set(_multiparts())
    upload_id, parts = _begin(manager, world, size_bytes)
    put(parts[-1]["url"], bytes(1000))
    counted = pending_bytes(world.project.pk)

    answers = [_cancel(manager, world, upload_id) for _ in range(2)]

    assert counted == size_bytes
    assert answers == [(204, None), (204, None)]
    assert pending_bytes(world.project.pk) == 0
    assert set(_multiparts()) == before
    assert not storage.exists(storage.upload_key(upload_id))
    assert manager.post(f"uploads/{upload_id}/complete").status_code == 404


@pytest.mark.parametrize("state", ["checking", "accepted", "refused"])
def test_a_file_that_has_arrived_is_not_cancelled(manager: Api, world: World, state: str) -> None:
    key = _sent(world, Upload.State(state))

    answer = _cancel(manager, world, key.removeprefix(storage.UPLOADS))

    assert answer == (409, "upload_arrived")
    assert Upload.objects.get().state == state
    assert storage.exists(key)


def test_what_comes_of_a_file_after_it_was_cancelled_goes(manager: Api, world: World) -> None:
    upload_id, [part] = _begin(manager, world, 1000)
    _cancel(manager, world, upload_id)
    put(part["url"], bytes(1000))
    came = storage.exists(storage.upload_key(upload_id))

    empty_trash()

    assert came
    assert not storage.exists(storage.upload_key(upload_id))


def test_a_cancelled_file_begins_anew_under_the_same_id(manager: Api, world: World) -> None:
    upload_id, [_, second] = _begin(manager, world, LARGE)
    put(second["url"], bytes(1000))
    _cancel(manager, world, upload_id)

    begun = {"id": upload_id, "file_name": "a.png", "bytes": LARGE}
    again = manager.post(f"projects/{world.project.pk}/uploads", begun).json()

    assert [part["number"] for part in again["parts"]] == [1, 2]


def test_a_file_whose_cancel_broke_off_half_way_is_sent_anew(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id, parts = _begin(manager, world, LARGE)
    put(parts[1]["url"], bytes(1000))

    def away(key: str) -> None:
        raise storage.StorageUnavailableError("The object store is away.")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", away)  # after its parts were aborted
        broke_off = _cancel(manager, world, upload_id)
    begun = {"id": upload_id, "file_name": "a.png", "bytes": LARGE}
    again = manager.post(f"projects/{world.project.pk}/uploads", begun).json()["parts"]
    _put_all(again)

    assert broke_off[0] == 503
    assert manager.post(f"uploads/{upload_id}/complete").json()["state"] == "checking"


def test_a_left_file_that_is_begun_anew_while_others_are_deleted_stays(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = {storage.upload_key(each): str(each) for each in (uuid4(), uuid4())}
    for key in left:
        storage.put_bytes(key, bytes(10))
    delete = storage.delete

    def meanwhile(key: str) -> None:
        """Delete one, and see the other begun anew."""
        delete(key)
        if left.pop(key, None) and left:
            [other] = left.values()
            begun = {"id": other, "file_name": "a.png", "bytes": 10}
            manager.post(f"projects/{world.project.pk}/uploads", begun)

    monkeypatch.setattr(storage, "delete", meanwhile)
    empty_trash()

    [upload_id] = left.values()
    assert manager.post(f"uploads/{upload_id}/complete").json()["state"] == "checking"


def test_nobody_cancels_a_file_of_another_project(manager: Api, world: World) -> None:
    upload_id, _ = _begin(manager, world, 1000)
    path = f"projects/{world.elsewhere.pk}/uploads/{upload_id}"

    answer = Api(world.stranger).delete(path)

    assert answer.status_code == 204
    assert Upload.objects.filter(pk=upload_id).exists()


def test_who_completes_a_file_that_is_just_being_cancelled_is_told(
    manager: Api, world: World, sent: str, overtake: Overtake
) -> None:
    cancelled: list[tuple[int, str | None]] = []

    def cancel() -> None:
        cancelled.append(_cancel(manager, world, sent))

    overtake(cancel)
    answer = manager.post(f"uploads/{sent}/complete")

    assert cancelled == [(204, None)]
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_cancelled")


def test_a_file_that_is_completed_twice_at_once_comes_in(
    manager: Api, sent: str, overtake: Overtake
) -> None:
    """Also where the one has come in, and what was sent is gone, before the other looks."""

    def complete() -> None:
        manager.post(f"uploads/{sent}/complete")
        check_upload(upload_id=sent)

    overtake(complete)
    answer = manager.post(f"uploads/{sent}/complete")

    assert answer.status_code == 200
    assert answer.json()["state"] == Upload.objects.get().state == "refused"  # it is no picture


def test_parts_that_the_store_loses_as_they_are_joined_are_sent_anew(
    manager: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id, parts = _begin(manager, world, LARGE)
    _put_all(parts)
    multipart_id = Upload.objects.get().multipart_id
    key = storage.upload_key(upload_id)

    def lose() -> None:
        storage.abort_multipart(key, multipart_id)

    _overtake(monkeypatch, "list_parts", lose, "before")
    answer = manager.post(f"uploads/{upload_id}/complete")
    begun = {"id": upload_id, "file_name": "a.png", "bytes": LARGE}
    again = manager.post(f"projects/{world.project.pk}/uploads", begun).json()["parts"]
    _put_all(again)

    assert (answer.status_code, answer.json()["missing"]) == (409, [1, 2])
    assert manager.post(f"uploads/{upload_id}/complete").json()["state"] == "checking"


def test_a_strange_object_among_the_uploads_stops_no_emptying(world: World) -> None:
    refused = _sent(world, Upload.State.REFUSED)
    strange = f"{storage.UPLOADS}readme.txt"
    storage.put_bytes(strange, b"x")

    empty_trash()

    assert (storage.exists(refused), storage.exists(strange)) == (False, True)
    storage.delete(strange)
