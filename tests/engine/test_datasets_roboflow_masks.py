"""Roboflow's maps of classes are read by their tables, and by nothing else that is called so."""

import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.formats.mask_pngs import MASK_MAPS
from engine.datasets.formats.roboflow_masks import ROBOFLOW_MASKS
from engine.datasets.refused.writing import write_refused
from tests.engine.datasets_broken import (
    MemoryOut,
    MemorySource,
    areas,
    broken,
    check_reading,
    png,
    read_files,
)
from tests.engine.datasets_corpus import picture

TABLE = b"Pixel Value, Class\n0, background\n1, cell\n2, Old car\n"
FILES = {
    "train/_classes.csv": TABLE,
    "train/a.jpg": picture((2, 4)),
    "train/a_mask.png": png([[0, 1, 0, 1], [2, 0, 0, 0]]),
    "train/b.jpg": picture((1, 2)),
    "valid/_classes.csv": TABLE,
    "valid/c.jpg": picture((1, 2)),
    "valid/c_mask.png": png([[2, 2]]),
}


def test_each_class_in_a_map_is_an_object_and_the_folder_is_the_split() -> None:
    samples, dataset, problems = read_files(ROBOFLOW_MASKS, FILES)

    assert problems == []
    assert [label.name for label in dataset.labels] == ["cell", "Old car"]
    assert [(each.file_name, each.split, areas(each)) for each in samples] == [
        ("a.jpg", "train", [("cell", 2), ("Old car", 1)]),
        ("b.jpg", "train", []),
        ("c.jpg", "valid", [("Old car", 2)]),
    ]


def test_numbers_of_one_name_are_one_object() -> None:
    files = {
        "_classes.csv": b"Pixel Value, Class\n1, cell\n3, cell\n",
        "a.jpg": picture((1, 3)),
        "a_mask.png": png([[1, 0, 3]]),
    }

    [sample], _, _ = read_files(ROBOFLOW_MASKS, files)

    assert (sample.file_name, sample.split, areas(sample)) == ("a.jpg", None, [("cell", 2)])


def test_a_table_beside_folders_of_images_and_masks_names_their_classes() -> None:
    files = {
        "_classes.csv": TABLE,
        "val/images/a.png": picture((1, 3)),
        "val/masks/a.png": png([[1, 0, 2]]),
    }

    [sample], _, problems = read_files(ROBOFLOW_MASKS, files)

    assert problems == []
    assert (sample.file_name, sample.split) == ("a.png", "val")
    assert areas(sample) == [("cell", 1), ("Old car", 1)]


def test_a_table_of_labels_of_whole_images_is_not_one_of_classes() -> None:
    table = {"train/_classes.csv": b"filename, cell, car\na.jpg, 1, 0\n"}

    assert not ROBOFLOW_MASKS.is_in(MemorySource(FILES | table | {"valid/_classes.csv": b""}))
    assert not ROBOFLOW_MASKS.is_in(MemorySource({"a.jpg": b"", "a_mask.png": b""}))
    assert MASK_MAPS.is_in(MemorySource({"a.jpg": b"", "a_mask.png": b""}))


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([[0, 7]], "number 7 is none of a class"),
        ([[1], [1]], "has 2 x 1 pixels, but the image 1 x 2"),
    ],
)
def test_what_is_wrong_of_a_map_is_told(rows: object, fault: str) -> None:
    _, _, problems = read_files(ROBOFLOW_MASKS, FILES | {"valid/c_mask.png": png(rows)})

    assert problems == [f"valid/c_mask.png: {fault}"]


def test_map_whose_image_is_not_there_is_told() -> None:
    samples, _, problems = read_files(ROBOFLOW_MASKS, FILES | {"train/z_mask.png": png([[1]])})

    assert problems == ["train/z_mask.png: the image of this map is not there"]
    assert len(samples) == len(read_files(ROBOFLOW_MASKS, FILES)[0])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            b"Pixel Value, Class\n1, \n",
            r"^train/_classes\.csv: line 2: each line must have",
        ),
        (b"Pixel Value, Class\n-1, cell\n", r"line 2: each line must have a Pixel Value and a"),
        (b"Pixel Value, Class\n1, car\n", r"^valid/_classes\.csv: lists other classes than"),
    ],
)
def test_table_that_is_none_or_differs_is_refused(table: bytes, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_files(ROBOFLOW_MASKS, FILES | {"train/_classes.csv": table})


def test_what_is_refused_of_a_map_comes_with_its_image_and_the_table() -> None:
    problem = DatasetError("number 7 is none of a class", file="train/a_mask.png")
    out = MemoryOut()

    write_refused(MemorySource(FILES), ROBOFLOW_MASKS.name, [problem], total=1, out=out)

    wanted = {name for name in FILES if name.endswith("_classes.csv") or "/a" in name}
    assert out.files.keys() == wanted | {"problems.csv"}


@settings(max_examples=40)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(ROBOFLOW_MASKS, files)
