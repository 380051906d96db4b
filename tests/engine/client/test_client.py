"""The client against a running Anneal: real HTTP, PostgreSQL, object store and workers."""

import hashlib
import json
import re
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from annotation.api.projects import PAGE
from engine.client import AnnealError, Client, JobEndedError, UnreachableError, WaitedTooLongError
from engine.client.login import make_token
from engine.client.operations import UPLOADS
from engine.client.transport import Transport
from engine.datasets.manifest import verify_manifest
from tests.annotation.world import png
from tests.client import Client as Person
from tests.client import wait_for
from tests.engine.client.conftest import draw
from tests.stack import Stack

PART_BYTES = 16 * 1024**2
pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


class CutOffError(Exception):
    """The network, a closed lid, an impatient person."""


class Moved(list[int]):
    """How much was done at each step."""

    def __call__(self, done: int, *_: object) -> None:
        self.append(done)


def test_images_zips_and_folders_come_in_and_a_bad_file_stops_no_other(
    client: Client, project: int, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "deep").mkdir()
    (pictures / "deep" / "no.png").write_text("no picture")
    (pictures / ".hidden").write_text("not to be sent")
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("in.png", png(7))

    outcomes = client.upload_images(project, [pictures, archive], timeout_s=60)

    states = {each.file_name: each.state for each in outcomes}
    assert states == {
        "0.png": "accepted",
        "1.png": "accepted",
        "2.png": "accepted",
        "deep/no.png": "refused",
        "more.zip": "accepted",
    }
    assert {each.file_name for each in client.images(project)} == {
        *("0.png", "1.png", "2.png", "more.zip/in.png")
    }


def test_a_file_that_cannot_be_sent_is_told_as_refused_and_stops_no_other(
    client: Client, project: int, pictures: Path
) -> None:
    (pictures / "0-empty.png").touch()
    (pictures / " ").write_bytes(png(8))
    with (pictures / "0-large.png").open("wb") as file:
        file.truncate(client.most_bytes() + 1)  # takes no room on the disk

    outcomes = client.upload_images(project, [pictures], timeout_s=60)

    told = {each.file_name: (each.state, each.message) for each in outcomes}
    empty, large = told.pop("0-empty.png"), told.pop("0-large.png")
    assert (empty[0], large[0]) == ("refused", "refused")
    assert "is empty" in empty[1]
    assert "at most" in large[1]
    assert told.pop(" ")[0] == "refused"
    assert {state for state, _ in told.values()} == {"accepted"}
    assert len(told) == 3


def test_a_client_knows_whose_token_it_has(client: Client) -> None:
    user = client.session().user

    assert user is not None
    assert user.username == "ada"


def test_an_upload_that_broke_off_sends_only_what_is_missing(
    client: Client, project: int, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1) + bytes(2 * PART_BYTES))
    moved = Moved()

    def cut_off(done: int, total: int, what: str) -> None:
        if done > PART_BYTES:
            raise CutOffError

    with pytest.raises(CutOffError):
        client.upload_images(project, [large], unfinished=tmp_path / "ids", progress=cut_off)
    [outcome] = client.upload_images(
        project,
        [large],
        unfinished=tmp_path / "ids",
        timeout_s=60,
        progress=moved,
    )

    assert moved[0] >= PART_BYTES  # was there before anything was sent again
    assert outcome.state == "accepted"
    assert len(list(client.uploads(project))) == 1
    assert list((tmp_path / "ids").iterdir()) == []


def test_an_upload_that_broke_off_and_that_nobody_remembers_is_forgotten_by_the_server(
    client: Client, project: int, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1) + bytes(PART_BYTES))

    def interrupt(done: int, total: int, what: str) -> None:
        if done:
            assert [each.state for each in client.uploads(project)] == ["pending"]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.upload_images(project, [large], progress=interrupt)

    assert list(client.uploads(project)) == []


@pytest.mark.timeout(60)
def test_who_stops_an_upload_waits_for_no_server_that_is_away(
    client: Client, stack: Stack, project: int, tmp_path: Path
) -> None:
    """The limit of its time is what fails: six tries of a minute each would go beyond."""
    large = tmp_path / "large.png"
    large.write_bytes(png(1) + bytes(PART_BYTES))

    with ExitStack() as away:

        def interrupt(done: int, total: int, what: str) -> None:
            away.enter_context(stack.asleep("web"))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            client.upload_images(project, [large], progress=interrupt)


