"""Images that an import is told to keep together fall on one side of every draw."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from annotation import storage
from annotation.models import DatasetImport, Image
from annotation.services.projects import update_project
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World, make_image, png
from tests.workers.bringing import read, start, work

PATTERN = "{group}_{}.png"
SLIDES = [f"slide{number}" for number in range(8)]
TILES = [f"{slide}/{slide}_{tile}.png" for slide in SLIDES for tile in range(3)]


def archived(names: Iterable[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for seed, name in enumerate(names):
            archive.writestr(name, png(seed))
    return out.getvalue()


def begin(api: Api, world: World, data: bytes, name: str, group_by: str) -> Any:
    body = {"id": str(uuid4()), "file_name": name, "bytes": len(data), "group_by": group_by}
    return api.post(f"projects/{world.project.pk}/uploads", body)


def send(api: Api, world: World, data: bytes, name: str, group_by: str) -> str:
    """Send a file as a page does, and have it looked at."""
    begun = begin(api, world, data, name, group_by).json()
    storage.put_bytes(storage.upload_key(begun["id"]), data)
    api.post(f"uploads/{begun['id']}/complete", {"parts": []})
    work()
    return str(begun["id"])


def groups(world: World) -> dict[str, str]:
    """Return the group of each image by its name without folders."""
    found = Image.objects.filter(project=world.project).values_list("file_name", "group")
    return {name.rpartition("/")[2]: group for name, group in found}


@pytest.mark.parametrize("group_by", ["folder", PATTERN])
def test_tiles_of_a_slide_fall_on_one_side_of_the_holdout(
    world: World, manager: Api, group_by: str
) -> None:
    update_project(project=world.project, changes={"holdout_share": 0.5})

    send(manager, world, archived(TILES), "tiles.zip", group_by)

    sides = defaultdict(set)
    for image in Image.objects.all():
        sides[image.group].add(image.is_holdout)
    assert sorted(sides) == SLIDES
    assert all(len(each) == 1 for each in sides.values())
    assert set.union(*sides.values()) == {True, False}


def test_without_a_word_about_it_images_are_by_themselves(world: World, manager: Api) -> None:
    send(manager, world, archived(TILES[:3]), "tiles.zip", "")
    send(manager, world, png(100), "slide9/a.png", "")

    assert set(groups(world).values()) == {""}


def test_images_that_are_sent_alone_are_grouped_by_the_names_that_they_are_sent_with(
    world: World, manager: Api
) -> None:
    send(manager, world, png(1), "slide1/a.png", "folder")
    send(manager, world, png(2), "slide1/b.png", "folder")
    send(manager, world, png(3), "c.png", "folder")

    assert groups(world) == {"a.png": "slide1", "b.png": "slide1", "c.png": ""}


@pytest.mark.parametrize("group_by", ["slide", "{group}{}", "{group}" + "x" * 200])
def test_what_is_no_way_to_group_is_refused_before_anything_is_sent(
    world: World, manager: Api, group_by: str
) -> None:
    answer = begin(manager, world, png(1), "a.png", group_by)

    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["group_by"]


def test_images_that_are_there_already_keep_their_group_and_their_side(
    world: World, manager: Api
) -> None:
    bare = make_image(world.project, 0)
    grouped = make_image(world.project, 1, group="own")
    update_project(project=world.project, changes={"holdout_share": 0.9})

    send(manager, world, archived(TILES[:3]), "tiles.zip", "folder")

    for image in (bare, grouped):
        before = (image.group, image.is_holdout)
        image.refresh_from_db()
        assert (image.group, image.is_holdout) == before
    assert Image.objects.get(file_name__endswith=TILES[2]).group == "slide0"


def test_images_that_got_their_groups_later_are_joined_by_those_of_the_next_import(
    world: World, manager: Api
) -> None:
    update_project(project=world.project, changes={"holdout_share": 0.5})
    send(manager, world, archived(f"{slide}/0.png" for slide in SLIDES), "tiles.zip", "")
    sides = dict(Image.objects.values_list("file_name", "is_holdout"))

    manager.post(f"projects/{world.project.pk}/image-groups", {"group_by": "folder"})
    for seed, slide in enumerate(SLIDES, start=len(SLIDES)):
        send(manager, world, png(seed), f"{slide}/1.png", "folder")

    assert set(sides.values()) == {True, False}
    assert dict(Image.objects.values_list("file_name", "is_holdout")) == {
        f"{place}{slide}/{tile}.png": sides[f"tiles.zip/{slide}/0.png"]
        for slide in SLIDES
        for place, tile in (("tiles.zip/", 0), ("", 1))
    }
    assert sorted(Image.objects.values_list("group", flat=True)) == sorted(SLIDES * 2)


def test_a_dataset_s_own_groups_count_before_those_of_names(world: World, manager: Api) -> None:
    told = replace(cell(1), group="film 7")
    data = zipped("coco", told, cell(2), replace(cell(3), file_name="3.png"))

    looked_at = send(manager, world, data, "cells.zip", "folder")
    found = read(manager, looked_at)
    brought = start(manager, looked_at)

    assert groups(world) == {"1.png": "film 7", "2.png": "deep", "3.png": ""}
    assert found["group_by"] == "folder"
    assert found["found"]["images of a group"] == 2
    assert brought["brought"]["images of a group"] == 2


def test_images_of_a_dataset_that_come_alone_are_grouped_as_was_said(
    world: World, manager: Api
) -> None:
    looked_at = send(manager, world, zipped("coco", cell(1)), "cells.zip", "folder")

    manager.post(f"dataset-imports/{looked_at}/images")
    work()

    assert set(groups(world).values()) != {""}


def test_images_in_a_bucket_are_grouped_by_their_folders_there(
    world: World, manager: Api, lab: str
) -> None:
    for seed, name in enumerate(["slide1/a.png", "slide1/b.png", "slide2/c.png", "d.png"]):
        storage.put_bytes(f"{lab}/scans/{name}", png(seed))
    body = {"id": str(uuid4()), "bucket": "lab", "prefix": "scans", "group_by": "folder"}

    manager.post(f"projects/{world.project.pk}/bucket-imports", body)
    work()
    found = read(manager, body["id"])
    start(manager, body["id"])

    assert found["found"] == {"images": 4, "images of a group": 3, "labels": 0}
    assert groups(world) == {
        "a.png": "slide1",
        "b.png": "slide1",
        "c.png": "slide2",
        "d.png": "",
    }


def test_a_bucket_is_not_looked_at_with_what_is_no_way_to_group(
    world: World, manager: Api, lab: str
) -> None:
    body = {"id": str(uuid4()), "bucket": "lab", "prefix": "scans", "group_by": "slide"}

    answer = manager.post(f"projects/{world.project.pk}/bucket-imports", body)

    assert answer.status_code == 400
    assert not DatasetImport.objects.exists()
