"""KITTI's boxes are read with what is not to be counted; broken lines are told by number."""

import pytest
from hypothesis import given, settings

from engine.datasets.formats.kitti import KITTI
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

LINE = "Car 0.88 3 -0.69 0 1 4 5 1.60 1.57 3.23 -2.70 1.74 3.68 -1.29"
FILES = {
    "training/image_2/a.png": picture((6, 8)),
    "training/label_2/a.txt": f"{LINE} 0.75\nDontCare -1 -1 -10 2 2 3 3{' -1' * 7}\n".encode(),
    "testing/image_2/b.png": picture((6, 8)),
}


@needs_data
@pytest.mark.parametrize(
    ("folder", "images", "boxes", "beyond", "splits"),
    [
        ("kitti_detection", 2, 5, 0, ["train", "train"]),
        ("kitti_3d", 1, 0, 3, [None]),
        ("kitti_3d_with_subset", 3, 0, 5, ["test", "train", "val"]),
    ],
)
def test_strangers_files_come_in_whole_but_boxes_beyond_images_that_stand_in(
    folder: str, images: int, boxes: int, beyond: int, splits: list[str | None]
) -> None:
    samples, _, problems = read_folder(KITTI, THIRD_PARTY / "kitti_dataset" / folder)

    assert sum("covers nothing of the image" in each for each in problems) == beyond
    assert len(problems) == beyond
    assert counts(samples) == (images, 0, boxes)
    assert [each.split for each in samples] == splits


def test_box_is_told_with_its_score_and_a_region_to_ignore_is_a_crowd() -> None:
    samples, dataset, problems = read_files(KITTI, FILES)

    assert problems == []
    assert [(each.file_name, each.split) for each in samples] == [
        ("b.png", "test"), ("a.png", "train"),
    ]  # fmt: skip
    car, region = samples[1].annotations
    assert (car.label, car.box_xywh, car.predicted_iou) == ("Car", (0, 1, 4, 4), 0.75)
    assert car.attributes == {"truncated": 0.88, "occluded": 3}
    assert (region.label, region.is_crowd, region.attributes) == ("DontCare", True, {})
    assert [label.name for label in dataset.labels] == ["Car", "DontCare"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Car 0 0", "each line has 15 words, or 16; this has 3"),
        (LINE.replace("0.88", "x"), "all but the first word must be numbers"),
        (LINE.replace("0.88", "nan"), "all but the first word must be numbers"),
        (LINE.replace(" 0 1 4 5", " 0 1 0 5"), "wider and higher than nothing"),
        (LINE.replace("Car", "C\0r"), "must be text"),
    ],
)
def test_bad_line_is_told_and_the_others_are_read(line: str, fault: str) -> None:
    files = FILES | {"training/label_2/a.txt": f"{line}\n\n{LINE}\n".encode()}

    samples, _, problems = read_files(KITTI, files)

    assert counts(samples) == (2, 0, 1)
    assert len(problems) == 1
    assert problems[0].startswith("training/label_2/a.txt: line 1: ")
    assert fault in problems[0]


def test_lines_beyond_what_an_image_may_have_are_told() -> None:
    car = "car 0 0 0 1 1 3 3 0 0 0 0 0 0 0\n"
    files = {
        "training/image_2/a.png": picture((4, 5)),
        "training/label_2/a.txt": (car + "\n" * 99_999 + car).encode(),
    }

    [sample], _, [problem] = read_files(KITTI, files)

    assert len(sample.annotations) == 1
    assert problem.startswith(
        "training/label_2/a.txt: line 100001: lines from here on are not read"
    )


def test_text_without_its_image_is_told_by_its_name() -> None:
    files = FILES | {"training/label_2/c.txt": LINE.encode()}

    assert read_files(KITTI, files)[2] == [
        "training/label_2/c.txt: the image is not there, which tells its size"
    ]
    assert KITTI.is_in(MemorySource(files))


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(KITTI, files)
