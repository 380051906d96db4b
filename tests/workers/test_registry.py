"""The web enqueues by name; every name must have somebody who does it."""

import pytest
from django.utils.module_loading import import_string

from annotation import jobs
from annotation.models import Job
from tests.annotation.world import World
from workers import tasks
from workers.app import app


@pytest.mark.parametrize("name", [*jobs.QUEUES, *jobs.PERIODIC, jobs.HEAR])
def test_every_job_name_has_a_task(name: str) -> None:
    assert name in app.tasks


@pytest.mark.parametrize("name", jobs.QUEUES)
def test_every_job_has_work_that_a_child_can_import(name: str) -> None:
    assert callable(import_string(tasks.WORK[name]))


def test_a_job_whose_work_cannot_be_imported_fails_and_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tasks.WORK, jobs.EXPORT_VERSION, "workers.gone.export_version")
    job = Job.objects.create(kind=jobs.EXPORT_VERSION, project=world.project, args={})

    app.tasks[job.kind](job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "No module named 'workers.gone'")


def test_every_task_has_a_job_name() -> None:
    ours = {name for name in app.tasks if name.startswith("workers.")}

    assert ours == {*jobs.QUEUES, *jobs.PERIODIC, jobs.HEAR}


def test_beat_sends_only_tasks_that_exist() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == set(jobs.PERIODIC)
