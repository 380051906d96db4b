"""An object store that is away and a disk that is full: loud, and over once the cause is."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from deploy.embedded import objects
from deploy.embedded.launch import spawn
from deploy.embedded.wait import answers_http, wait_until_ready
from engine.masks.rle import encode
from tests.chaos.conftest import SETTINGS, SIZE_PX, Work, picture
from tests.client import UNREACHABLE, Answer, wait_for
from tests.quick_bundle import make_quick_bundle
from tests.stack import ROOT, Stack, free_port, running_stack

pytestmark = pytest.mark.slow
BUCKET = "anneal"
TMPFS_MIB = 320


class Store:
    """An S3 endpoint outside the stack, which the test takes away and brings back."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
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


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "objects")
    store.start()
    yield store
    store.stop()


@pytest.fixture
def stack(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Start a stack on the outside store, or, for the full disk, on a small file system."""
    settings = {**SETTINGS, "PRETRAINED_BUNDLE": str(make_quick_bundle(tmp_path / "bundle"))}
    if "store" in request.fixturenames:
        outside: Store = request.getfixturevalue("store")
        with running_stack(tmp_path / "data", **settings, **outside.settings) as stack:
            stack.add_users("ada")
            yield stack
    else:
        with small_disk(tmp_path / "disk") as disk, running_stack(disk, **settings) as stack:
            stack.add_users("ada")
            yield stack


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MIB}m,mode=0700", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


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
    versions = work.client.send("POST", f"/api/projects/{work.project}/versions", {})

    assert (ready.status, ready.body["not_ready"]) == (503, ["objects"])
    assert save.is_good
    for refused in (upload, versions):
        assert (refused.status, refused.body["code"]) == (503, "storage_unavailable")
        assert refused.headers["Content-Type"] == "application/problem+json"

    store.start()
    wait_for(lambda: work.client.send("GET", "/readyz").is_good, "ready again")
    [annotation] = work.client.export(work.project)["annotations"]
    assert annotation["segmentation"] == rles[0]


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


def test_a_full_disk_refuses_saves_aloud_and_loses_none_that_it_took(
    stack: Stack, work: Work
) -> None:
    [image] = work.add_images(picture(3)[0])
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)
    ballast = stack.data / "ballast"
    fill(ballast)

    version, taken, refused = 0, 0, None
    for seed in range(100):
        operations = [creation(work, noise(seed * 100 + number)) for number in range(50)]
        answer = try_to_save(work, image, version, operations)
        if answer is None or not answer.is_good:
            refused = answer
            break
        version, taken = answer.body["version"], taken + len(operations)
        fill(ballast)
    else:
        pytest.fail("the disk never filled up")
    if refused is not None:
        assert refused.status >= 500
        assert refused.headers["Content-Type"] == "application/problem+json"
    with pytest.raises(UNREACHABLE):
        work.client.upload(work.project, "more.png", picture(4)[0])

    ballast.unlink()
    wait_for(lambda: work.client.send("GET", "/readyz").is_good, "ready again")
    again = wait_for(partial(try_to_save, work, image, version, operations), "sent again")
    shown = work.client.get(f"/api/images/{image}")
    assert again.is_good, again
    assert len(shown["masks"]) == taken + len(operations)


def creation(work: Work, rle: object) -> dict[str, object]:
    ids = {"id": str(uuid4()), "mask": str(uuid4())}
    return {**ids, "kind": "create", "label": work.label, "rle": rle}


def noise(seed: int) -> object:
    """Make a mask that takes room: about 10 kB."""
    return encode(np.random.default_rng(seed).random((SIZE_PX, SIZE_PX)) < 0.5)


def fill(ballast: Path) -> None:
    """Write until the disk is full."""
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(bytes(1 << 16)):
            pass


def try_to_save(work: Work, image: int, version: int, operations: list[Any]) -> Answer | None:
    try:
        return work.client.save(image, version, *operations)
    except UNREACHABLE:
        return None


def _job_with_error(work: Work) -> Any:
    job = work.job("prepare_images")
    return job if job and job["error"] else None
