"""Bringing datasets in and out as a manager does, without Celery around the jobs."""

from typing import Any
from uuid import uuid4

from annotation import jobs, storage
from annotation.models import (
    Image,
    Job,
    Mask,
    Upload,
)
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World
from workers.app import app

THREE = zipped("coco", cell(1), cell(2), cell(3))


def arrive(world: World, data: bytes, name: str) -> str:
    """Put an upload where one is whose bytes have arrived, and ask for a look at it."""
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
    return str(upload.pk)


def send(world: World, data: bytes, name: str = "cells.zip") -> str:
    """Let an upload arrive, and have it looked at."""
    upload_id = arrive(world, data, name)
    work()
    return upload_id


def work() -> None:
    """Do what waits, and what that enqueues."""
    waiting = Job.objects.filter(state="queued").exclude(kind=jobs.PREPARE_IMAGES).order_by("pk")
    while job := waiting.first():
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


def finished(manager: Api, import_id: str) -> dict[str, Any]:
    """Import a dataset whose masks are finished work."""
    answer = manager.post(f"dataset-imports/{import_id}/start", {"finished": True})
    assert answer.status_code == 200
    work()
    return read(manager, import_id)
