"""An import by the client that was interrupted is gone on with by the same call."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from annotation import jobs
from annotation.models import DatasetImport, Job, Upload
from annotation.services.jobs import cancel_job
from annotation.services.tokens import create_token
from engine.client import AnnealError, Client
from engine.client.waiting import Progress
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import World
from workers.app import app

pytestmark = pytest.mark.django_db(transaction=True)  # the server has connections of its own
State = DatasetImport.State


class PressedError(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.fixture
def client(world: World, live_server: LiveServer) -> Client:
    _, token = create_token(user=world.manager, name="test", scope="write", expires_in_days=1)
    return Client(live_server.url, token)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(zipped("coco", cell(1), cell(2)))) as archive:
        archive.extractall(tmp_path / "cells")
    return tmp_path / "cells"


def working(done: int, total: int, what: str) -> None:
    """Let the server do the next job whenever somebody waits for it."""
    waiting = Job.objects.filter(state="queued").exclude(kind=jobs.PREPARE_IMAGES)
    if job := waiting.order_by("pk").first():
        app.tasks[job.kind](job_id=job.pk)


def interrupted_at(word: str) -> Progress:
    """Let it work until that is being done, and break off."""

    def progress(done: int, total: int, what: str) -> None:
        if word in what:
            raise PressedError
        working(done, total, what)

    return progress


@pytest.mark.parametrize("word", ["Looking at the files", "(importing)"])
def test_a_folder_whose_import_was_interrupted_is_sent_and_imported_once(
    world: World, client: Client, folder: Path, tmp_path: Path, word: str
) -> None:
    project, kept = world.project.pk, tmp_path / "kept"
    with pytest.raises(PressedError):
        client.import_dataset(project, folder, unfinished=kept, progress=interrupted_at(word))

    brought = client.import_dataset(project, folder, unfinished=kept, progress=working)

    assert brought.brought == {"images accepted": 2, "masks": 4, "captions": 2}
    assert Upload.objects.count() == DatasetImport.objects.count() == 1
    assert list(kept.iterdir()) == []


def test_a_folder_that_was_changed_meanwhile_is_sent_anew(
    world: World, client: Client, folder: Path, tmp_path: Path
) -> None:
    project, kept = world.project.pk, tmp_path / "kept"
    progress = interrupted_at("(importing)")
    with pytest.raises(PressedError):
        client.import_dataset(project, folder, unfinished=kept, progress=progress)
    next(folder.rglob("1.png")).write_bytes(b"no image")

    client.import_dataset(project, folder, unfinished=kept, progress=working)

    assert Upload.objects.count() == 2


def test_a_look_that_was_stopped_is_taken_again(
    world: World, client: Client, folder: Path, tmp_path: Path
) -> None:
    project, kept = world.project.pk, tmp_path / "kept"

    def stop(done: int, total: int, what: str) -> None:
        if looks := Job.objects.filter(kind=jobs.CHECK_DATASET, state="queued"):
            cancel_job(job_id=looks.get().pk)
        working(done, total, what)

    with pytest.raises(AnnealError, match="cancelled"):
        client.import_dataset(project, folder, unfinished=kept, progress=stop)

    brought = client.import_dataset(project, folder, unfinished=kept, progress=working)

    assert brought.state == State.IMPORTED
    assert Upload.objects.count() == 1


def tidying_up(done: int, total: int, what: str) -> None:
    """Let the server do the next job, which has not ended yet though all of it is to be seen."""
    working(done, total, what)
    lease_until = timezone.now() + timedelta(minutes=1)
    Job.objects.filter(state="succeeded").update(state="running", lease_until=lease_until)


def test_an_import_begins_while_the_look_at_it_still_tidies_up(
    world: World, client: Client, folder: Path
) -> None:
    brought = client.import_dataset(world.project.pk, folder, progress=tidying_up)

    assert brought.state == State.IMPORTED
    assert brought.brought["masks"] == 4


def test_an_import_that_the_server_has_not_begun_is_told_and_begun_by_the_next_call(
    world: World, client: Client, folder: Path, tmp_path: Path
) -> None:
    project, kept = world.project.pk, tmp_path / "kept"

    def forget(done: int, total: int, what: str) -> None:
        if begun := Job.objects.filter(kind=jobs.IMPORT_DATASET, state="queued"):
            cancel_job(job_id=begun.get().pk)
            DatasetImport.objects.update(state=State.READY)
        else:
            working(done, total, what)

    with pytest.raises(AnnealError, match="has not begun"):
        client.import_dataset(project, folder, unfinished=kept, progress=forget)
    again = client.import_dataset(project, folder, unfinished=kept, progress=working)

    assert again.state == State.IMPORTED
    assert Upload.objects.count() == 1


def test_an_import_that_was_discarded_meanwhile_does_not_stand_in_the_way(
    world: World, client: Client, folder: Path, tmp_path: Path
) -> None:
    project, kept = world.project.pk, tmp_path / "kept"
    progress = interrupted_at("(importing)")
    with pytest.raises(PressedError):
        client.import_dataset(project, folder, unfinished=kept, progress=progress)
    DatasetImport.objects.update(state=State.DISCARDED)

    with pytest.raises(AnnealError, match="discarded"):
        client.import_dataset(project, folder, unfinished=kept, progress=working)
    brought = client.import_dataset(project, folder, unfinished=kept, progress=working)

    assert brought.state == State.IMPORTED
