"""VoTT's exports and its files of single assets are read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.formats.vott import VOTT
from tests.engine.datasets_broken import (
    THIRD_PARTY,
    MemorySource,
    areas,
    broken,
    check_reading,
    counts,
    read_files,
    read_folder,
)

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")


def region(**changes: Any) -> dict[str, Any]:
    box = {"left": 1, "top": 2, "width": 3, "height": 4}
    return {"id": "r1", "type": "RECTANGLE", "tags": ["cat"], "boundingBox": box} | changes


def asset(*regions: Any) -> dict[str, Any]:
    size = {"width": 8, "height": 6}
    return {"asset": {"name": "a.png", "size": size}, "regions": list(regions), "version": "2.2.0"}


def read(*regions: Any) -> tuple[list[Any], list[str]]:
    samples, _, problems = read_files(VOTT, {"a-asset.json": json.dumps(asset(*regions)).encode()})
    return samples, problems


CORNERS = [{"x": x, "y": y} for x, y in ((1, 1), (5, 1), (5, 4), (1, 4))]
POLYGON = region(id="r2", type="POLYGON", tags=["dog", "wet"], points=CORNERS)
FILES = {
    "p-export.json": json.dumps(
        {"name": "p", "tags": [{"name": "cat"}], "assets": {"0d": asset(region(), POLYGON)}}
    ).encode()
}


@needs_data
@pytest.mark.parametrize("folder", ["dataset", "dataset_with_meta_file"])
def test_strangers_files_come_in_whole_but_boxes_beyond_images_that_stand_in(folder: str) -> None:
    samples, _, problems = read_folder(VOTT, THIRD_PARTY / "vott_json_dataset" / folder)

    assert sum("covers nothing of the image" in each for each in problems) == 4
    assert len(problems) == 4
    assert counts(samples) == (3, 0, 0)
    assert [each.file_name for each in samples] == [f"img000{n}.jpg" for n in (1, 2, 3)]
    assert all(each.load_bytes for each in samples)


def test_rectangles_and_polygons_are_read_with_their_tags() -> None:
    (sample,), dataset, problems = read_files(VOTT, FILES)

    assert problems == []
    assert [label.name for label in dataset.labels] == ["cat", "dog"]
    assert sample.annotations[0].box_xywh == (1, 2, 3, 4)
    assert areas(sample) == [("dog", 12)]
    assert sample.annotations[1].attributes == {"wet": True}


def test_file_of_one_asset_is_read_by_itself() -> None:
    (sample,), problems = read(region(tags=[]))

    assert problems == []
    assert [(each.label, each.id) for each in sample.annotations] == [(None, "r1")]


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (None, "must be an object"),
        (region(type="POINT"), "is neither a rectangle nor a polygon, but POINT"),
        (region(tags=None), "tags must be a list"),
        (region(tags=["\ud800"]), "must be text"),
        (region(boundingBox={"left": 1}), "None is not a number"),
        (region(boundingBox={"left": 1, "top": 1, "width": 0, "height": 1}), "wider and higher"),
        (region(type="POLYGON", points=[{"x": 99, "y": 0}] * 3), "lies outside the image"),
        (region(type="POLYGON", points=[]), "three or more"),
    ],
)
def test_bad_region_is_told_by_place_and_the_others_are_read(bad: Any, fault: str) -> None:
    (sample,), problems = read(region(), bad)

    assert len(sample.annotations) == 1
    assert len(problems) == 1
    assert problems[0].startswith("a-asset.json: asset.regions[1]: ")
    assert fault in problems[0]


def test_broken_asset_hides_no_other() -> None:
    whole = {"assets": {"1": asset(region()), "2": {"asset": {"name": "b.png"}}}}

    samples, _, problems = read_files(VOTT, {"x.json": json.dumps(whole).encode()})

    assert len(samples) == 1
    assert problems == ["x.json: assets.2: must be an object"]


def test_folder_without_any_is_refused() -> None:
    with pytest.raises(DatasetError, match="no JSON file of VoTT is there"):
        read_files(VOTT, {"a.json": b'{"assets": {}}'})
    assert not VOTT.is_in(MemorySource({"a.json": b'{"assets": [1]}', "b.json": b"["}))


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(VOTT, files)
