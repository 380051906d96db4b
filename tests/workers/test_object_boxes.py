"""Boxes of another tool come in, and a mask is proposed in each: one object, one proposal."""

from dataclasses import replace

import pytest
from django.core.management import call_command

from annotation import jobs
from annotation.models import Image, Job, ObjectBox, Project, Proposal
from annotation.services.assignments import claim_image
from annotation.services.jobs import enqueue_job
from engine.datasets.sample import Annotation, Box, Sample
from tests.annotation.datasets import zipped
from tests.annotation.world import SIZE_HW, Api, World, make_image, png
from tests.workers.bringing import send, start, undo
from workers import boxed_proposals, prepare_images
from workers.tasks import run_job

CELL, PAIL = (4.0, 3.0, 12.0, 9.5), (18.0, 6.0, 10.0, 12.0)


@pytest.fixture
def manager(world: World) -> Api:
    """Nobody works without proposals, so that each image shows what was proposed."""
    Project.objects.filter(pk=world.project.pk).update(
        without_proposals_share=0, previous_bundle_share=0
    )
    return Api(world.manager)


def boxed(seed: int, **boxes: Box) -> Sample:
    """An image on which a box is all that is known of each object."""
    objects = tuple(Annotation(None, label, box_xywh=box) for label, box in boxes.items())
    return Sample(f"{seed}.png", SIZE_HW, objects, load_bytes=lambda: png(seed))


def prepare(world: World) -> None:
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.error == ""


def pending() -> dict[str, str | None]:
    """What waits for people: labels by id."""
    waiting = Proposal.objects.filter(state="pending").select_related("label")
    return {str(each.pk): each.label.name if each.label else None for each in waiting}


def labels_of_boxes(image: Image) -> list[str]:
    boxes = ObjectBox.objects.filter(image=image)
    return list(boxes.order_by("label__name").values_list("label__name", flat=True))


@pytest.mark.parametrize("name", ["coco", "yolo_detection", "voc", "labelme"])
def test_boxes_come_in_by_any_format_and_a_mask_is_proposed_in_each(
    world: World, manager: Api, name: str
) -> None:
    brought = start(manager, send(world, zipped(name, boxed(1, cell=CELL, pail=PAIL))))
    prepare(world)

    assert brought["brought"]["boxes"] == 2
    image = Image.objects.get()
    assert labels_of_boxes(image) == ["cell", "pail"]
    labels = [label for label in pending().values() if label]
    assert sorted(labels) == ["cell", "pail"]
    assert not image.masks.exists()


def test_boxes_that_come_twice_are_there_once(world: World, manager: Api) -> None:
    sample = boxed(1, cell=CELL)
    start(manager, send(world, zipped("coco", sample, replace(sample, file_name="again.png"))))
    prepare(world)
    before = pending()

    again = start(manager, send(world, zipped("coco", sample)))
    prepare(world)

    assert "boxes" not in again["brought"]
    assert ObjectBox.objects.count() == 1
    assert pending() == before


def test_boxes_on_an_image_that_was_proposed_for_are_answered_until_their_import_is_undone(
    world: World, manager: Api
) -> None:
    image = make_image(world.project, 1)
    prepare(world)
    before = pending()

    first = start(manager, send(world, zipped("coco", boxed(1, cell=CELL))))
    prepare(world)
    answered = pending()
    undone = undo(manager, first["id"])
    prepare(world)

    assert "cell" not in before.values()
    assert list(answered.values()).count("cell") == 1
    assert not answered.keys() & before.keys()
    assert undone["brought"]["boxes removed"] == 1
    assert pending() == before
    assert labels_of_boxes(image) == []


def test_boxes_that_come_while_their_image_is_looked_at_are_answered_next(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_image(world.project, 1)
    read = boxed_proposals.boxes_of

    def boxes_before_some_come(image: Image) -> list[ObjectBox]:
        boxes = read(image)
        if not ObjectBox.objects.exists():
            start(manager, send(world, zipped("coco", boxed(1, cell=CELL))))
        return boxes

    with monkeypatch.context() as patch:
        patch.setattr(prepare_images, "boxes_of", boxes_before_some_come)
        prepare(world)
    missed = pending()
    prepare(world)

    assert "cell" not in missed.values()
    assert list(pending().values()).count("cell") == 1


def test_boxes_that_the_command_takes_out_have_their_images_proposed_for_again(
    world: World, manager: Api
) -> None:
    image = make_image(world.project, 1)
    first = start(manager, send(world, zipped("coco", boxed(1, cell=CELL))))
    prepare(world)
    Job.objects.filter(kind=jobs.PREPARE_IMAGES).delete()

    call_command("undo_import", first["id"])

    image.refresh_from_db()
    assert image.is_due
    assert Job.objects.get(kind=jobs.PREPARE_IMAGES).state == "queued"


def test_what_another_import_brought_as_well_stays(world: World, manager: Api) -> None:
    data = zipped("coco", boxed(1, cell=CELL))
    first = start(manager, send(world, data))
    second = start(manager, send(world, data))

    undo(manager, first["id"])
    there = ObjectBox.objects.count()
    undo(manager, second["id"])

    assert there == 1
    assert ObjectBox.objects.count() == 0


def test_who_has_begun_an_image_keeps_what_was_proposed(world: World, manager: Api) -> None:
    image = make_image(world.project, 1)
    prepare(world)
    before = pending()
    claim_image(project=world.project, user=world.annotator, image_id=image.pk)

    start(manager, send(world, zipped("coco", boxed(1, cell=CELL))))
    prepare(world)

    assert pending() == before


def test_nothing_is_proposed_in_boxes_of_the_holdout(world: World, manager: Api) -> None:
    image = make_image(world.project, 1, is_holdout=True)

    start(manager, send(world, zipped("coco", boxed(1, cell=CELL))))
    prepare(world)

    assert labels_of_boxes(image) == ["cell"]
    assert pending() == {}
