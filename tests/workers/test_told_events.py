"""Webhooks are told the moments that others wait for, each once, and no others."""

from typing import Any
from uuid import uuid4

import pytest

from annotation import jobs
from annotation.models import Job, Webhook, WebhookDelivery
from annotation.selectors.version_criteria import EVERYTHING, Criteria
from annotation.services.images import delete_image
from annotation.services.version_cuts import request_cut
from annotation.services.versions import cut_version
from tests.annotation.cutting import annotated, cut
from tests.annotation.world import Api, World, png
from tests.workers.bringing import THREE, arrive, send, start, undo, work
from workers.app import app

pytestmark = pytest.mark.usefixtures("hook")


@pytest.fixture
def hook(world: World) -> Webhook:
    """A webhook that wants all events."""
    return Webhook.objects.create(
        pk=uuid4(),
        project=world.project,
        url="https://example.org",
        events=list(Webhook.Event),
        secret="a secret of many letters",  # noqa: S106  # a test's
        created_by=world.manager,
    )


def told() -> list[dict[str, Any]]:
    """Return what was told, in its order."""
    return list(
        WebhookDelivery.objects.order_by("created_at", "pk").values_list("payload", flat=True)
    )


def request(world: World, criteria: Criteria = EVERYTHING) -> Job:
    return request_cut(project=world.project, criteria=criteria, created_by=world.manager).job


def test_a_dataset_is_told_once_it_came_in_and_once_it_went_out_again(
    world: World, manager: Api
) -> None:
    import_id = send(world, THREE)
    looked_at = told()

    start(manager, import_id)
    undo(manager, import_id)

    came, went = told()
    assert looked_at == []
    assert {came["event"], went["event"]} == {"import.ended"}
    assert came["dataset_import_id"] == went["dataset_import_id"] == import_id
    assert (came["is_undo"], went["is_undo"]) == (False, True)
    assert came["job"]["state"] == went["job"]["state"] == "succeeded"


def test_files_that_came_or_were_refused_are_told_though_a_dataset_is_among_them(
    world: World,
) -> None:
    arrive(world, THREE, "cells.zip")
    arrive(world, png(), "one.png")
    arrive(world, b"no image", "other.png")

    work()

    [only] = told()
    assert (only["event"], only["job"]["state"]) == ("import.ended", "succeeded")
    assert Job.objects.get(pk=only["job"]["id"]).kind == jobs.IMPORT_UPLOADS


def test_what_an_earlier_run_brought_is_told_by_the_one_that_ends(world: World) -> None:
    arrive(world, png(), "one.png")
    job = Job.objects.get(kind=jobs.IMPORT_UPLOADS)
    app.tasks[job.kind](job_id=job.pk)
    WebhookDelivery.objects.all().delete()
    Job.objects.filter(pk=job.pk).update(state="queued", attempt=1)  # as if it had died before

    app.tasks[job.kind](job_id=job.pk)

    assert [each["event"] for each in told()] == ["import.ended"]


def test_the_images_of_a_dataset_that_come_alone_are_told(world: World, manager: Api) -> None:
    import_id = send(world, THREE)

    assert manager.post(f"dataset-imports/{import_id}/images").status_code == 200
    work()

    [only] = told()
    assert (only["event"], only["upload_id"]) == ("import.ended", import_id)


def test_each_cut_tells_its_version_also_where_that_was_there_before(world: World) -> None:
    annotated(world, 1, world.label_id)
    asked = [request(world), request(world)]

    for job in asked:
        app.tasks[job.kind](job_id=job.pk)

    first, second = told()
    assert {first["event"], second["event"]} == {"version.cut"}
    assert [first["job"]["id"], second["job"]["id"]] == [job.pk for job in asked]
    assert first["version"] == second["version"] == world.project.versions.get().pk
    assert first["counts"] == second["counts"]
    assert first["counts"]["masks"] == 1
    assert first["version_cut_id"] != second["version_cut_id"]


def test_a_cut_that_failed_tells_why_and_no_version(world: World) -> None:
    image = annotated(world, 1, world.label_id)
    job = request(world, Criteria(drop_empty=True))
    delete_image(image=image, by=world.manager)

    app.tasks[job.kind](job_id=job.pk)

    [only] = told()
    job.refresh_from_db()
    assert (only["event"], only["version"], only["counts"]) == ("version.cut", None, None)
    assert only["job"] == {"id": job.pk, "state": "failed", "error": job.error}
    assert job.error


def test_a_version_that_nobody_asked_a_job_for_is_told_once_it_is_new(world: World) -> None:
    annotated(world, 1, world.label_id)

    versions = [cut(world), cut_version(project=world.project, created_by=None)]

    [only] = told()
    assert only["version"] == versions[0].pk
    assert "job" not in only
