"""Label Studio's short export is read as its full one, made here of the files of its converter."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.formats import FORMATS
from engine.datasets.formats.label_studio_min import LABEL_STUDIO_MIN
from tests.engine.datasets_broken import (
    THIRD_PARTY,
    MemorySource,
    areas,
    broken,
    check_reading,
    read_files,
)

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")
SIZE = {"original_width": 8, "original_height": 6}
BOX = {
    "x": 25,
    "y": 50,
    "width": 50,
    "height": 50,
    "rotation": 0,
    "rectanglelabels": ["cat"],
    **SIZE,
}
POLYGON = {"points": [[0, 0], [50, 0], [50, 50], [0, 50]], "labels": ["dog"], **SIZE}


def task(*regions: Any, **changes: Any) -> dict[str, Any]:
    return {
        "image": "/data/upload/1/a.png",
        "id": 1,
        "label": list(regions),
        "annotator": 2,
    } | changes


def read(*tasks: Any) -> tuple[list[Any], list[str]]:
    samples, _, problems = read_files(LABEL_STUDIO_MIN, {"a.json": json.dumps(tasks).encode()})
    return samples, problems


FILES = {"a.json": json.dumps([task(BOX, POLYGON, choice="good", lead_time=1.5)]).encode()}


def minimal(full: dict[str, Any]) -> dict[str, Any]:
    """Make of a full task what the converter does: values stand beside the data, untyped."""
    (annotation,) = full["annotations"]
    values: dict[str, list[Any]] = {}
    for result in annotation["result"]:
        sizes = {key: result[key] for key in ("original_width", "original_height")}
        values.setdefault(result["from_name"], []).append({**result["value"], **sizes})
    return {**full["data"], **values, "id": full["id"], "annotator": annotation["completed_by"]}


@needs_data
@pytest.mark.parametrize(
    "name",
    ["test_export_json_min/data", "test_export_yolo/data_polygons", "test_export_yolo/data_obb"],
)
def test_strangers_files_come_in_as_of_the_full_export(name: str) -> None:
    full = json.loads((THIRD_PARTY.parent / "labelstudio_sdk" / f"{name}.json").read_text())
    whole = read_files(FORMATS["label_studio"], {"a.json": json.dumps(full).encode()})[0]

    samples, problems = read(*map(minimal, full))

    assert problems == []
    assert [[(e.label, e.rle, e.box_xywh) for e in each.annotations] for each in samples] == [
        [(e.label, e.rle, e.box_xywh) for e in each.annotations] for each in whole
    ]
    assert [each.file_name for each in samples] == [each.file_name for each in whole]


def test_regions_are_told_by_their_fields() -> None:
    (sample,), dataset, problems = read_files(LABEL_STUDIO_MIN, FILES)

    assert problems == []
    assert (sample.file_name, sample.size_hw) == ("a.png", (6, 8))
    assert [(each.label, each.box_xywh) for each in sample.annotations if not each.rle] == [
        ("cat", (2, 3, 4, 3))
    ]
    assert areas(sample) == [("dog", 12)]
    assert [label.name for label in dataset.labels] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ({"x": 1, "y": 1, "width": 0.2, "keypointlabels": ["eye"]}, "keypointlabels is not read"),
        ({"x": 50, "y": 50, "radiusX": 0, "radiusY": 2}, "wider and higher than nothing"),
        (POLYGON | {"points": [[0, 0]]}, "three or more"),
        (BOX | {"width": "x"}, "is not a number"),
    ],
)
def test_bad_region_is_told_by_place_and_the_others_are_read(
    bad: dict[str, Any], fault: str
) -> None:
    (sample,), problems = read(task(BOX, bad))

    assert len(sample.annotations) == 1
    assert len(problems) == 1
    assert problems[0].startswith("a.json: task[0].result[1]: ")
    assert fault in problems[0]


def test_task_without_an_image_is_told_and_a_folder_without_lists_is_refused() -> None:
    samples, problems = read(task(BOX), {"id": 2, "annotator": 1, "text": "No image."}, 3)

    assert len(samples) == 1
    assert problems == ["a.json: task[1]: names no image", "a.json: task[2]: must be an object"]
    with pytest.raises(DatasetError, match="no JSON-MIN list"):
        read_files(LABEL_STUDIO_MIN, {"a.json": b"[]"})
    assert not LABEL_STUDIO_MIN.is_in(MemorySource({"a.json": b"{"}))


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(LABEL_STUDIO_MIN, files)
