"""`manage.py import_images`: folders, zips and COCO masks from the command line."""

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Image, Job, Mask, Revision
from tests.annotation.world import SIZE_HW, World, png, square


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


def _coco(path: Path, **changes: Any) -> Path:
    height, width = SIZE_HW
    coco = {
        "images": [
            {"id": 1, "file_name": "a.png", "height": height, "width": width, "group": "slide 1"},
            {"id": 2, "file_name": "deep/b.png", "height": height, "width": width},
        ],
        "categories": [{"id": 5, "name": "cell"}, {"id": 6, "name": "nucleus"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 5, "segmentation": square(1, 1)},
            {"id": 2, "image_id": 1, "category_id": 6, "segmentation": [[2, 2, 9, 2, 9, 9]]},
            {
                "id": 3,
                "image_id": 2,
                "category_id": 6,
                "segmentation": {"size": [1, 1], "counts": "0"},
            },
        ],
        **changes,
    }
    path.write_text(json.dumps(coco))
    return path


def test_one_bad_file_never_stops_the_others(world: World, folder: Path) -> None:
    printed = _import("Cells", folder)

    names = sorted(Image.objects.values_list("file_name", flat=True))
    assert names == ["a.png", "deep/b.png", "more.zip/c.png"]
    assert "refused: broken.jpg: " in printed
    assert "refused: more.zip/../d.png: " in printed
    assert "3 accepted, 2 refused" in printed
    assert Job.objects.filter(kind="workers.prepare_images").count() == 1


def test_coco_masks_become_first_revisions_and_importing_twice_adds_nothing(
    world: World, folder: Path, tmp_path: Path
) -> None:
    coco = _coco(tmp_path / "instances.json")

    printed = _import(world.project.pk, folder, coco=coco)
    again = _import(world.project.pk, folder, coco=coco)

    assert "2 masks" in printed
    assert "0 masks" in again
    assert "segmentation" in printed  # the third annotation, refused by name
    image = Image.objects.get(file_name="a.png")
    assert (image.group, image.version) == ("slide 1", 1)
    masks = Mask.objects.filter(image=image)
    assert masks.count() == Mask.objects.count() == 2
    revisions = Revision.objects.filter(mask__in=masks).order_by("label__name")
    assert [revision.label and revision.label.name for revision in revisions] == ["cell", "nucleus"]
    assert revisions[0].rle == square(1, 1)
    assert revisions[0].author == world.manager
    assert sorted(world.project.labels.values_list("name", flat=True)) == ["cell", "nucleus"]


def test_a_mask_that_does_not_fit_its_image_is_refused_and_the_others_stay(
    world: World, folder: Path, tmp_path: Path
) -> None:
    other_size = [{"id": 1, "file_name": "a.png", "height": 10, "width": 10}]
    fitting = [
        {"id": 1, "image_id": 1, "category_id": 5, "segmentation": square(1, 1, 3, (10, 10))}
    ]
    coco = _coco(tmp_path / "i.json", images=other_size, annotations=fitting)

    printed = _import("Cells", folder, coco=coco)

    assert "mask refused: a.png: mask size 10 x 10 is not the image's 24 x 32" in printed
    assert Image.objects.count() == 3


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
        (["Cells", __file__, "--coco", __file__], "test_import_images.py"),
        (["Cells", __file__, "--user", "nobody"], "There is no user"),
    ],
)
def test_what_cannot_be_done_is_said(world: World, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        _import(*arguments)
