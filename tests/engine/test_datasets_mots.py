"""MOTS: each number of a map is an object of a frame, with its track."""

import numpy as np
import pytest
from hypothesis import given, settings

from engine.datasets.formats.mots import MOTS
from tests.engine.datasets_broken import (
    THIRD_PARTY,
    MemorySource,
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
FILES = {
    "image_02/0002/000000.png": picture((1, 4)),
    "instances/0002/000000.png": png([[1001, 2005, 10000, 0]], np.uint16),
    "image_02/0002/000001.png": picture((1, 4)),
}
LISTED = {
    "train/images/a.png": picture((1, 3)),
    "train/instances/a.png": png([[3001, 1001, 0]], np.uint16),
    "train/instances/labels.txt": b"cat\n\ndog\nold horse\n",
}


@needs_data
def test_strangers_files_come_in_whole() -> None:
    samples, dataset, problems = read_folder(MOTS, THIRD_PARTY / "mots_dataset")

    assert problems == []
    assert counts(samples) == (3, 5, 0)
    assert [(each.file_name, each.split) for each in samples] == [
        ("1.jpg", "train"), ("2.jpg", "train"), ("3.jpg", "val"),
    ]  # fmt: skip
    assert areas(samples[0]) == [("c", 1), ("d", 1), ("d", 2)]
    assert [label.name for label in dataset.labels] == ["a", "b", "c", "d"]


def test_cars_and_pedestrians_have_tracks_and_what_is_ignored_is_a_crowd() -> None:
    samples, dataset, problems = read_files(MOTS, FILES)

    assert problems == []
    assert [label.name for label in dataset.labels] == ["car", "pedestrian"]
    car, pedestrian, ignored = samples[0].annotations
    assert (car.label, car.id, car.attributes) == ("car", "1001", {"track_id": 1})
    assert (pedestrian.label, pedestrian.attributes) == ("pedestrian", {"track_id": 5})
    assert (ignored.label, ignored.is_crowd) == (None, True)
    assert samples[1].annotations == ()


def test_listed_classes_count_from_1() -> None:
    samples, dataset, problems = read_files(MOTS, LISTED)

    assert problems == []
    assert areas(samples[0]) == [("cat", 1), ("old horse", 1)]
    assert [label.name for label in dataset.labels] == ["cat", "dog", "old horse"]
    assert MOTS.is_in(MemorySource(LISTED))


def test_each_folder_has_its_own_list_or_none() -> None:
    other = {name: data for name, data in LISTED.items() if not name.endswith("txt")}
    others = {name.replace("train", "val"): data for name, data in other.items()}
    others["val/instances/a.png"] = png([[2001, 1001, 0]], np.uint16)

    samples, dataset, problems = read_files(MOTS, LISTED | others)

    assert problems == []
    assert areas(samples[1]) == [("car", 1), ("pedestrian", 1)]
    assert [label.name for label in dataset.labels] == [
        "cat", "dog", "old horse", "car", "pedestrian",
    ]  # fmt: skip


def test_number_of_no_class_is_told_and_the_others_are_read() -> None:
    files = LISTED | {"train/instances/a.png": png([[9001, 1001, 7]], np.uint16)}

    samples, _, problems = read_files(MOTS, files)

    assert counts(samples) == (1, 1, 0)
    assert problems == [
        f"train/instances/a.png: number {number} is none of a class" for number in (7, 9001)
    ]


def test_map_whose_image_is_not_there_is_told() -> None:
    samples, _, problems = read_files(
        MOTS, FILES | {"instances/0002/000007.png": png([[1001]], np.uint16)}
    )

    assert problems == ["instances/0002/000007.png: the image of this map is not there"]
    assert len(samples) == len(read_files(MOTS, FILES)[0])


@settings(max_examples=40)
@given(files=broken(LISTED))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(MOTS, files)
