"""KITTI's maps of instances and of classes are read with Cityscapes' names."""

import numpy as np
import pytest
from hypothesis import given, settings

from engine.datasets.formats.kitti_instances import KITTI_INSTANCES
from tests.engine.datasets_broken import (
    THIRD_PARTY,
    areas,
    broken,
    check_reading,
    counts,
    png,
    read_files,
    read_folder,
)
from tests.engine.datasets_corpus import picture

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")
CAR, ROAD = 26, 7
FILES = {
    "training/image_2/a.png": picture((1, 5)),
    "training/instance/a.png": png(
        [[CAR * 256 + 1, CAR * 256 + 2, CAR * 256, ROAD * 256, 0]], np.uint16
    ),
    "training/image_2/b.png": picture((1, 3)),
    "training/semantic/b.png": png([[CAR, ROAD, 255]]),
    "testing/image_2/c.png": picture((1, 3)),
}


@needs_data
def test_strangers_files_come_in_whole() -> None:
    folder = THIRD_PARTY / "kitti_dataset" / "kitti_segmentation"

    samples, _, problems = read_folder(KITTI_INSTANCES, folder)

    assert problems == []
    assert counts(samples) == (2, 6, 0)
    assert [areas(each) for each in samples] == [
        [("out of roi", 2), ("truck", 1), ("truck", 2)],
        [("out of roi", 2), ("wall", 1), ("train", 2)],
    ]


def test_instances_are_objects_and_what_has_none_of_a_countable_class_is_a_crowd() -> None:
    samples, dataset, problems = read_files(KITTI_INSTANCES, FILES)

    assert problems == []
    found = {each.file_name: each for each in samples}
    assert areas(found["a.png"]) == [("road", 1), ("car", 1), ("car", 1), ("car", 1)]
    assert [each.is_crowd for each in found["a.png"].annotations] == [False, True, False, False]
    assert areas(found["b.png"]) == [("road", 1), ("car", 1)]
    assert (found["c.png"].annotations, found["c.png"].split) == ((), "test")
    assert "car" in {label.name for label in dataset.labels}


def test_map_whose_image_is_not_there_is_told() -> None:
    samples, _, problems = read_files(
        KITTI_INSTANCES, FILES | {"training/semantic/z.png": png([[CAR]])}
    )

    assert problems == ["training/semantic/z.png: the image of this map is not there"]
    assert len(samples) == len(read_files(KITTI_INSTANCES, FILES)[0])


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([[9000 + 34 * 256, 0, 0, 0, 0]], "instance/a.png: number 17704 is none of a class"),
        ([[1, 1]], "instance/a.png: has 1 x 2 pixels, but the image 1 x 5"),
    ],
)
def test_number_or_size_that_is_wrong_is_told(rows: list[list[int]], fault: str) -> None:
    files = FILES | {"training/instance/a.png": png(rows, np.uint16)}

    samples, _, problems = read_files(KITTI_INSTANCES, files)

    assert problems == [f"training/{fault}"]
    assert "b.png" in {each.file_name for each in samples}


@settings(max_examples=40)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(KITTI_INSTANCES, files)
