"""The broker dies while jobs run: whoever has a slot takes work again, and nobody waits in line."""

from typing import Any
from uuid import uuid4

import pytest

from deploy.embedded.services import WORKERS
from tests.chaos.conftest import Work, picture
from tests.client import Client, wait_for
from tests.stack import Stack

pytestmark = pytest.mark.slow
PROJECTS = 3


def new_project(manager: Client) -> Work:
    labels = [{"name": "disc", "color": "#12b886"}]
    values = {"name": str(uuid4()), "labels": labels, "holdout_share": 0.0}
    project = manager.post("/api/projects", values)
    return Work(manager, project["id"], project["labels"][0]["id"])


def states(works: list[Work]) -> list[Any]:
    return sorted(work.job("prepare_images")["state"] for work in works)


def test_an_import_is_done_beside_jobs_that_hold_every_slot_of_theirs_when_the_broker_was_killed(
    stack: Stack, work: Work
) -> None:
    heavy = [new_project(work.client) for _ in range(PROJECTS)]
    held = ["queued"] * (PROJECTS - WORKERS["models"][1]) + ["running"] * WORKERS["models"][1]
    with stack.locked("annotation_alias"):  # each of them wants to write there
        for each in heavy:
            work.client.post(f"/api/projects/{each.project}/prepare")
        wait_for(lambda: states(heavy) == held, "every slot is taken")
        before = {name: stack.pid(name) for name in WORKERS}

        stack.kill("valkey")
        wait_for(lambda: work.client.send("GET", "/readyz").is_good, "every worker is back")
        images = work.add_images(picture(400)[0])

        assert images
        assert states(heavy) == held
        assert {name: stack.pid(name) for name in WORKERS} == before

    wait_for(lambda: states(heavy) == ["succeeded"] * PROJECTS, "all are prepared", 240)
