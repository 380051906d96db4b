"""What images would bring, told by their files before anything is sent."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from engine.client.looking import datasets_in, look_at_images
from engine.client.waiting import nobody_looks
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import png


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A PNG, twice, beside a zip of two images and of what is none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(png(1))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("deep/c.png", png(2))
        archive.writestr("d.jpg", jpeg())
        archive.writestr("bad.png", b"no picture")
    return folder


def test_images_are_counted_by_format_once_each_in_archives_too(folder: Path) -> None:
    found = look_at_images(folder, [], progress=nobody_looks)

    assert (found.file_name, found.state) == ("pictures", "ready")
    assert (found.images, found.alike) == (3, 1)
    assert found.formats == {"JPEG": 1, "PNG": 2}
    assert found.message == (
        "3 images, 1 JPEG, 2 PNG, 1 more of the same bytes, 1 that cannot be read"
    )


def test_what_cannot_be_read_is_told_by_its_name(folder: Path) -> None:
    (folder / "cut.png").write_bytes(png(3)[:20])
    (folder / "broken.zip").write_bytes((folder / "more.zip").read_bytes()[:-40])

    found = look_at_images(folder, [], progress=nobody_looks)

    assert {each.file for each in found.problems} == {"broken.zip", "cut.png", "more.zip/bad.png"}
    assert all(each.fault for each in found.problems)


def test_one_file_is_told_by_its_own_name(folder: Path) -> None:
    one = look_at_images(folder / "a.png", [], progress=nobody_looks)
    none = look_at_images(folder / "more.zip", [], progress=nobody_looks)

    assert (one.file_name, one.message) == ("a.png", "1 image, PNG")
    assert [each.file for each in none.problems] == ["more.zip/bad.png"]


def test_without_an_image_nothing_is_ready(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")

    found = look_at_images(tmp_path / "notes.txt", [], progress=nobody_looks)

    assert (found.state, found.images) == ("unreadable", 0)
    assert [each.file for each in found.problems] == ["notes.txt"]


def test_a_file_longer_than_any_image_is_told_unread(tmp_path: Path) -> None:
    with (tmp_path / "film.mov").open("wb") as file:
        file.truncate(2**40)  # takes no room on the disk, and has none in memory

    found = look_at_images(tmp_path / "film.mov", [], progress=nobody_looks)

    assert found.state == "unreadable"
    assert [(each.file, each.fault) for each in found.problems] == [
        ("film.mov", "An image file may have 512 MiB at most.")
    ]


def test_a_file_whose_name_is_no_text_is_told_and_stops_no_other(folder: Path) -> None:
    Path(os.fsdecode(bytes(folder) + b"/\xff.png")).write_bytes(png(4))

    found = look_at_images(folder, [], progress=nobody_looks)

    assert ("?.png", "Its name is no text: rename it.") in [
        (each.file, each.fault) for each in found.problems
    ]
    assert found.images == 3


def test_a_dataset_among_images_is_left_to_the_server(folder: Path) -> None:
    (folder / "cells.zip").write_bytes(zipped("coco", cell(1)))

    datasets = datasets_in(folder)
    found = look_at_images(folder, datasets, progress=nobody_looks)

    assert datasets == [folder / "cells.zip"]
    assert found.images == 3
