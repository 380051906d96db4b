"""An object store that is away: loud, and over once it is back."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.embedded import objects
from deploy.embedded.cli import free_ports
from deploy.embedded.launch import spawn
from deploy.embedded.wait import answers_http, wait_until_ready
from tests.chaos.conftest import SETTINGS, Work, creation, picture
from tests.client import wait_for
from tests.quick_bundle import make_quick_bundle
from tests.stack import ROOT, Stack, running_stack

pytestmark = pytest.mark.slow
BUCKET = "anneal"


class Store:
    """An S3 endpoint outside the stack, which the test takes away and brings back."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_ports()
        self.secret = secrets.token_urlsafe(16)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        return {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "S3_BUCKET": BUCKET,
            "S3_ACCESS_KEY_ID": "outside",
            "S3_SECRET_ACCESS_KEY": self.secret,
        }

    def start(self) -> None:
        own = objects.environment(
            self.folder,
            bucket=BUCKET,
            access_key="outside",
            secret_key=self.secret,
            allowed_origin="*",
        )
        env = {**os.environ, **own, "PYTHONPATH": str(ROOT)}
        self.process = spawn(objects.command(port=self.port), env=env, cwd=ROOT)
        url = self.settings["S3_ENDPOINT_URL"]
        wait_until_ready("objects", lambda: answers_http(url), self.process)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("objects"))
    store.start()
    yield store
    store.stop()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[Stack]:
    """Start a stack on the outside store."""
    folder = tmp_path_factory.mktemp("stack")
    bundle = make_quick_bundle(folder / "bundle")
    own = {**SETTINGS, **store.settings, "PRETRAINED_BUNDLE": str(bundle)}
    with running_stack(folder / "data", **own) as stack:
        stack.add_users("ada")
        yield stack


def test_people_save_on_while_the_store_is_away_and_work_that_needs_it_is_done_later(
    store: Store, stack: Stack, work: Work
) -> None:
    data, rles = picture(1)
    [image] = work.add_images(data)
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)
    store.stop()

    ready = work.client.send("GET", "/readyz")
    save = work.client.save(image, 0, creation(work, rles[0]))
    upload = work.client.send(
        "POST",
        f"/api/projects/{work.project}/uploads",
        {"id": str(uuid4()), "file_name": "late.png", "bytes": 10},
    )
    cut = work.client.post(f"/api/projects/{work.project}/versions", {})

    assert ready.status == 503
    assert "objects" in ready.body["not_ready"]  # a busy worker may be late to say that it is there
    assert save.is_good
    assert (upload.status, upload.body["code"]) == (503, "storage_unavailable")
    assert upload.headers["Content-Type"] == "application/problem+json"

    store.start()
    wait_for(lambda: work.client.send("GET", "/readyz").is_good, "ready again")
    [annotation] = work.client.export(work.project)["annotations"]
    assert annotation["segmentation"] == rles[0]
    asked = f"/api/version-cuts/{cut['id']}"
    wait_for(lambda: work.client.get(asked)["version"], "what waited for the store is cut", 120)


def test_a_job_that_misses_the_store_says_so_and_ends_well_once_it_is_back(
    store: Store, stack: Stack, work: Work
) -> None:
    [image] = work.add_images(picture(2)[0])
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)
    stack.sql_do("DELETE FROM annotation_embedding")
    store.stop()

    work.client.post(f"/api/projects/{work.project}/prepare")
    troubled = wait_for(partial(_job_with_error, work), "the job tells of its trouble")
    store.start()
    job = wait_for(lambda: work.ended("prepare_images"), "the job ends", 240)

    assert "store" in troubled["error"]
    assert job["state"] == "succeeded"
    assert work.client.get(f"/api/images/{image}")["embedding"]


def _job_with_error(work: Work) -> Any:
    job = work.job("prepare_images")
    return job if job and job["error"] else None
