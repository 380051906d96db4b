"""What a captioner reads of a version: described images, and their masks as they are asked for."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import DatasetVersion, Image, Label
from annotation.services.captions import save_caption
from annotation.services.labels import create_label, delete_label
from annotation.services.seeds import Seed, seed_masks
from annotation.services.versions import cut_version
from engine.datasets.stored_objects import StoredObjects
from tests.annotation.world import World, make_image, square
from workers.captioning import described_images


@pytest.fixture
def done(world: World) -> Image:
    return make_image(world.project, status="done")


def cut(world: World, image: Image, *seeds: Seed) -> DatasetVersion:
    """Freeze an image with a text and some masks, beside one that nobody described."""
    seed_masks(image=image, seeds=list(seeds), author=world.manager)
    save_caption(caption_id=uuid4(), image=image, author=world.manager, text="Cells.")
    make_image(world.project, 1, status="done")
    return cut_version(project=world.project, created_by=None)


def test_masks_come_with_the_names_of_their_labels(world: World, done: Image) -> None:
    label = Label.objects.get(pk=world.label_id)
    version = cut(world, done, Seed(square(2, 2), label), Seed(square(12, 2)))

    [found] = described_images(version, "train")

    assert (found.key, found.size_hw) == (done.sha256, done.size_hw)
    assert [(each.rle, each.label) for each in found.masks] == [
        (square(2, 2), "cell"),
        (square(12, 2), None),
    ]
    assert [text.text for text in found.captions] == ["Cells."]


def test_two_labels_of_one_name_are_called_as_people_call_them(world: World, done: Image) -> None:
    old = Label.objects.get(pk=world.label_id)
    seed_masks(image=done, seeds=[Seed(square(2, 2), old)], author=world.manager)
    delete_label(label=old)
    new = create_label(project=world.project, name="cell", color="#ff0000")
    version = cut(world, done, Seed(square(12, 2), new))

    [found] = described_images(version, "train")

    assert [mask.label for mask in found.masks] == ["cell", "cell"]


def test_masks_stay_on_the_disk_until_they_are_asked_for(world: World, done: Image) -> None:
    version = cut(world, done, Seed(square(2, 2)))
    described_images(version, "train")  # the first time the version is written there

    with CaptureQueriesContext(connection) as asked:
        [found] = described_images(version, "train")

    assert isinstance(found.masks, StoredObjects)
    assert not any("revision" in query["sql"] for query in asked.captured_queries)


def test_a_version_in_which_a_split_has_no_image_has_none_described(
    world: World, done: Image
) -> None:
    assert described_images(cut(world, done), "holdout") == []
