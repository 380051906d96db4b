"""Oriented boxes of DOTA and Roboflow become those around them."""

import pytest
from hypothesis import given, settings

from engine.datasets.formats import FORMATS
from engine.datasets.formats.dota import DOTA
from engine.datasets.formats.shapes import TURNS
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
FILES = {
    "data.yaml": b"names: [plane]\n",
    "train/images/a.png": picture((6, 8)),
    "train/labelTxt/a.txt": b"imagesource:GoogleEarth\ngsd:0.1\n3 0 6 3 3 6 0 3 plane 1\n",
}


@needs_data
def test_strangers_files_come_in_whole() -> None:
    samples, dataset, problems = read_folder(DOTA, THIRD_PARTY / "roboflow_dataset" / "yolo_obb")

    assert problems == []
    assert counts(samples) == (3, 0, 4)
    assert [each.split for each in samples] == ["train", "train", "val"]
    assert [label.name for label in dataset.labels] == ["label_0", "label_1"]
    assert samples[2].annotations[1].box_xywh == (1, 2, 9, 3)


def test_box_lies_around_its_corners_and_yolo_leaves_such_texts_alone() -> None:
    (sample,), _, problems = read_files(DOTA, FILES)

    assert problems == []
    assert [(each.label, each.box_xywh) for each in sample.annotations] == [("plane", (0, 0, 6, 6))]
    assert sample.annotations[0].attributes == {"difficult": True}
    assert sample.left_out == {TURNS: 1}
    assert DOTA.is_in(MemorySource(FILES))
    assert not FORMATS["yolo"].is_in(MemorySource(FILES))


def test_box_whose_corners_are_straight_is_not_counted_as_turned() -> None:
    lines = b"0 0 2 0 2 2 0 2 plane 0\n3.5 4 1.004 4 1 1 3.5 1 plane 0\n"

    (sample,), _, _ = read_files(DOTA, FILES | {"train/labelTxt/a.txt": lines})

    assert len(sample.annotations) == 2
    assert sample.left_out == {}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1 2 3", "each line is x and y of four corners, a class and a difficulty"),
        ("0 0 2 0 2 x 0 2 plane 0", "corners must be numbers"),
        ("0 0 2 0 2 nan 0 2 plane 0", "is no number of this size"),
        ("0 0 0 0 0 0 0 0 plane 0", "wider and higher than nothing"),
    ],
)
def test_bad_line_is_told_and_the_others_are_read(line: str, fault: str) -> None:
    files = FILES | {"train/labelTxt/a.txt": f"{line}\n0 0 2 0 2 2 0 2 plane 0\n".encode()}

    samples, _, problems = read_files(DOTA, files)

    assert counts(samples) == (1, 0, 1)
    assert len(problems) == 1
    assert problems[0].startswith("train/labelTxt/a.txt: line 1: ")
    assert fault in problems[0]


@settings(max_examples=40)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(DOTA, files)
