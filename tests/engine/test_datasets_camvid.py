"""CamVid's maps are read in its own colours, in listed ones, and with SegNet's numbers."""

import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.formats.camvid import CAMVID
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
COLOURS = b"0 0 0 Void\n9 8 7 Old car\n1 2 3 Tree\n"
FILES = {
    "label_colors.txt": COLOURS,
    "train/a.png": picture((1, 4)),
    "trainannot/a.png": png([[[0, 0, 0], [9, 8, 7], [9, 8, 7], [1, 2, 3]]]),
    "train/b.png": picture((1, 4)),
    "val/c.png": picture((1, 4)),
    "valannot/c.png": png([[0, 1, 2, 2]]),
}


@needs_data
def test_strangers_files_come_in_whole() -> None:
    samples, _, problems = read_folder(CAMVID, THIRD_PARTY / "camvid_dataset")

    assert problems == []
    assert counts(samples) == (4, 10, 0)
    assert [(each.file_name, each.split) for each in samples] == [
        ("0001TP_008550.png", "test"), ("0001TP_008580.png", "test"),
        ("0001TP_006690.png", "train"), ("0016E5_07959.png", "val"),
    ]  # fmt: skip
    assert sorted(areas(samples[0])) == [("Animal", 2), ("Road", 1), ("Sky", 2)]


def test_listed_colours_and_numbers_are_classes_and_an_image_may_have_no_map() -> None:
    samples, dataset, problems = read_files(CAMVID, FILES)

    assert problems == []
    assert [label.name for label in dataset.labels] == ["Old car", "Tree"]
    assert [sorted(areas(each)) for each in samples] == [
        [("Old car", 2), ("Tree", 1)], [], [("Old car", 1), ("Tree", 2)],
    ]  # fmt: skip


def test_segnet_numbers_from_0_and_its_last_class_is_nothing() -> None:
    files = {"train/a.png": picture((1, 3)), "trainannot/a.png": png([[0, 8, 11]])}

    samples, _, problems = read_files(CAMVID, files)

    assert problems == []
    assert areas(samples[0]) == [("Sky", 1), ("Car", 1)]
    assert CAMVID.is_in(MemorySource(files))
    assert not CAMVID.is_in(MemorySource({"a.png": b"", "annot/b.png": b""}))


def test_map_whose_image_is_not_there_is_told() -> None:
    samples, _, problems = read_files(CAMVID, FILES | {"trainannot/z.png": png([[1]])})

    assert problems == ["trainannot/z.png: the image of this map is not there"]
    assert len(samples) == len(read_files(CAMVID, FILES)[0])


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([[[0, 0, 1]] * 4], "colour 65536 is none of a class"),
        ([[3, 0, 0, 0]], "number 3 is none of a class"),
        ([[0, 0]], "has 1 x 2 pixels, but the image 1 x 4"),
    ],
)
def test_what_is_wrong_of_a_map_is_told(rows: object, fault: str) -> None:
    _, _, problems = read_files(CAMVID, FILES | {"valannot/c.png": png(rows)})

    assert problems == [f"valannot/c.png: {fault}"]


def test_list_of_colours_that_is_none_is_refused_by_line() -> None:
    with pytest.raises(DatasetError, match=r"^label_colors.txt: line 2: each line is R G B NAME"):
        read_files(CAMVID, FILES | {"label_colors.txt": b"0 0 0 Void\n1 2 300 Car\n"})


@settings(max_examples=40)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(CAMVID, files)
