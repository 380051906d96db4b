"""Folders on their way to the server."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.client.errors import AnnealError
from engine.client.packing import faults_of, is_dataset, packed
from engine.client.waiting import nobody_looks
from engine.media.archive import ArchiveLimits
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import png


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset as it lies in a folder."""
    with zipfile.ZipFile(io.BytesIO(zipped("coco", cell(1), cell(2)))) as archive:
        archive.extractall(tmp_path / "cells")
    return tmp_path / "cells"


def packed_bytes(folder: Path) -> bytes:
    with packed([folder], lambda: 2**30, nobody_looks) as [file]:
        assert file.name == "cells.zip"
        return file.read_bytes()


def test_a_folder_that_holds_a_dataset_is_packed_the_same_at_any_time(folder: Path) -> None:
    first = packed_bytes(folder)
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))

    assert packed_bytes(folder) == first


def test_neither_hidden_files_nor_links_are_packed_and_links_are_told(
    folder: Path, tmp_path: Path
) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    (tmp_path / "secret.txt").write_text("not to be sent")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("not to be sent")

    with pytest.warns(UserWarning, match="links left behind: 1. The first: link.txt: is a link"):
        content = packed_bytes(folder)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert set(archive.namelist()) == names


def test_what_is_packed_is_gone_afterwards_and_all_else_stays_as_it_is(
    folder: Path, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "1.png").write_bytes(png(1))

    with packed([pictures, folder, pictures / "1.png"], lambda: 2**30, nobody_looks) as files:
        zip_ = files[1]

    assert files[::2] == [pictures, pictures / "1.png"]
    assert not zip_.exists()
    assert pictures.is_dir()


@pytest.mark.parametrize("name", ["a.png", "a.json"])
def test_a_folder_that_is_larger_than_a_file_may_be_is_refused_before_all_of_it_is_packed(
    folder: Path, name: str
) -> None:
    (folder / name).write_bytes(np.random.default_rng(0).bytes(200_000))
    seen: list[int] = []

    with (
        pytest.raises(AnnealError, match=r"at most 0 MiB .* `anneal import-bucket`"),
        packed([folder], lambda: 100_000, lambda done, *_: seen.append(done)),
    ):
        pass

    assert len(seen) < len([path for path in folder.rglob("*") if path.is_file()])


def test_a_folder_of_more_files_than_may_come_in_is_refused_before_it_is_packed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.client.packing.DEFAULT_LIMITS", ArchiveLimits(entries=2))
    seen: list[int] = []

    with (
        pytest.raises(AnnealError, match=r"has 3 files, and at most 2 .* `anneal import-bucket`"),
        packed([folder], lambda: 2**30, lambda done, *_: seen.append(done)),
    ):
        pass

    assert not seen


def test_a_zip_that_is_hostile_is_no_dataset(tmp_path: Path) -> None:
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../annotations.json", "{}")

    assert not is_dataset(path)
    assert faults_of(path) == [
        "hostile.zip: ../annotations.json: Its name points outside the zip: make it again."
    ]


def test_a_zip_whose_annotations_are_withheld_says_so(tmp_path: Path) -> None:
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.png", png(1))
        archive.writestr("annotations.zip", "{}")

    assert not is_dataset(path)
    assert faults_of(path) == [
        "annotations.zip: It is an archive inside the archive: unpack it first."
    ]
