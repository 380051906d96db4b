"""`manage.py import_images`: folders, zips and files from the command line."""

import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Image, Job
from tests.annotation.world import World, png


def _import(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("import_images", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.png").write_bytes(png(1))
    (tmp_path / "in" / "deep" / "b.png").write_bytes(png(2))
    (tmp_path / "in" / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    (tmp_path / "in" / ".hidden.png").write_bytes(png(3))
    (tmp_path / "in" / "notes.txt").write_text("not an image")
    with zipfile.ZipFile(tmp_path / "in" / "more.zip", "w") as archive:
        archive.writestr("c.png", png(4))
        archive.writestr("../d.png", png(5))
    return tmp_path / "in"


def test_one_bad_file_never_stops_the_others(world: World, folder: Path) -> None:
    printed = _import("Cells", folder)

    names = sorted(Image.objects.values_list("file_name", flat=True))
    assert names == ["a.png", "deep/b.png", "more.zip/c.png"]
    assert "refused: broken.jpg: " in printed
    assert "refused: more.zip/../d.png: " in printed
    assert "3 accepted, 2 refused" in printed
    assert Job.objects.filter(kind="workers.prepare_images").count() == 1


def test_a_missing_project_is_made_on_request(world: World, folder: Path) -> None:
    with pytest.raises(CommandError, match="--create makes it"):
        _import("New", folder)
    with pytest.raises(CommandError, match="--create needs --user"):
        _import("New", folder, create=True)

    _import("New", folder, create=True, user="annotator")

    image = Image.objects.filter(project__name="New").first()
    assert image is not None
    assert image.project.created_by == world.annotator


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Cells", "/no/such/folder"], "there is no such file"),
        (["Cells", __file__], "No image was imported"),
        (["Cells", ".", "--coco", "i.json"], "Put i.json beside .* import_dataset Cells FOLDER"),
        (["Cells", __file__, "--user", "nobody"], "There is no user"),
    ],
)
def test_what_cannot_be_done_is_said(world: World, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        _import(*arguments)


def test_images_are_kept_together_by_their_folder_or_a_part_of_their_name(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "in" / "slide1").mkdir(parents=True)
    (tmp_path / "in" / "slide1" / "a_1.png").write_bytes(png(1))
    (tmp_path / "in" / "b_1.png").write_bytes(png(2))
    with zipfile.ZipFile(tmp_path / "in" / "more.zip", "w") as archive:
        archive.writestr("slide2/c_1.png", png(3))
        archive.writestr("d_1.png", png(4))

    _import("Cells", tmp_path / "in", group_by="folder")
    by_folder = set(Image.objects.values_list("file_name", "group"))
    Image.objects.all().delete()
    _import("Cells", tmp_path / "in", "--group-by", "{group}_{}.png")

    assert by_folder == {
        *[("slide1/a_1.png", "slide1"), ("b_1.png", "")],
        *[("more.zip/slide2/c_1.png", "slide2"), ("more.zip/d_1.png", "")],
    }
    assert sorted(Image.objects.values_list("group", flat=True)) == ["a", "b", "c", "d"]


def test_what_is_no_way_to_keep_images_together_is_refused(world: World, folder: Path) -> None:
    with pytest.raises(CommandError, match=r"\{group\}_\{\}.png"):
        _import("Cells", folder, "--group-by", "slides")

    assert not Image.objects.exists()
