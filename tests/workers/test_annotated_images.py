"""What a version's images teach and measure: those that people left empty as well."""

import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.selectors.versions import frozen_images
from annotation.services.captions import save_caption
from annotation.services.versions import cut_version
from engine.datasets.stored_shapes import StoredShapes
from tests.annotation.world import World, make_image
from tests.workers.conftest import ENCODER_DIGEST, finish, finish_as_it_is
from workers.annotated_images import annotated_images
from workers.version_lines import KEPT_S


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

    assert isinstance(annotated.masks, StoredShapes)
    assert list(annotated.masks) == [mask.rle for mask in frozen.masks]
    assert annotated.masks[0] == frozen.masks[0].rle
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


def test_what_nobody_has_opened_for_a_week_makes_room(world: World) -> None:
    finish(world, make_image(world.project, 1))
    first = cut_version(project=world.project, created_by=world.manager)
    annotated_images(first, "train", ENCODER_DIGEST)
    finish(world, make_image(world.project, 2))
    second = cut_version(project=world.project, created_by=world.manager)
    folder = Path(settings.SCRATCH_DIR) / "version-lines"
    long_ago = time.time() - KEPT_S - 1
    os.utime(folder / first.pk, (long_ago, long_ago))
    (folder / ".making-half").mkdir()
    os.utime(folder / ".making-half", (long_ago, long_ago))

    annotated_images(second, "train", ENCODER_DIGEST)

    assert [path.name for path in folder.iterdir()] == [second.pk]
    assert annotated_images(first, "train", ENCODER_DIGEST)


def test_what_is_dropped_is_out_of_the_way_before_it_is_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(world, make_image(world.project, 1))
    first = cut_version(project=world.project, created_by=world.manager)
    [before] = annotated_images(first, "train", ENCODER_DIGEST)
    masks = list(before.masks)
    finish(world, make_image(world.project, 2))
    second = cut_version(project=world.project, created_by=world.manager)
    folder = Path(settings.SCRATCH_DIR) / "version-lines"
    long_ago = time.time() - KEPT_S - 1
    os.utime(folder / first.pk, (long_ago, long_ago))

    def begin(path: Path | str, **_: object) -> None:  # and be killed
        for file in Path(path).glob("samples-*"):
            file.unlink()

    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", begin)
        annotated_images(second, "train", ENCODER_DIGEST)

    [again] = annotated_images(first, "train", ENCODER_DIGEST)
    assert list(again.masks) == masks


def test_what_another_worker_has_just_dropped_stops_nobody(world: World) -> None:
    finish(world, make_image(world.project, 1))
    version = cut_version(project=world.project, created_by=world.manager)
    folder = Path(settings.SCRATCH_DIR) / "version-lines"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".making-gone").symlink_to(folder / "nowhere")  # listed, and not there

    assert annotated_images(version, "train", ENCODER_DIGEST)
