"""The client and `anneal` at imports that take their time, with the server's work between."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias
from uuid import uuid4

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from annotation import jobs, storage
from annotation.import_sources import import_sources
from annotation.models import Job, Mask, OutsideModel, Proposal
from annotation.services.tokens import create_token
from engine.client import Client
from engine.client.__main__ import main
from engine.datasets.sample import Annotation
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import World, square
from workers.app import app

pytestmark = pytest.mark.django_db(transaction=True)  # the server has connections of its own
Anneal: TypeAlias = Callable[..., int]
PREDICTED = Annotation(square(9, 9, 3), "cell", predicted_iou=0.9)


@pytest.fixture
def token(world: World) -> str:
    return create_token(user=world.manager, name="test", scope="write", expires_in_days=1)[1]


@pytest.fixture(autouse=True)
def logged_in(token: str, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNEAL_URL", live_server.url)
    monkeypatch.setenv("ANNEAL_TOKEN", token)


@pytest.fixture
def lab(settings: LazySettings) -> str:
    """Where a source called "lab" begins in the store that the tests have."""
    told = {
        "bucket": settings.S3_BUCKET,
        "prefix": f"lab-{uuid4()}",
        "endpoint_url": settings.S3_ENDPOINT_URL,
        "access_key_id": settings.S3_ACCESS_KEY_ID,
        "secret_access_key": settings.S3_SECRET_ACCESS_KEY,
    }
    settings.IMPORT_SOURCES = import_sources({"lab": told})
    return told["prefix"]


def working(*_: object) -> None:
    """Let the server do the next job whenever somebody waits for it."""
    waiting = Job.objects.filter(state="queued").exclude(kind=jobs.PREPARE_IMAGES)
    if job := waiting.order_by("pk").first():
        app.tasks[job.kind](job_id=job.pk)


@pytest.fixture
def anneal(monkeypatch: pytest.MonkeyPatch) -> Anneal:
    """Run a command, and let the server work whenever that pauses; return its exit code."""
    monkeypatch.setattr("time.sleep", working)

    def run(*arguments: object) -> int:
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        code = ended.value.code
        return code if isinstance(code, int) else 0

    return run


def put_scored(lab: str) -> None:
    """Put a dataset into the bucket whose only mask has a score."""
    scored = zipped("coco", replace(cell(1), annotations=(PREDICTED,)))
    with zipfile.ZipFile(io.BytesIO(scored)) as archive:
        for name in archive.namelist():
            storage.put_bytes(f"{lab}/cells/{name}", archive.read(name))


def test_masks_with_a_score_come_in_from_a_bucket_as_a_model_s_proposals(
    world: World, lab: str, anneal: Anneal
) -> None:
    put_scored(lab)

    code = anneal("import-bucket", world.project.pk, "lab", "cells", "--proposals-by", "a net")

    assert code == 0
    assert not Mask.objects.exists()
    assert Proposal.objects.get().outside_model == OutsideModel.objects.get(name="a net")


def test_the_client_brings_masks_in_from_a_bucket_as_a_model_s_proposals(
    world: World, lab: str, live_server: LiveServer, token: str
) -> None:
    put_scored(lab)

    with Client(live_server.url, token) as client:
        brought = client.import_bucket(
            world.project.pk, "lab", "cells", proposals_by="a net", progress=working
        )

    assert brought.brought == {"images accepted": 1, "proposals": 1, "captions": 1}
