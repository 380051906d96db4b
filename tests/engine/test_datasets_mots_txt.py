"""MOTS as text: frames of a sequence with their objects, whether their images are there or not."""

import pytest
from hypothesis import given, settings

from engine.datasets.formats.mots_txt import MOTS_TXT
from engine.masks.rle import encode
from tests.engine.datasets_broken import (
    MemorySource,
    areas,
    broken,
    check_reading,
    counts,
    read_files,
)
from tests.engine.datasets_corpus import box, picture

SIZE_HW = (4, 6)
LEFT, RIGHT = (encode(box(SIZE_HW, slice(0, 2), slice(x, x + 3)))["counts"] for x in (0, 3))
TEXT = f"""0 1001 1 4 6 {LEFT}
0 2005 2 4 6 {RIGHT}
2 10000 10 4 6 {LEFT}
"""
FILES = {
    "instances_txt/0002.txt": TEXT.encode(),
    "training/image_02/0002/000000.png": picture(SIZE_HW),
    "training/image_02/0002/000001.png": picture(SIZE_HW),
    "training/image_02/0003/000000.png": picture(SIZE_HW),
}


def test_lines_are_the_objects_of_frames_and_an_image_may_have_none() -> None:
    samples, dataset, problems = read_files(MOTS_TXT, FILES)

    assert problems == []
    assert [label.name for label in dataset.labels] == ["car", "pedestrian"]
    assert [(each.file_name, each.load_bytes is not None) for each in samples] == [
        ("0002/000000.png", True), ("0002/000001.png", True), ("0002/000002.png", False),
    ]  # fmt: skip
    assert areas(samples[0]) == [("car", 6), ("pedestrian", 6)]
    assert [(each.id, each.attributes) for each in samples[0].annotations] == [
        ("1001", {"track_id": 1001}), ("2005", {"track_id": 2005}),
    ]  # fmt: skip
    assert samples[1].annotations == ()
    assert [(each.label, each.is_crowd) for each in samples[2].annotations] == [(None, True)]


def test_sequence_of_a_challenge_is_named_by_its_folder() -> None:
    files = {
        "train/MOTS20-02/gt/gt.txt": TEXT.encode(),
        "train/MOTS20-02/img1/000002.jpg": picture(SIZE_HW),
    }

    samples, _, problems = read_files(MOTS_TXT, files)

    assert problems == []
    assert [each.file_name for each in samples] == [
        "MOTS20-02/000000.png", "MOTS20-02/000002.jpg",
    ]  # fmt: skip
    assert MOTS_TXT.is_in(MemorySource(files))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("0 1 1 4", "each line is frame, track, class, height, width and run lengths"),
        (f"0 1 1 4 7 {LEFT}", "mask size 4 x 7 is not the image's 4 x 6"),
        (f"0 1 3 4 6 {LEFT}", "number 3 is none of a class"),
        ("0 1 1 4 6 ~~", "mask"),
        (f"9 1 1 0 6 {LEFT}", "no image has the size 0 x 6"),
    ],
)
def test_bad_line_is_told_and_the_others_are_read(line: str, fault: str) -> None:
    files = {"instances_txt/0002.txt": f"{TEXT}{line}\n".encode()}

    samples, _, problems = read_files(MOTS_TXT, files)

    assert counts(samples) == (2, 3, 0)
    assert len(problems) == 1
    assert problems[0].startswith("instances_txt/0002.txt: line 4: ")
    assert fault in problems[0]


def test_first_line_that_is_broken_hides_no_sequence() -> None:
    files = {"instances_txt/0002.txt": f"frame track class\n{TEXT}".encode()}

    samples, _, problems = read_files(MOTS_TXT, files)

    assert counts(samples) == (2, 3, 0)
    assert [each.partition(": each line")[0] for each in problems] == [
        "instances_txt/0002.txt: line 1"
    ]


def test_other_numbers_are_not_taken_for_it() -> None:
    assert not MOTS_TXT.is_in(MemorySource({"a.txt": b"0 1 1 4 6\n", "b.txt": b""}))


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(MOTS_TXT, files)