def test_an_upload_of_a_file_that_changes_meanwhile_is_refused_and_forgotten_by_the_server(
    client: Client, project: int, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1) + bytes(PART_BYTES))

    def shorten(done: int, total: int, what: str) -> None:
        if done:
            large.write_bytes(png(1))

    [outcome] = client.upload_images(
        project, [large], unfinished=tmp_path / "ids", progress=shorten, timeout_s=60
    )

    assert (outcome.state, "became shorter" in outcome.message) == ("refused", True)
    assert list(client.uploads(project)) == []


def test_an_upload_that_outlives_its_addresses_goes_on_with_new_ones(
    client: Client, project: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(png(1) + bytes(2 * PART_BYTES))
    put = Transport.put
    asked: list[str] = []

    def put_late(self: Transport, url: str, data: bytes) -> str:
        """Use the second part's address, the first time, years after it was signed."""
        asked.append(url)
        late = re.sub("X-Amz-Date=[0-9]{4}", "X-Amz-Date=2020", url) if len(asked) == 2 else url
        return put(self, late, data)

    monkeypatch.setattr(Transport, "put", put_late)
    [outcome] = client.upload_images(project, [large], timeout_s=60)

    assert outcome.state == "accepted"
    parts = [re.findall("partNumber=([0-9]+)", url) for url in asked]
    assert parts == [["1"], ["2"], ["2"], ["3"]]


def test_lists_are_read_page_by_page(
    client: Client, person: Person, project: int, stack: Stack
) -> None:
    stack.sql_do(
        "INSERT INTO annotation_upload"
        " (id, project_id, file_name, bytes, state, message, multipart_id, created_at,"
        " created_by_id)"
        " SELECT gen_random_uuid(), %s, n::text, 1, 'refused', '', '', now(), u.id"
        " FROM generate_series(1, 250) n, auth_user u WHERE u.username = 'ada'",
        project,
    )

    names = [each.file_name for each in client.uploads(project)]

    assert sorted(names, key=int) == [str(number) for number in range(1, 251)]


def test_who_waits_for_a_file_asks_for_that_file_alone(
    client: Client, project: int, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = Transport.call
    told: list[UUID] = []

    def listen(self: Transport, operation: Any, *sent: Any, **ids: Any) -> Any:
        answer = call(self, operation, *sent, **ids)
        if operation is UPLOADS:
            told.extend(each.id for each in answer.results)
        return answer

    client.upload_images(project, [pictures], timeout_s=60)
    monkeypatch.setattr(Transport, "call", listen)
    [outcome] = client.upload_images(project, [pictures / "0.png"], timeout_s=60)

    assert set(told) == {outcome.id}


@pytest.fixture
def drawn(client: Client, person: Person, project: int, pictures: Path) -> int:
    """A project with a square on each picture; return its id."""
    client.upload_images(project, [pictures], timeout_s=60)
    for image in client.images(project):
        draw(person, image.id)
    return project


def test_a_version_is_cut_exported_fetched_and_proved(
    client: Client, drawn: int, tmp_path: Path
) -> None:
    version = client.cut_version(drawn, "for a test")
    export = client.export(version, "coco", images=True, timeout_s=120)
    path = client.download(export, tmp_path / "out" / "cells.zip")
    manifest = client.manifest(version, tmp_path / "manifest.jsonl")

    assert hashlib.sha256(path.read_bytes()).hexdigest() == export.sha256
    with zipfile.ZipFile(path) as archive:
        [coco] = [name for name in archive.namelist() if name.endswith(".json")]
        assert len(json.loads(archive.read(coco))["annotations"]) == 3
    with manifest.open("rb") as file:
        assert verify_manifest(file, version.id).masks == 3
    assert client.version(drawn, version.id[:8]) == client.version(drawn)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["cells.zip"]


def test_a_download_goes_on_where_it_broke_off_and_keeps_nothing_that_is_wrong(
    client: Client, drawn: int, tmp_path: Path
) -> None:
    export = client.export(client.cut_version(drawn), "coco", images=True, timeout_s=120)
    path = tmp_path / "cells.zip"
    part = tmp_path / f"cells.zip.{export.sha256[:12]}.part"
    whole = client.download(export, tmp_path / "whole.zip").read_bytes()

    part.write_bytes(whole[:1000])
    client.download(export, path)
    assert path.read_bytes() == whole
    path.unlink()
    part.write_bytes(b"x" * 1000)  # gone on from, as before
    with pytest.raises(AnnealError, match="sha256"):
        client.download(export, path)

    assert not path.exists()
    assert not part.exists()
    assert client.download(export, path).read_bytes() == whole


def test_a_refusal_is_read_from_the_problem_document(client: Client, drawn: int) -> None:
    version = client.cut_version(drawn)

    with pytest.raises(AnnealError) as unknown:
        client.export(version, "nonsense")
    with pytest.raises(AnnealError) as empty:
        client.export(version, "coco", splits=["holdout"])
    with pytest.raises(AnnealError) as elsewhere:
        client.project(10**9)

    assert (unknown.value.status, unknown.value.code) == (400, "invalid")
    assert unknown.value.field == "format"
    assert (empty.value.status, empty.value.code) == (409, "export_choice")
    assert elsewhere.value.status == 404


def test_a_label_is_renamed_and_a_part_of_a_version_leaves(
    client: Client, person: Person, drawn: int, tmp_path: Path
) -> None:
    label = person.post(f"/api/projects/{drawn}/labels", {"name": "cell", "color": "#112233"})
    image = next(client.images(drawn))
    version_of_image = person.get(f"/api/images/{image.id}")["version"]
    [mask] = person.get(f"/api/images/{image.id}")["masks"]
    operation = {
        "id": "6b1ee0e0-0000-4000-8000-000000000001",
        "kind": "revise",
        "mask": mask["id"],
        "rle": mask["rle"],
        "label": label["id"],
    }
    assert person.save(image.id, version_of_image, operation).is_good

    export = client.export(
        client.cut_version(drawn),
        "coco",
        splits=["unfinished"],
        labels={"cell": "nucleus"},
        timeout_s=120,
    )
    path = client.download(export, tmp_path / "part.zip")

    with zipfile.ZipFile(path) as archive:
        [coco] = [name for name in archive.namelist() if name.endswith(".json")]
        names = {each["name"] for each in json.loads(archive.read(coco))["categories"]}
    assert "nucleus" in names
    assert "cell" not in names


def test_who_waits_can_say_how_long_and_learns_of_a_failure(
    client: Client, drawn: int, stack: Stack
) -> None:
    version = client.cut_version(drawn)

    def fail(done: int, total: int, what: str) -> None:
        stack.sql_do(
            "UPDATE annotation_job SET state = 'failed', error = 'The disk is full.',"
            " lease_until = NULL WHERE kind = 'workers.export_version' AND project_id = %s",
            drawn,
        )

    with stack.asleep("worker"):
        with pytest.raises(WaitedTooLongError, match="not done after 1 s"):
            client.export(version, timeout_s=1)
        with pytest.raises(JobEndedError, match=r"failed\. The disk is full"):
            client.export(version, progress=fail, timeout_s=30)


def test_a_project_is_found_by_its_name(client: Client, project: int) -> None:
    name = client.project(project).name

    assert client.project(name.upper()).id == project
    with pytest.raises(AnnealError, match="no project is called 'Nowhere'"):
        client.project("Nowhere")


def test_rounds_and_bundles_are_listed_and_a_round_with_nothing_to_learn_is_refused(
    client: Client, project: int, pictures: Path
) -> None:
    client.upload_images(project, [pictures / "0.png"], timeout_s=60)
    wait_for(lambda: client.project(project).serving, "a bundle serves")

    [pretrained] = client.rounds(project)
    [bundle] = client.bundles(project)

    with pytest.raises(AnnealError) as nothing_new:
        client.start_round(project)
    with pytest.raises(AnnealError) as nothing_before:
        client.roll_back(project)

    assert (pretrained.state, bundle.alias) == ("pretrained", "serving")
    assert pretrained.bundle == bundle.bundle
    assert {nothing_new.value.status, nothing_before.value.status} == {409}


def test_a_project_is_found_by_its_name_on_a_later_page(client: Client) -> None:
    made = [client.create_project(f"Plate {uuid4()}") for _ in range(PAGE + 1)]

    assert client.project(made[-1].name).id == made[-1].id
    assert {each.id for each in made} <= {each.id for each in client.projects()}


def test_a_wrong_password_makes_no_token(stack: Stack) -> None:
    with pytest.raises(AnnealError) as refused:
        make_token(stack.url, "ada", "guess", name="x", scope="read", expires_in_days=1)

    assert (refused.value.status, refused.value.code) == (401, "wrong_login")


def test_an_address_where_nobody_answers_is_unreachable() -> None:
    with Client("http://127.0.0.1:9", "x") as client, pytest.raises(UnreachableError):
        list(client.projects())


@pytest.mark.parametrize("url", ["anneal.example.org", "ftp://anneal.example.org", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AnnealError, match="no address"):
        Client(url, "x")
