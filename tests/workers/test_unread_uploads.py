"""Files that the store refuses stop no others and are refused; an outage refuses none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation import jobs, storage
from annotation.models import Image, Job, Upload
from annotation.storage import StorageUnavailableError
from tests.annotation.world import World, png
from tests.workers.bringing import THREE, arrive
from workers.app import app
from workers.import_uploads import IN_A_ROW, LONGEST_OUTAGE

Refuse = Callable[..., list[str]]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Let the store refuse these uploads whenever they are read; return what was tried."""
    size = storage.size

    def refuse(*upload_ids: str) -> list[str]:
        keys, tried = [storage.upload_key(each) for each in upload_ids], []

        def measured(key: str) -> int:
            if key in keys:
                tried.append(key)
                raise StorageUnavailableError(f"The object store refused {key}: 500.")
            return size(key)

        monkeypatch.setattr(storage, "size", measured)
        return tried

    return refuse


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> None:
        raise StorageUnavailableError("The object store is unreachable.")

    monkeypatch.setattr(storage, "check", check)


def work() -> None:
    """Do what waits, and what a fault that passes leaves to be tried again."""
    waiting = Job.objects.filter(state="queued").exclude(kind=jobs.PREPARE_IMAGES)
    while job := waiting.order_by("pk").first():
        app.tasks[job.kind](job_id=job.pk)


def work_a_day_later() -> None:
    Job.objects.update(created_at=timezone.now() - LONGEST_OUTAGE - timedelta(seconds=1))
    Job.objects.filter(state="failed").update(state="queued", attempt=0, finished_at=None)
    work()


def states() -> dict[str, Any]:
    return dict(Upload.objects.order_by("created_at").values_list("file_name", "state"))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_file_that_the_store_refuses_stops_no_other_and_is_refused(
    world: World, refuse: Refuse, place: int
) -> None:
    ids = [arrive(world, png(seed), f"{seed}.png") for seed in range(3)]
    refuse(ids[place])

    work()

    told = Upload.objects.get(pk=ids[place])
    assert told.state == "refused"
    assert told.message.startswith("The object store refuses this file, though it answers: send")
    assert sorted(states().values()) == ["accepted", "accepted", "refused"]
    assert list(storage.list_keys(storage.upload_key(told.pk))) == []
    assert set(Job.objects.exclude(kind=jobs.PREPARE_IMAGES).values_list("state", flat=True)) == {
        "succeeded"
    }


def test_a_file_that_the_store_gives_at_the_second_time_comes_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(2):
        arrive(world, png(seed), f"{seed}.png")
    size, faults = storage.size, [StorageUnavailableError("The object store is unreachable.")]

    def measured(key: str) -> int:
        if faults:
            raise faults.pop()
        return size(key)

    monkeypatch.setattr(storage, "size", measured)

    work()

    assert states() == {"0.png": "accepted", "1.png": "accepted"}


def test_an_outage_refuses_none_and_few_files_are_tried(
    world: World, refuse: Refuse, away: None
) -> None:
    ids = [arrive(world, png(seed), f"{seed}.png") for seed in range(IN_A_ROW + 2)]
    Job.objects.exclude(pk=Job.objects.earliest("pk").pk).delete()
    tried = refuse(*ids)

    work()

    job = Job.objects.get(kind=jobs.IMPORT_UPLOADS)
    assert (job.state, set(states().values())) == ("failed", {"checking"})
    assert len(tried) == IN_A_ROW * job.attempt


def test_an_outage_that_begins_while_files_are_looked_at_refuses_none(
    world: World, refuse: Refuse, away: None
) -> None:
    first, second = (arrive(world, png(seed), f"{seed}.png") for seed in range(2))
    refuse(second)

    work()

    assert states() == {"0.png": "accepted", "1.png": "checking"}
    assert Upload.objects.get(pk=first).image is not None


def test_files_that_the_store_refuses_for_a_day_are_refused_and_those_behind_come_in(
    world: World, refuse: Refuse
) -> None:
    ids = [arrive(world, png(seed), f"{seed}.png") for seed in range(IN_A_ROW + 1)]
    refuse(*ids[:IN_A_ROW])
    work()
    before = set(states().values())

    work_a_day_later()

    assert before == {"checking"}
    assert [*states().values()] == [*["refused"] * IN_A_ROW, "accepted"]
    assert Job.objects.filter(kind=jobs.IMPORT_UPLOADS).latest("pk").state == "succeeded"


def test_an_outage_of_more_than_a_day_refuses_none(
    world: World, refuse: Refuse, away: None
) -> None:
    refuse(arrive(world, png(1), "a.png"))
    work()

    work_a_day_later()

    assert states() == {"a.png": "checking"}
    assert not Image.objects.exists()


def test_an_archive_that_the_store_refuses_for_a_day_is_refused(
    world: World, refuse: Refuse
) -> None:
    archive = arrive(world, THREE, "cells.zip")
    app.tasks[jobs.IMPORT_UPLOADS](job_id=Job.objects.get().pk)
    refuse(archive)
    work()
    before = states()

    work_a_day_later()

    assert (before, states()) == ({"cells.zip": "checking"}, {"cells.zip": "refused"})


def test_an_archive_with_a_job_of_its_own_holds_up_no_look(world: World, refuse: Refuse) -> None:
    archive = arrive(world, THREE, "cells.zip")
    app.tasks[jobs.IMPORT_UPLOADS](job_id=Job.objects.get().pk)
    refuse(archive)
    arrive(world, png(1), "a.png")

    work()

    assert states() == {"cells.zip": "checking", "a.png": "accepted"}
