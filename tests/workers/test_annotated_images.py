"""What a version's images teach and measure: those that people left empty as well."""

import gc
import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import DatasetVersion
from annotation.selectors.versions import frozen_images
from annotation.services.captions import save_caption
from annotation.services.versions import cut_version
from engine.datasets.copies import ABOUT
from engine.datasets.stored_objects import StoredObjects
from tests.annotation.world import World, make_image
from tests.workers.conftest import ENCODER_DIGEST, finish, finish_as_it_is
from workers.annotated_images import annotated_images
from workers.version_lines import KEPT_S, copies_folder


def test_what_was_left_empty_is_among_them_and_what_was_only_described_is_not(
    world: World,
) -> None:
    full, empty, described, _unfinished = (make_image(world.project, seed) for seed in range(4))
    finish(world, full)
    save_caption(caption_id=uuid4(), image=described, author=world.annotator, text="A cell.")
    for image in (empty, described):
        finish_as_it_is(world, image)
    version = cut_version(project=world.project, created_by=world.manager)

    images = annotated_images(version, "train", ENCODER_DIGEST)

    assert {image.key: image.is_empty for image in images} == {
        full.sha256: False,
        empty.sha256: True,
    }


def test_masks_stay_on_the_disk_and_are_what_the_version_froze(world: World) -> None:
    image = make_image(world.project, 1)
    finish(world, image)
    version = cut_version(project=world.project, created_by=world.manager)
    [frozen] = frozen_images(version)

    [annotated] = annotated_images(version, "train", ENCODER_DIGEST)

    assert isinstance(annotated.masks, StoredObjects)
    assert all(mask.rle in list(annotated.masks) for mask in frozen.masks)
    assert len(annotated.masks) == len(frozen.masks)
    assert annotated.masks[0] == next(iter(annotated.masks))
    assert (annotated.key, annotated.size_hw) == (image.sha256, image.size_hw)


def test_a_version_is_read_from_the_database_once(world: World) -> None:
    finish(world, make_image(world.project, 1))
    version = cut_version(project=world.project, created_by=world.manager)
    known = annotated_images(version, "train", ENCODER_DIGEST)

    with CaptureQueriesContext(connection) as asked:
        again = annotated_images(version, "train", ENCODER_DIGEST)

    assert [list(each.masks) for each in again] == [list(each.masks) for each in known]
    assert not [each for each in asked.captured_queries if "annotation_revision" in each["sql"]]


def test_a_split_without_images_has_none(world: World) -> None:
    finish(world, make_image(world.project, 1))
    version = cut_version(project=world.project, created_by=world.manager)

    assert annotated_images(version, "holdout", ENCODER_DIGEST) == []


def cut_with_one_more(world: World, seed: int) -> DatasetVersion:
    finish(world, make_image(world.project, seed))
    return cut_version(project=world.project, created_by=world.manager)


def aged(version: DatasetVersion, days: float) -> Path:
    """Say that a version was last opened so long ago; return its folder."""
    at = time.time() - days * 24 * 3600
    folder = copies_folder() / version.pk
    os.utime(folder / ABOUT, (at, at))
    return folder


def look_at(version: DatasetVersion) -> None:
    """Open a version and let go of it."""
    assert annotated_images(version, "train", ENCODER_DIGEST)
    gc.collect()


def test_what_nobody_has_opened_for_a_week_makes_room(world: World) -> None:
    first = cut_with_one_more(world, 1)
    look_at(first)
    aged(first, KEPT_S / (24 * 3600) + 1)
    second = cut_with_one_more(world, 2)

    look_at(second)

    assert [path.name for path in copies_folder().iterdir()] == [second.pk]
    look_at(first)


def test_the_versions_opened_longest_ago_make_room_for_others_by_their_bytes(
    world: World, settings: LazySettings
) -> None:
    older, newer, newest = (cut_with_one_more(world, seed) for seed in (1, 2, 3))
    look_at(older)
    look_at(newer)
    kept, dropped = aged(newer, 1), aged(older, 2)
    settings.VERSION_COPIES_BYTES = 1_000_000

    look_at(newest)
    had_room = dropped.is_dir()
    files = [path for path in copies_folder().rglob("*") if path.is_file()]
    settings.VERSION_COPIES_BYTES = sum(path.stat().st_size for path in files) - 1
    shutil.rmtree(copies_folder() / newest.pk)  # to be made anew, and for one too many
    look_at(newest)

    assert (had_room, dropped.exists(), kept.exists()) == (True, False, True)


def test_a_version_that_is_in_use_stays_whatever_others_take(
    world: World, settings: LazySettings
) -> None:
    settings.VERSION_COPIES_BYTES = 0
    first, second = (cut_with_one_more(world, seed) for seed in (1, 2))
    [in_use] = annotated_images(first, "train", ENCODER_DIGEST)
    folder = aged(first, 30)
    masks = list(in_use.masks)

    look_at(second)
    during, again = folder.is_dir(), list(in_use.masks)
    del in_use
    gc.collect()
    shutil.rmtree(copies_folder() / second.pk)
    look_at(second)

    assert (during, again) == (True, masks)
    assert not folder.exists()
