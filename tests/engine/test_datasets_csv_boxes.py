"""Boxes in CSV tables are read: VoTT's and TensorFlow's columns."""

import pytest
from hypothesis import given, settings

from engine.datasets import csv_rows
from engine.datasets.errors import DatasetError
from engine.datasets.formats.csv_boxes import CSV_BOXES
from tests.engine.datasets_broken import (
    MemorySource,
    broken,
    check_reading,
    counts,
    read_files,
)
from tests.engine.datasets_corpus import picture

VOTT = b""""image","xmin","ymin","xmax","ymax","label"
"a.png",1,2,3.5,4,"cat, old"
"a.png",0,0,8,6,"dog"
"""
TENSORFLOW = b"filename,width,height,class,xmin,ymin,xmax,ymax\nb.png,8,6,dog,1,1,2,2\n"
FILES = {
    "train/p-export.csv": VOTT,
    "train/a.png": picture((6, 8)),
    "val/_annotations.csv": TENSORFLOW,
    "val/b.png": picture((6, 8)),
    "val/c.png": picture((6, 8)),
}


def test_both_tables_are_read_and_images_without_rows_have_no_boxes() -> None:
    samples, dataset, problems = read_files(CSV_BOXES, FILES)

    assert problems == []
    assert CSV_BOXES.is_in(MemorySource(FILES))
    assert [(each.file_name, each.split, len(each.annotations)) for each in samples] == [
        ("a.png", "train", 2), ("b.png", "val", 1), ("c.png", "val", 0),
    ]  # fmt: skip
    assert [label.name for label in dataset.labels] == ["cat, old", "dog"]
    assert samples[0].annotations[0].box_xywh == (1, 2, 2.5, 2)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"1,2,3.5", b"x,2,3.5", "line 2: xmin, ymin, xmax, ymax must be numbers"),
        (b"1,2,3.5", b"1,2,inf", "line 2: xmin, ymin, xmax, ymax must be numbers"),
        (b"1,2,3.5", b"1,2,1", "line 2: a box is wider and higher than nothing"),
        (b'"a.png",1,2', b'"b.png",1,2', "line 2: the image is not there, which tells its size"),
        (b'"a.png",1', b'"a.png"\n"a.png",1', "line 2: xmin, ymin, xmax, ymax must be numbers"),
    ],
)
def test_bad_row_is_told_by_line_and_the_others_are_read(
    old: bytes, new: bytes, fault: str
) -> None:
    table = {"train/p-export.csv": VOTT.replace(old, new, 1), "train/a.png": picture((6, 8))}

    samples, _, problems = read_files(CSV_BOXES, table)

    assert counts(samples)[2] in {1, 2}
    assert problems == [f"train/p-export.csv: {fault}"]


def test_folder_without_such_a_table_is_refused() -> None:
    other = {"_classes.csv": b"filename, cat, dog\na.png, 1, 0\n"}

    assert not CSV_BOXES.is_in(MemorySource(other))
    with pytest.raises(DatasetError, match="no CSV table with xmin"):
        read_files(CSV_BOXES, other)


@pytest.mark.parametrize("limit", ["MAX_KEPT_ROWS", "MAX_KEPT_LETTERS"])
def test_tables_that_do_not_fit_into_memory_are_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(csv_rows, limit, {"MAX_KEPT_ROWS": 1, "MAX_KEPT_LETTERS": 30}[limit])

    with pytest.raises(DatasetError, match=r"^train/p-export.csv: line 3: .*split the dataset"):
        read_files(CSV_BOXES, FILES)


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(CSV_BOXES, files)
