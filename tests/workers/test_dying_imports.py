"""Imports whose workers die again and again go on, as long as each gets further."""

import io
import zipfile

import pytest

from annotation import jobs, storage
from annotation.models import Image, ImportedSample, Job
from annotation.services.jobs import MAX_ATTEMPTS
from annotation.storage import StorageUnavailableError
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, png
from tests.workers.bringing import THREE, arrive
from workers.app import app


def work_for_the_last_time() -> dict[str, int]:
    """Do what waits, as if each job had died before; return the attempts that then count."""
    waiting = Job.objects.filter(state="queued").exclude(kind=jobs.PREPARE_IMAGES)
    done = []
    while job := waiting.order_by("pk").first():
        Job.objects.filter(pk=job.pk).update(attempt=MAX_ATTEMPTS - 1)
        app.tasks[job.kind](job_id=job.pk)
        done.append(job.pk)
    return dict(Job.objects.filter(pk__in=done).values_list("kind", "attempt"))


def test_whatever_was_kept_makes_an_attempt_the_first(world: World, manager: Api) -> None:
    import_id = arrive(world, THREE, "cells.zip")
    looked_at = work_for_the_last_time()
    manager.post(f"dataset-imports/{import_id}/start")
    brought = work_for_the_last_time()
    manager.post(f"dataset-imports/{import_id}/undo")
    undone = work_for_the_last_time()

    assert looked_at == dict.fromkeys(
        (jobs.IMPORT_UPLOADS, jobs.IMPORT_ARCHIVE, jobs.CHECK_DATASET), MAX_ATTEMPTS
    )
    assert brought == {jobs.IMPORT_DATASET: 1}
    assert undone == {jobs.UNDO_IMPORT: 1}


def test_so_does_an_image_that_was_sent_alone(world: World) -> None:
    arrive(world, png(1), "a.png")

    assert work_for_the_last_time() == {jobs.IMPORT_UPLOADS: 1}
    assert Image.objects.count() == 1


def test_so_does_an_image_of_an_archive_but_not_the_archive(world: World) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.png", png(1))
    arrive(world, out.getvalue(), "more.zip")

    attempts = work_for_the_last_time()

    assert attempts == {jobs.IMPORT_UPLOADS: MAX_ATTEMPTS, jobs.IMPORT_ARCHIVE: 1}
    assert Image.objects.count() == 1


def test_an_import_that_dies_before_it_keeps_anything_is_given_up(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = arrive(world, zipped("coco", cell(1)), "cells.zip")
    work_for_the_last_time()
    manager.post(f"dataset-imports/{import_id}/start")

    def put_bytes(*_: object, **__: object) -> None:
        raise StorageUnavailableError("The object store is unreachable.")

    monkeypatch.setattr(storage, "put_bytes", put_bytes)

    work_for_the_last_time()

    job = Job.objects.get(kind=jobs.IMPORT_DATASET)
    assert (job.state, job.attempt) == ("failed", MAX_ATTEMPTS)
    assert not ImportedSample.objects.exists()
