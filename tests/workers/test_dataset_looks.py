"""The look at a dataset promises what its import then keeps."""

from collections import Counter
from dataclasses import replace
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Comment, Image, Mask
from annotation.services.captions import save_caption
from annotation.services.import_looks import Looking, count_samples
from engine.datasets.errors import DatasetError
from engine.datasets.sample import Annotation, Dataset, Remark, Sample, labels_of
from tests.annotation.datasets import cell, linked, zipped
from tests.annotation.world import SIZE_HW, Api, World, make_image, png, square
from tests.workers.bringing import THREE, read, send, start, undo


def test_what_is_there_already_is_not_promised_again(world: World, manager: Api) -> None:
    start(manager, send(world, THREE))
    import_id = send(world, zipped("coco", cell(1), cell(2), cell(3), cell(4)))
    found = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    assert found == {
        "images": 1,
        "images duplicate": 3,
        "masks": 2,
        "masks there already": 6,
        "captions": 1,
        "captions there already": 3,
        "labels": 2,
    }
    assert brought == {"images accepted": 1, "images duplicate": 3, "masks": 2, "captions": 1}


def test_images_that_the_files_hold_out_and_the_project_does_not_are_told(
    world: World, manager: Api
) -> None:
    held = make_image(world.project, 5, is_holdout=True)
    of_splits = [
        replace(cell(number), split=split)
        for number, split in enumerate(("train", "val2017", "Test", "holdout", "unfinished"), 1)
    ]
    there = replace(cell(5), split="holdout")
    import_id = send(world, zipped("jsonl", *of_splits[:4], there))
    found = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    assert held.is_holdout
    assert (found["splits left out"], brought["splits left out"]) == (3, 3)


def test_new_masks_of_images_that_are_there_are_told_apart(world: World, manager: Api) -> None:
    start(manager, send(world, linked_to(world, cell(1))))
    whole, part = cell(1).annotations
    other = Annotation(square(20, 20, 3), "cell", predicted_iou=0.5)
    more = replace(cell(1), annotations=(whole, replace(part, caption="A dark one."), other))
    import_id = send(world, linked("coco", replace(more, captions=("Another cell.",))))
    found = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    left = {"captions left out": 1, "captions of masks left out": 1}
    new = {"images that were there": 1, "masks": 1}
    assert found == {
        **new,
        **left,
        "masks there already": 2,
        "masks with a score": 1,
        "labels": 2,
    }
    assert brought == {**new, **left}


def linked_to(world: World, sample: Sample) -> bytes:
    """Write a dataset without its image, which the project is given."""
    make_image(world.project, 1, file_name=sample.file_name)
    return linked("coco", sample)


def test_captions_of_an_image_that_somebody_described_are_not_promised(
    world: World, manager: Api
) -> None:
    image = make_image(world.project, 1)
    save_caption(caption_id=uuid4(), image=image, author=world.annotator, text="By hand.")

    found = read(manager, send(world, zipped("coco", cell(1))))["found"]

    assert found["captions left out"] == 1
    assert "captions" not in found


def test_what_is_no_image_or_of_another_size_is_refused_before_it_comes(
    world: World, manager: Api
) -> None:
    height, width = SIZE_HW
    larger = replace(cell(3), load_bytes=lambda: png(3, (height + 1, width)))
    import_id = send(world, zipped("coco", cell(1), cell(2, is_broken=True), larger))
    before = read(manager, import_id)
    problems = manager.get(f"dataset-imports/{import_id}/problems").json()["results"]

    after = start(manager, import_id)

    assert before["found"] == {
        "images": 2,
        "images refused": 1,
        "masks": 2,
        "masks refused": 2,
        "captions": 1,
        "captions refused": 1,
        "labels": 2,
    }
    assert problems == manager.get(f"dataset-imports/{import_id}/problems").json()["results"]
    assert [each["file"] for each in problems] == ["deep/2.png", "deep/3.png"]
    assert after["brought"].items() > {"images accepted": 2, "masks refused": 2}.items()


def test_nothing_is_promised_of_images_that_are_not_there(world: World, manager: Api) -> None:
    import_id = send(world, linked("coco", cell(1)))
    found = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    assert found == {"images not there": 1, "labels": 2}
    assert brought == {"images not there": 1}


def test_what_an_undo_took_out_is_promised_again(world: World, manager: Api) -> None:
    first = start(manager, send(world, zipped("coco", cell(1))))
    undo(manager, first["id"])
    import_id = send(world, zipped("coco", cell(1)))
    found = read(manager, import_id)["found"]

    brought = start(manager, import_id)["brought"]

    assert found == {"images duplicate": 1, "masks": 2, "captions": 1, "labels": 2}
    assert brought == {"images duplicate": 1, "masks": 2, "captions": 1}


def test_more_images_are_no_more_queries_and_a_look_writes_nothing(world: World) -> None:
    remark = Remark("Is this one cell?", "ada")
    box = Annotation(None, "cell", (1.0, 1.0, 4.0, 4.0))
    samples = [
        replace(cell(seed), annotations=(*cell(seed).annotations, box), remarks=(remark,))
        for seed in range(1, 9)
    ]
    for seed in range(1, 9, 2):
        make_image(world.project, seed)
    alone = [replace(each, load_bytes=None, file_name="1.png") for each in samples[::4]]
    dataset = Dataset(labels_of(["cell", "nucleus"]), lambda: iter(samples))
    looking = Looking.at(world.project, dataset)
    problems: list[DatasetError] = []

    with CaptureQueriesContext(connection) as few:
        count_samples(looking, [*samples[:2], alone[0]], problems.append)
    with CaptureQueriesContext(connection) as many:
        counts = count_samples(looking, [*samples, *alone], problems.append)

    assert len(many) == len(few)
    assert (counts["comments"], counts["boxes"], problems) == (8, 8, [])
    assert Counter(query["sql"].split()[0] for query in many) == {"SELECT": len(many)}
    assert not Mask.objects.exists()
    assert not Comment.objects.exists()
    assert Image.objects.count() == 4
