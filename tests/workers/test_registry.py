"""The web enqueues by name; every name must have somebody who does it."""

import pytest

from annotation import jobs
from workers.app import app


@pytest.fixture(scope="module", autouse=True)
def _tasks() -> None:
    app.loader.import_default_modules()


@pytest.mark.parametrize("name", [*jobs.QUEUES, *jobs.PERIODIC])
def test_every_job_name_has_a_task(name: str) -> None:
    assert name in app.tasks


def test_every_task_has_a_job_name() -> None:
    ours = {name for name in app.tasks if name.startswith("workers.")}

    assert ours == {*jobs.QUEUES, *jobs.PERIODIC}


def test_beat_sends_only_tasks_that_exist() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == set(jobs.PERIODIC)
