"""What was refused and is sent again, and annotations whose images are called otherwise here."""

import json
from typing import Any

import pytest

from annotation.models import Image, Mask
from annotation.services import import_runs
from annotation.services.images import add_image
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import SIZE_HW, Api, World, png, square
from tests.workers.bringing import drawn, read, send, start


def problems(manager: Api, import_id: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = manager.get(f"dataset-imports/{import_id}/problems").json()[
        "results"
    ]
    return listed


def test_mended_file_alone_brings_only_what_was_refused(world: World, manager: Api) -> None:
    first = start(manager, send(world, zipped("coco", cell(1), cell(2, is_broken=True), cell(3))))
    image = Image.objects.get(file_name="deep/1.png")
    before = drawn(image)

    again = start(manager, send(world, zipped("coco", cell(2)), "mended.zip"))

    assert first["brought"]["images refused"] == 1
    assert [each["file"] for each in problems(manager, first["id"])] == ["deep/2.png"]
    assert again["brought"] == {"images accepted": 1, "masks": 2, "captions": 1}
    assert again["problems_count"] == 0
    assert drawn(image) == before
    assert (Image.objects.count(), Mask.objects.count()) == (3, 6)


def test_whole_dataset_with_a_mended_mask_brings_that_mask(world: World, manager: Api) -> None:
    def tasks_of(*counts: str) -> bytes:
        listed = [
            {"id": n, "image_id": 1, "category_id": 1,
             "segmentation": {"size": list(SIZE_HW), "counts": each}}
            for n, each in enumerate(counts)
        ]  # fmt: skip
        height, width = SIZE_HW
        whole = {
            "images": [{"id": 1, "file_name": "a.png", "height": height, "width": width}],
            "categories": [{"id": 1, "name": "cell"}],
            "annotations": listed,
        }
        return json.dumps(whole).encode()

    add_image(project=world.project, data=png(1), file_name="a.png", created_by=world.manager)
    good, other = square(2, 2)["counts"], square(9, 9)["counts"]

    first = start(manager, send(world, tasks_of(good, "broken"), "a.json"))
    again = start(manager, send(world, tasks_of(good, other), "a.json"))

    assert (first["brought"]["masks"], first["problems_count"]) == (1, 1)
    assert (again["brought"]["masks"], again["problems_count"]) == (1, 0)
    assert len(drawn(Image.objects.get())) == 2


def test_as_many_problems_are_kept_of_an_import_as_of_the_look_at_it(
    world: World, manager: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "MAX_PROBLEMS", 1)
    add_image(project=world.project, data=png(1), file_name="a.png", created_by=world.manager)
    counts = ["broken", "broken", square(2, 2)["counts"]]
    content = {
        "images": [{"id": 1, "file_name": "a.png", "height": SIZE_HW[0], "width": SIZE_HW[1]}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 1,
             "segmentation": {"size": list(SIZE_HW), "counts": each}}
            for n, each in enumerate(counts)
        ],
    }  # fmt: skip

    ended = start(manager, send(world, json.dumps(content).encode(), "a.json"))

    assert ended["problems_count"] == 2
    assert [each["row"] for each in problems(manager, ended["id"])] == [0]


def task(url: str) -> dict[str, Any]:
    height, width = SIZE_HW
    box = {"x": 0, "y": 0, "width": 50, "height": 50, "rotation": 0}
    points = {"points": [[0, 0], [50, 0], [50, 50]], "polygonlabels": ["cell"]}
    common = {"original_width": width, "original_height": height, "image_rotation": 0}
    result = [
        {"id": "a", "type": "polygonlabels", **common, "value": points},
        {"id": "b", "type": "rectanglelabels", **common, "value": {**box, "rectanglelabels": []}},
    ]
    return {"id": 1, "data": {"image": url}, "annotations": [{"id": 1, "result": result}]}


@pytest.mark.parametrize(
    ("file_name", "url"),
    [
        ("cell one.png", "/data/upload/3/1a2b3c4d-cell%20one.png"),
        ("photos.zip/cell.png", "/data/upload/3/1a2b3c4d-cell.png"),
        ("1a2b3c4d-cell.png", "/data/upload/3/1a2b3c4d-cell.png"),
        ("cell.png", "/data/local-files/?d=lab/2024/cell.png"),
        ("2024/cell.png", "/data/local-files/?d=lab/2024/cell.png"),
        ("photos.zip/lab/2024/cell.png", "/data/local-files/?d=lab/2024/cell.png"),
        ("cell.png", "https://example.org/some/where/cell.png?size=2"),
    ],
)
def test_label_studio_s_list_alone_finds_images_that_are_called_otherwise_here(
    world: World, manager: Api, file_name: str, url: str
) -> None:
    for number, name in enumerate([file_name, "other.png", "2023/decell.png"]):
        add_image(project=world.project, data=png(number), file_name=name, created_by=world.manager)

    brought = start(manager, send(world, json.dumps([task(url)]).encode(), "tasks.json"))

    assert brought["found"] == {**brought["brought"], "labels": 1}
    assert brought["brought"]["masks"] == 1
    assert len(drawn(Image.objects.get(file_name=file_name))) == 1


def test_longer_end_of_a_path_counts_before_a_shorter_one(world: World, manager: Api) -> None:
    for number, name in enumerate(["2023/cell.png", "2024/cell.png"]):
        add_image(project=world.project, data=png(number), file_name=name, created_by=world.manager)
    url = "/data/local-files/?d=lab/2024/cell.png"

    start(manager, send(world, json.dumps([task(url)]).encode(), "tasks.json"))

    assert len(drawn(Image.objects.get(file_name="2024/cell.png"))) == 1


def test_image_that_several_may_be_is_refused_with_all_that_was_tried(
    world: World, manager: Api
) -> None:
    for number, name in enumerate(["a/cell.png", "b/cell.png"]):
        add_image(project=world.project, data=png(number), file_name=name, created_by=world.manager)
    tasks = [task("/data/upload/3/1a2b3c4d-cell.png"), task("/data/upload/3/1a2b3c4d-none.png")]

    brought = start(manager, send(world, json.dumps(tasks).encode(), "tasks.json"))

    assert brought["brought"] == {"images not there": 2}
    assert [each["fault"] for each in problems(manager, brought["id"])] == [
        "several images have this name (as 1a2b3c4d-cell.png or cell.png): "
        "put its file beside the annotations",
        "the image is not there (as 1a2b3c4d-none.png or none.png): "
        "put its file beside the annotations",
    ]
    assert read(manager, brought["id"])["problems_count"] == 2
