"""Images of a dataset that come in together: each gets what it would alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from annotation.models import (
    Caption,
    DatasetImport,
    Image,
    ImportedSample,
    Mask,
    Revision,
)
from annotation.services.captions import withdraw_caption
from annotation.services.dataset_imports import begin_import, fetch_sample, import_samples
from annotation.services.import_batches import PER_IMAGE, batches
from annotation.services.import_runs import run_import
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import FORMATS, export
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from tests.annotation.datasets import cell
from tests.annotation.world import SIZE_HW, World, make_image, square

ALL = 10**6  # a batch of however many there are


def linked(seed: int, *annotations: Annotation) -> Sample:
    """What a dataset tells of an image that the project has; one cell, if nothing is said."""
    found = annotations or (Annotation(square(2, 2), "cell"),)
    return Sample(f"{seed}.png", SIZE_HW, found)


def bring(
    world: World, folder: Path, *samples: Sample, most: int = ALL, is_finished: bool = False
) -> DatasetImport:
    labels = labels_of(["cell", "nucleus"])
    export(Dataset(labels, lambda: iter(samples)), FORMATS["jsonl"], FolderOut(folder))
    found = DatasetImport.objects.create(
        pk=uuid4(),
        project=world.project,
        source="cells",
        format="jsonl",
        state=DatasetImport.State.IMPORTING,
        is_finished=is_finished,
        created_by=world.manager,
    )
    run_import(
        found, open_source(folder), fence=transaction.atomic, progress=lambda *_: None, most=most
    )
    found.refresh_from_db()
    return found


def rows(found: DatasetImport) -> list[ImportedSample]:
    return list(found.samples.order_by("number"))


def test_more_images_in_a_batch_are_no_more_queries(world: World, tmp_path: Path) -> None:
    for seed in range(12):
        make_image(world.project, seed)
    described = [replace(linked(seed), captions=(f"Cell {seed}.",)) for seed in range(12)]

    bring(world, tmp_path / "first", described[0], is_finished=True)  # makes the labels

    with CaptureQueriesContext(connection) as few:
        bring(world, tmp_path / "few", *described[1:3], is_finished=True)
    with CaptureQueriesContext(connection) as many:
        bring(world, tmp_path / "many", *described[3:], is_finished=True)

    assert len(many) == len(few)
    assert Mask.objects.count() == Caption.objects.count() == 12
    assert Image.objects.filter(status="done", version=1).count() == 12


def test_an_image_that_comes_twice_in_a_batch_is_given_each_mask_once(
    world: World, tmp_path: Path
) -> None:
    image = make_image(world.project, 1)
    both, again = Annotation(square(2, 2), "cell"), Annotation(square(9, 9), "cell")
    samples = (
        replace(linked(1, both), captions=("One.",)),
        replace(linked(1, both, again, again), captions=("One.", "Two.")),
    )

    found = bring(world, tmp_path, *samples, is_finished=True)

    first, second = rows(found)
    assert [len(first.masks), len(first.met)] == [1, 0]
    assert [len(second.masks), len(second.met)] == [1, 1]
    assert second.met == first.masks
    assert [first.is_finished, second.is_finished] == [True, False]
    assert [len(first.captions), second.met_captions] == [1, first.captions]
    assert found.brought == {
        "images that were there": 2,
        "masks": 2,
        "captions": 1,
        "captions left out": 1,
        "images finished": 1,
    }
    assert Revision.objects.filter(mask__image=image).count() == 2


def test_bytes_that_come_twice_in_a_batch_are_one_new_image(world: World, tmp_path: Path) -> None:
    other = replace(cell(1), file_name="other.png", annotations=())

    found = bring(world, tmp_path, cell(1), other, cell(2))

    assert [each.is_new for each in rows(found)] == [True, False, True]
    assert found.brought == {
        "images accepted": 2,
        "images duplicate": 1,
        "masks": 4,
        "captions": 2,
    }
    assert list(Image.objects.order_by("pk").values_list("file_name", flat=True)) == [
        "deep/1.png",
        "deep/2.png",
    ]


def test_what_cannot_be_used_harms_nothing_else_of_its_batch(world: World, tmp_path: Path) -> None:
    for seed in (1, 2):
        make_image(world.project, seed)
    small = Sample("2.png", (8, 8), (Annotation(square(1, 1, 3, (8, 8)), "cell"),))

    found = bring(world, tmp_path, linked(7), cell(3, is_broken=True), small, linked(1), cell(4))

    problems = found.problems.order_by("pk").values_list("file", flat=True)
    assert list(problems) == ["7.png", "deep/3.png", "2.png"]
    assert [each.image_id is not None for each in rows(found)] == [False, False, True, True, True]
    assert found.brought == {
        "images not there": 1,
        "images refused": 1,
        "images that were there": 2,
        "images accepted": 1,
        "masks refused": 1,
        "masks": 3,
        "captions": 1,
    }


def test_one_that_the_database_refuses_is_a_problem_and_the_others_come_in(
    world: World, tmp_path: Path
) -> None:
    for seed in (1, 2, 3):
        make_image(world.project, seed)
    said = Annotation(square(2, 2), "cell", caption="Unheard of.")
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE annotation_maskcaption ADD CONSTRAINT unheard CHECK (text NOT LIKE 'Un%')"
        )

    new = replace(cell(5), annotations=(said,))

    found = bring(world, tmp_path, linked(1), linked(2, said), linked(3), cell(4), new)

    problems = found.problems.order_by("pk")
    assert [each.file for each in problems] == ["2.png", "deep/5.png"]
    assert all("unheard" in each.fault for each in problems)
    assert [each.image_id is not None for each in rows(found)] == [True, False, True, True, False]
    assert found.brought == {
        "images that were there": 2,
        "images accepted": 1,
        "images refused": 2,
        "masks": 4,
        "captions": 1,
    }
    assert Mask.objects.count() == Revision.objects.count() == 4
    assert not Image.objects.filter(file_name="deep/5.png").exists()


def test_a_name_means_an_image_that_came_before_it_in_the_batch(world: World) -> None:
    by_name = Sample("deep/1.png", SIZE_HW, (Annotation(square(20, 2, 3), "cell"),))
    early = replace(by_name, file_name="deep/2.png")

    importing = begin_import(
        project=world.project, dataset=Dataset((), lambda: iter(())), author=world.manager
    )
    coming = [fetch_sample(importing, each) for each in (early, cell(1), by_name, cell(2))]

    brought = import_samples(importing, coming)

    assert [each.image_id is not None for each in brought] == [False, True, True, True]
    assert Mask.objects.filter(image__file_name="deep/1.png").count() == 3


def test_a_mask_is_newer_than_those_that_are_told_before_it(world: World, tmp_path: Path) -> None:
    image = make_image(world.project, 1)
    shapes = [square(x, 2, 4) for x in (2, 3, 4, 5)]

    bring(world, tmp_path, linked(1, *(Annotation(rle, "cell") for rle in shapes)))

    newest_last = Mask.objects.filter(image=image).order_by("created_at")
    assert [mask.head and mask.head.rle for mask in newest_last] == shapes


def test_a_caption_that_was_taken_back_may_come_in_anew(world: World, tmp_path: Path) -> None:
    make_image(world.project, 1)
    sample = replace(linked(1), captions=("One.",))
    for _ in range(2):
        bring(world, tmp_path / str(uuid4()), sample)
        withdraw_caption(caption=Caption.objects.get(withdrawn_at=None))

    found = bring(world, tmp_path / "third", sample)

    assert found.brought["captions"] == 1
    assert Counter(Caption.objects.values_list("text", flat=True)) == {"One.": 3}


def test_a_batch_is_used_before_the_image_after_it_is_read() -> None:
    read: list[int] = []

    def samples() -> Iterator[Sample]:
        for seed in range(5):
            read.append(seed)
            yield linked(seed)

    seen = [(len(batch), len(read)) for batch in batches(samples(), 2 * PER_IMAGE)]

    assert seen == [(2, 2), (2, 4), (1, 5)]
