"""P3 and P8 by doing it: processes are killed while images come in and are prepared."""

from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.chaos.conftest import Work, picture
from tests.client import wait_for
from tests.stack import Stack

pytestmark = pytest.mark.slow
IMAGES = 8
PREPARING = ("models", "postgres", "valkey", "objects")


class Uploader(Thread):
    """Brings pictures in, each again and again until the server says that it is complete."""

    def __init__(self, work: Work) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.uploads = {uuid4(): picture(seed)[0] for seed in range(IMAGES)}
        self.completed: list[UUID] = []

    def has_completed(self, count: int) -> bool:
        return len(self.completed) >= count

    def run(self) -> None:
        for number, (upload, data) in enumerate(self.uploads.items()):
            wait_for(partial(self._sent, upload, f"{number}.png", data), "sent", 90)
            self.completed.append(upload)

    def _sent(self, upload: UUID, file_name: str, data: bytes) -> str:
        return self.work.client.upload(self.work.project, file_name, data, upload)


@pytest.mark.usefixtures("nobody_prepares")
@pytest.mark.parametrize("victim", ["web", "worker", "postgres", "valkey", "objects"])
def test_an_import_takes_each_file_once_when_a_process_is_killed(
    stack: Stack, work: Work, victim: str
) -> None:
    uploader = Uploader(work)
    uploader.start()

    wait_for(partial(uploader.has_completed, 3), "three files are up")
    stack.kill(victim)
    uploader.join(timeout=120)
    wait_for(partial(work.are_checked, IMAGES), "all files are checked", 240)

    assert uploader.has_completed(IMAGES)
    assert {upload["state"] for upload in work.uploads()} == {"accepted"}
    images = work.client.images(work.project)
    assert sorted(image["file_name"] for image in images) == sorted(
        f"{number}.png" for number in range(IMAGES)
    )
    places = stack.sql(
        "SELECT count(*), count(DISTINCT image_id) FROM annotation_assignment a"
        " JOIN annotation_image i ON i.id = a.image_id WHERE i.project_id = %s",
        work.project,
    )
    assert places == [(IMAGES, IMAGES)]


@pytest.mark.parametrize("victim", PREPARING)
def test_preparing_ends_well_and_doubles_nothing_when_a_process_is_killed(
    stack: Stack, work: Work, victim: str
) -> None:
    first = 100 + 10 * PREPARING.index(victim)  # pictures of its own: embeddings are shared
    pictures = [picture(seed)[0] for seed in range(first, first + 3)]
    work.add_images(*pictures)

    wait_for(partial(_embedded, work), "the first image is embedded", 240)
    stack.kill(victim)
    job = wait_for(partial(_prepared, work, len(pictures)), "everything is prepared", 240)

    assert job["state"] == "succeeded"
    rows = stack.sql(
        "SELECT i.id, count(p.id), count(DISTINCT p.rle), count(DISTINCT p.bundle_id)"
        " FROM annotation_image i LEFT JOIN annotation_proposal p"
        " ON p.image_id = i.id AND p.state = 'pending'"
        " WHERE i.project_id = %s GROUP BY i.id",
        work.project,
    )
    assert len(rows) == len(pictures)
    for _, proposals, different, bundles in rows:
        assert proposals == different
        assert bundles <= 1
    embedded = stack.sql(
        "SELECT count(*), count(DISTINCT image_sha256) FROM annotation_embedding e"
        " JOIN annotation_image i ON i.sha256 = e.image_sha256 WHERE i.project_id = %s",
        work.project,
    )
    assert embedded == [(len(pictures), len(pictures))]


def _embedded(work: Work) -> int:
    """Count them: the newest job may be a second one, which will find nothing to do."""
    embedded: int = work.client.get(f"/api/projects/{work.project}")["counts"]["embedded"]
    return embedded


def _prepared(work: Work, count: int) -> Any:
    return work.ended("prepare_images") if _embedded(work) == count else None


def test_a_job_that_dies_three_times_ends_as_failed_and_says_so(stack: Stack, work: Work) -> None:
    work.add_images(picture(200)[0])
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)
    stack.sql_do(
        "UPDATE annotation_job SET state = 'running', attempt = 3, lease_until = now()"
        " WHERE project_id = %s AND kind = 'workers.prepare_images'",
        work.project,
    )

    job = wait_for(lambda: work.ended("prepare_images"), "swept")

    assert job["state"] == "failed"
    assert "vanished" in job["error"]
