"""Folders for a while: what killed processes left is deleted, and nobody's own is disturbed."""

import os
from pathlib import Path
from time import time
from uuid import uuid4

from django.conf import LazySettings

from annotation import storage
from annotation.models import Upload
from annotation.scratch_folders import ABANDONED_S, own_scratch_folder, scratch_folder
from annotation.services.imports import fetched
from annotation.services.versions import cut_version
from tests.annotation.world import World


def left_behind(folder: Path, age_s: float) -> Path:
    folder.mkdir(parents=True)
    (folder / "part").write_text("of a file")
    os.utime(folder, (time() - age_s, time() - age_s))
    return folder


def test_what_was_abandoned_goes_and_what_is_at_work_or_of_another_kind_stays(
    tmp_path: Path,
) -> None:
    scratch = tmp_path / "here"
    abandoned = left_behind(scratch / "cut-a", ABANDONED_S + 60)
    at_work = left_behind(scratch / "cut-b", 60)
    other = left_behind(scratch / "archive-a", ABANDONED_S + 60)

    with scratch_folder(scratch, "cut-") as own:
        beside = set(scratch.iterdir())

    assert beside == {own, at_work, other}
    assert not abandoned.exists()
    assert not own.exists()


def test_a_folder_that_its_owner_deletes_meanwhile_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "cut-a").symlink_to(tmp_path / "deleted")

    with scratch_folder(tmp_path, "cut-") as own:
        assert own.is_dir()


def test_a_cut_deletes_what_a_killed_one_left(
    world: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.SCRATCH_DIR = tmp_path
    abandoned = left_behind(tmp_path / "cut-a", ABANDONED_S + 60)

    cut_version(project=world.project, created_by=None)

    assert not abandoned.exists()


def test_who_alone_works_under_a_name_finds_nothing_of_earlier_ones(tmp_path: Path) -> None:
    scratch = tmp_path / "here"
    earlier = left_behind(scratch / "archive-a-x", 0)
    other = left_behind(scratch / "archive-b-x", 0)

    with own_scratch_folder(scratch, "archive-a") as own:
        beside = set(scratch.iterdir())

    assert beside == {own, other}
    assert not earlier.exists()


def test_an_import_that_dies_again_and_again_leaves_one_copy_of_its_archive(
    world: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.SCRATCH_DIR = tmp_path / "here"
    upload = Upload.objects.create(
        pk=uuid4(), project=world.project, file_name="a.zip", bytes=1, created_by=world.manager
    )
    storage.put_bytes(storage.upload_key(upload.pk), b"x")
    with fetched(upload) as path:
        left = path.parent.rename(path.parent.with_name(f"{path.parent.name}-killed"))
    assert left.exists()

    with fetched(upload) as path:
        beside = [*settings.SCRATCH_DIR.iterdir()]

    assert beside == [path.parent]
