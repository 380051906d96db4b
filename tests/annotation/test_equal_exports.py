"""Exports that are asked for again: the same bytes are written once (DESIGN P3, P6)."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from annotation import jobs
from annotation.models import DatasetVersion, Export, Job, Project
from annotation.services.exports import request_export
from annotation.services.jobs import cancel_job
from annotation.services.versions import cut_version
from engine.datasets.choosing import EVERYTHING, Choice
from tests.annotation.world import Api, World, create, make_image


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    Project.objects.update(listeners="manager")  # so that voices may be exported
    annotator.save(make_image(world.project), create())
    return cut_version(project=world.project, created_by=world.manager)


def ask(
    version: DatasetVersion, world: World, form: str = "coco", choice: Choice = EVERYTHING
) -> Export:
    return request_export(
        version=version,
        export_id=uuid4(),
        export_format=form,
        created_by=world.manager,
        choice=choice,
    )


def end(export: Export, state: str = "succeeded", **written: Any) -> None:
    Job.objects.filter(pk=export.job_id).update(state=state, finished_at=timezone.now())
    Export.objects.filter(pk=export.pk).update(**written)


def write(export: Export) -> None:
    end(export, key=f"exports/{export.pk}.zip", sha256="a" * 64, bytes=9)


@pytest.mark.parametrize("form", ["coco", "voices"])
def test_an_equal_export_that_is_under_way_is_waited_for(
    version: DatasetVersion, world: World, form: str
) -> None:
    first = ask(version, world, form)
    queued = ask(version, world, form)
    Job.objects.update(state="running", lease_until=timezone.now())

    assert queued == ask(version, world, form) == first
    assert Job.objects.filter(kind=jobs.EXPORT_VERSION).count() == 1


def test_an_equal_export_that_is_written_is_there(version: DatasetVersion, world: World) -> None:
    first = ask(version, world)
    write(first)

    assert ask(version, world) == first


def test_another_choice_format_or_version_is_another_export(
    version: DatasetVersion, world: World, annotator: Api
) -> None:
    annotator.save(make_image(world.project, 1), create())
    later = cut_version(project=world.project, created_by=world.manager)
    with_images = Choice(has_images=True)

    asked = [
        ask(version, world),
        ask(version, world, "yolo"),
        ask(version, world, choice=with_images),
        ask(later, world),
    ]

    assert len({each.pk for each in asked}) == 4


def test_what_holds_voices_is_written_anew_for_those_who_agree_now(
    version: DatasetVersion, world: World
) -> None:
    first = ask(version, world, "voices")
    write(first)

    assert ask(version, world, "voices") != first


def test_a_closed_export_is_answered_to_nobody(version: DatasetVersion, world: World) -> None:
    first = ask(version, world)
    end(first, key="")

    assert ask(version, world) != first


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_one_that_stopped_is_begun_again(version: DatasetVersion, world: World, state: str) -> None:
    first = ask(version, world)
    end(first, state)

    again = ask(version, world)

    assert again == first
    assert Job.objects.get(pk=again.job_id).state == "queued"


def test_one_that_is_being_stopped_is_not_waited_for(version: DatasetVersion, world: World) -> None:
    first = ask(version, world)
    Job.objects.update(state="running", lease_until=timezone.now())
    cancel_job(job_id=first.job_id)

    assert ask(version, world) != first


def test_what_was_asked_for_under_another_id_is_answered_by_its_own(
    version: DatasetVersion, manager: Api
) -> None:
    path = f"versions/{version.pk}/exports"
    bodies = [{"id": str(uuid4()), "format": "coco"} for _ in range(2)]

    answers = [manager.post(path, body) for body in (*bodies, bodies[1])]

    assert {each.json()["id"] for each in answers} == {bodies[0]["id"]}
    assert {each.status_code for each in answers} == {201}
