"""Open Images' tables of boxes and masks are read; a mask and its box are one object."""

import pytest
from hypothesis import given, settings

from engine.datasets import csv_rows
from engine.datasets.errors import DatasetError
from engine.datasets.formats.open_images import OPEN_IMAGES
from engine.masks.rle import decode
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
BOXES = b"""ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsGroupOf
a,xclick,/m/1,1,0.0,0.5,0.0,1.0,-1,0
a,xclick,/m/2,1,0.25,0.75,0.5,1,1,1
"""
MASKS = b"""MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks
a_m1_ff.png,a,/m/1,ff,0,0.50,0,1,0.9,
"""
FILES = {
    "class-descriptions-boxable.csv": b'/m/1,Cat\n/m/2,"Dog, big"\n/m/3,Horse\n',
    "train-annotations-bbox.csv": BOXES,
    "train-annotations-object-segmentation.csv": MASKS,
    "train/a.png": picture((4, 8)),
    "masks/train/a_m1_ff.png": png([[True, False], [True, False]], bool),
}


@needs_data
def test_strangers_files_come_in_whole() -> None:
    samples, dataset, problems = read_folder(
        OPEN_IMAGES, THIRD_PARTY / "open_images_dataset" / "v6"
    )

    assert problems == []
    assert counts(samples) == (4, 1, 1)
    assert {each.file_name: each.split for each in samples} == {
        "a.jpg": "train", "b.jpg": "train", "c.jpg": "test", "d.png": "validation",
    }  # fmt: skip
    assert sorted(label.name for label in dataset.labels) == [
        "Generic label #0", "Generic label #3",
    ]  # fmt: skip


def test_mask_has_the_size_of_its_image_and_its_box_is_no_other_object() -> None:
    (sample,), dataset, problems = read_files(OPEN_IMAGES, FILES)

    assert problems == []
    assert [label.name for label in dataset.labels] == ["Cat", "Dog, big"]
    mask, box = sample.annotations
    assert (mask.label, mask.id) == ("Cat", "ff")
    assert areas(sample) == [("Cat", 16)]
    assert mask.rle is not None
    assert decode(mask.rle)[:, :4].all()
    assert (mask.attributes, mask.is_crowd) == ({}, False)
    assert (box.label, box.box_xywh, box.is_crowd) == ("Dog, big", (2, 2, 4, 2), True)
    assert box.attributes == {"occluded": True}


def test_flags_that_stand_with_the_box_of_a_mask_are_those_of_the_mask() -> None:
    table = BOXES.replace(b"0.0,0.5,0.0,1.0,-1,0", b"0.0,0.5,0.0,1.0,1,1")

    (sample,), _, problems = read_files(OPEN_IMAGES, FILES | {"train-annotations-bbox.csv": table})

    mask, _ = sample.annotations
    assert problems == []
    assert (mask.label, mask.id) == ("Cat", "ff")
    assert (mask.attributes, mask.is_crowd) == ({"occluded": True}, True)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("train-annotations-bbox.csv", b"0.25", b"x", "line 3: XMin, XMax, YMin and YMax must be"),
        ("train-annotations-bbox.csv", b"0.25", b"nan", "line 3: XMin, XMax, YMin and YMax must"),
        ("train-annotations-bbox.csv", b"0.25", b"0.75", "line 3: a box is wider and higher than"),
        ("train-annotations-bbox.csv", b"a,xclick,/m/2", b"b,xclick,/m/2", "line 3: the image is"),
        ("train-annotations-object-segmentation.csv", b"a_m1", b"b", "line 2: b_ff.png is not"),
    ],
)
def test_bad_row_is_told_by_line_and_the_others_are_read(
    name: str, old: bytes, new: bytes, fault: str
) -> None:
    (sample,), _, problems = read_files(
        OPEN_IMAGES, FILES | {name: FILES[name].replace(old, new, 1)}
    )

    assert len(sample.annotations) == 1
    assert len(problems) == 1
    assert problems[0].startswith(f"{name}: {fault}")


def test_masks_that_lie_among_the_images_are_not_taken_for_some() -> None:
    mask = {"train/a_m1_ff.png": FILES["masks/train/a_m1_ff.png"]}
    beside = {name: data for name, data in FILES.items() if not name.startswith("masks")}

    assert read_files(OPEN_IMAGES, beside | mask)[0] == read_files(OPEN_IMAGES, FILES)[0]


def test_empty_mask_is_told() -> None:
    empty = FILES | {"masks/train/a_m1_ff.png": png([[False]], bool)}

    assert read_files(OPEN_IMAGES, empty)[2] == [
        "train-annotations-object-segmentation.csv: line 2: "
        "a_m1_ff.png: mask is empty: it covers no pixel"
    ]


@pytest.mark.parametrize(
    ("line", "fault"), [(b"a,\xff\n", "the text is not UTF-8"), (b"x" * 2**20, "is too long")]
)
def test_table_that_is_no_text_is_refused_by_line(line: bytes, fault: str) -> None:
    with pytest.raises(DatasetError, match=rf"^train-annotations-bbox.csv: line 4: .*{fault}"):
        read_files(OPEN_IMAGES, FILES | {"train-annotations-bbox.csv": BOXES + line})


def test_lists_of_images_alone_are_not_taken_for_it() -> None:
    head = b"ImageID,Subset,OriginalURL\na,train,\n"

    assert not OPEN_IMAGES.is_in(MemorySource({"train-images.csv": head}))
    assert OPEN_IMAGES.is_in(MemorySource(FILES))


@pytest.mark.parametrize("limit", ["MAX_KEPT_ROWS", "MAX_KEPT_LETTERS"])
def test_tables_that_do_not_fit_into_memory_are_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(csv_rows, limit, {"MAX_KEPT_ROWS": 1, "MAX_KEPT_LETTERS": 30}[limit])

    with pytest.raises(DatasetError, match=r"^train-annotations-bbox.csv: line 3: .*split the"):
        read_files(OPEN_IMAGES, FILES)


@settings(max_examples=80)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(OPEN_IMAGES, files)
