"""P7 and P8 by doing it: a killed training goes on, and a wiped broker loses no work."""

from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis

from deploy.embedded.config import env_file, read_env
from tests.chaos.conftest import STEPS, Work, creation, picture
from tests.client import wait_for
from tests.stack import Stack

pytestmark = pytest.mark.slow
CHECKPOINT_EVERY = 5  # steps, the engine's


def annotate(work: Work, images: list[int], first_seed: int) -> None:
    """Draw the discs of each image and finish it."""
    for image, seed in zip(images, range(first_seed, first_seed + len(images)), strict=True):
        claimed = work.client.post(f"/api/projects/{work.project}/claim", {"image": image})
        version = work.client.get(f"/api/images/{image}")["version"]
        operations = [creation(work, rle) for rle in picture(seed)[1]]
        assert work.client.save(image, version, *operations).is_good
        place = claimed["assignment"]["id"]
        work.client.post(f"/api/assignments/{place}/finish", {"active_s": 5})


def round_of(work: Work, number: int) -> Any:
    """Return a round with its curve."""
    rounds = work.client.rows(f"/api/projects/{work.project}/rounds")
    row = next(each for each in rounds if each["number"] == number)
    return work.client.get(f"/api/rounds/{row['id']}")


def has_trained(work: Work, steps: int) -> bool:
    curve = round_of(work, 1)["curve"]
    return bool(curve) and curve[-1]["step"] >= steps


def test_a_killed_training_goes_on_from_its_checkpoint(stack: Stack, work: Work) -> None:
    images = work.add_images(*(picture(seed)[0] for seed in range(300, 302)))
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)
    annotate(work, images, 300)
    work.client.post(f"/api/projects/{work.project}/rounds", {"id": str(uuid4())})

    wait_for(partial(has_trained, work, CHECKPOINT_EVERY + 1), "a checkpoint is written", 400)
    killed_at = round_of(work, 1)["curve"][-1]["step"]
    stack.kill("models")
    job = wait_for(lambda: work.ended("run_round"), "the round's job ends", 400)

    found = round_of(work, 1)
    # Nothing of the holdout is annotated here, so that the gate cannot promote.
    assert (found["state"], killed_at < STEPS) == ("refused", True), found["decision"]
    assert [point["step"] for point in found["curve"]] == list(range(1, STEPS + 1))
    assert job["state"] == "succeeded"
    assert "training_resumed" in stack.log()
    bundles = stack.sql(
        "SELECT count(*) FROM annotation_round WHERE project_id = %s AND bundle_id IS NOT NULL",
        work.project,
    )
    assert bundles == [(1,)]


def test_work_that_was_queued_when_the_broker_was_wiped_is_done(stack: Stack, work: Work) -> None:
    broker = read_env(env_file(stack.data))["BROKER_URL"]
    images = work.add_images(picture(310)[0])
    wait_for(lambda: work.ended("prepare_images"), "prepared", 240)

    stack.kill("models")
    queued = work.client.post(f"/api/projects/{work.project}/prepare")
    with redis.Redis(unix_socket_path=str(_socket_of(broker))) as client:
        client.flushall()
    wait_for(lambda: work.ended("prepare_images"), "done all the same", 240)

    assert images
    assert work.job("prepare_images")["id"] == queued["id"]
    assert work.job("prepare_images")["state"] == "succeeded"


def _socket_of(broker_url: str) -> Path:
    return Path(broker_url.removeprefix("redis+socket://"))
