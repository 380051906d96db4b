"""Create ML's lists are read, of both versions, their coordinates as those of centres."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.formats.createml import CREATEML
from tests.engine.datasets_broken import (
    THIRD_PARTY,
    MemorySource,
    broken,
    check_reading,
    counts,
    read_files,
    read_folder,
)
from tests.engine.datasets_corpus import picture

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")


def box(**changes: Any) -> dict[str, Any]:
    return {"label": "cat", "coordinates": {"x": 4, "y": 3, "width": 2, "height": 4}} | changes


def files(*entries: Any) -> dict[str, bytes]:
    listed = json.dumps(list(entries)).encode()
    return {"train/_annotations.createml.json": listed, "train/a.png": picture((6, 8))}


FILES = files({"image": "a.png", "annotations": [box(), box(label="dog")]})


@needs_data
def test_strangers_files_come_in_whole() -> None:
    samples, dataset, problems = read_folder(CREATEML, THIRD_PARTY / "roboflow_dataset/createml")

    assert problems == []
    assert counts(samples) == (3, 0, 4)
    assert [(each.file_name, each.split) for each in samples] == [
        ("train_001.jpg", "train"), ("train_002.jpg", "train"), ("val_001.jpg", "val"),
    ]  # fmt: skip
    assert [label.name for label in dataset.labels] == ["label_0", "label_1"]


@pytest.mark.parametrize(
    ("image", "boxes"), [("image", "annotations"), ("imagefilename", "annotation")]
)
def test_box_lies_around_its_centre(image: str, boxes: str) -> None:
    found = files({image: "a.png", boxes: [box()]})

    (sample,), _, problems = read_files(CREATEML, found)

    assert problems == []
    assert (sample.file_name, sample.size_hw) == ("a.png", (6, 8))
    assert [(each.label, each.box_xywh) for each in sample.annotations] == [("cat", (3, 1, 2, 4))]
    assert CREATEML.is_in(MemorySource(found))


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (3, "must be an object"),
        (box(label=["x"]), "must be text"),
        (box(coordinates=None), "must be an object"),
        (box(coordinates={"x": 1, "y": 1, "width": 0, "height": 1}), "wider and higher"),
        (box(coordinates={"x": 1, "y": "1", "width": 1, "height": 1}), "is not a number"),
    ],
)
def test_bad_box_is_told_by_place_and_the_others_are_read(bad: Any, fault: str) -> None:
    (sample,), _, problems = read_files(
        CREATEML, files({"image": "a.png", "annotations": [bad, box()]})
    )

    assert len(sample.annotations) == 1
    assert len(problems) == 1
    assert problems[0].startswith("train/_annotations.createml.json: image[0].annotations[0]: ")
    assert fault in problems[0]


def test_image_that_is_not_there_is_told_and_a_folder_without_lists_is_refused() -> None:
    gone = {"image": "../../b.png", "annotations": []}

    samples, _, problems = read_files(CREATEML, files({"image": "a.png", "annotations": []}, gone))

    assert len(samples) == 1
    assert problems == [
        "train/_annotations.createml.json: image[1]: "
        "train/b.png: the image is not there, which tells its size"
    ]
    with pytest.raises(DatasetError, match="no JSON list of Create ML"):
        read_files(CREATEML, {"a.json": b"[]"})


@settings(max_examples=60)
@given(found=broken(FILES))
def test_whatever_is_broken_is_read_or_told(found: dict[str, bytes]) -> None:
    check_reading(CREATEML, found)
