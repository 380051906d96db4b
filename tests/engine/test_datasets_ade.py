"""Maps of classes are read with the lists that go with them, and the full ADE20K with its parts."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.formats.ade import ADE
from engine.datasets.traits import Trait, kept
from engine.media.label_maps import read_numbers
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
    small_sample,
    written,
)
from tests.engine.datasets_corpus import picture

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")
FILES = written(ADE)
SCENE = {
    "data/images/training/a/1.jpg": picture((1, 4)),
    "data/annotations/training/a/1.png": png([[0, 2, 2, 1]]),
}
FULL: dict[str, Any] = {
    "id": 0, "name": "car", "instance_mask": "1/instance_000.png", "attributes": "parked",
    "parts": {"ispartof": []}, "depth_ordering_rank": 2,
}  # fmt: skip


def read_full(*objects: object) -> tuple[list[list[tuple[str | None, int]]], list[str]]:
    content = {"annotation": {"filename": "1.jpg", "object": list(objects)}}
    files = {
        "training/street/1.json": json.dumps(content).encode(),
        "training/street/1_seg.png": picture((1, 4)),
        "training/street/1/instance_000.png": png([[0, 255, 255, 0]]),
        "training/street/1/empty.png": png([[0, 0, 0, 0]]),
        "training/street/1/small.png": png([[1]]),
    }
    samples, _, problems = read_files(ADE, files)
    return [areas(sample) for sample in samples], problems


@needs_data
@pytest.mark.parametrize(("folder", "images", "masks"), [("", 3, 10), ("dataset", 2, 7)])
def test_full_ade20k_is_read_with_parts(folder: str, images: int, masks: int) -> None:
    samples, dataset, problems = read_folder(ADE, THIRD_PARTY / "ade20k2020_dataset" / folder)

    assert problems == []
    assert counts(samples) == (images, masks, 0)
    assert [label.name for label in dataset.labels][1:] == [
        "door", "person, individual, someone, somebody, mortal, soul", "rim",
    ]  # fmt: skip
    validation = next(sample for sample in samples if sample.split == "validation")
    assert validation.file_name == "2.jpg"
    assert [each.parent for each in validation.annotations] == [None, None, "0", "2"]
    assert validation.annotations[1].attributes == {
        "walkin": True, "depth_ordering_rank": 1, "occluded": "no",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("objectInfo150.txt", "Idx\tRatio\tStuff\tName\n1\t.1\t1\twall\n2\t.1\t0\tdog, cat\n"),
        ("object150_info.csv", 'Idx,Ratio,Stuff,Name\n1,0,1,wall\n2,0,0,"dog, cat"\n'),
        ("classes.txt", "wall\ndog, cat\n"),
        ("classes.txt", "\ufeffbackground\r\nwall\r\ndog, cat\r\n"),
    ],
)  # fmt: skip
def test_scene_parsing_is_read_with_any_list_of_classes(name: str, text: str) -> None:
    samples, dataset, problems = read_files(ADE, SCENE | {f"data/{name}": text.encode()})

    assert problems == []
    assert ADE.is_in(MemorySource(SCENE))
    assert areas(samples[0]) == [("wall", 1), ("dog, cat", 2)]
    assert (samples[0].file_name, samples[0].split) == ("a/1.jpg", "training")
    assert [label.name for label in dataset.labels] == ["wall", "dog, cat"]


def test_objects_of_a_class_become_one_and_only_their_pixels_are_kept() -> None:
    held, losses = kept(small_sample(), ADE.keeps)

    assert read_files(ADE, FILES)[0] == [held]
    assert losses[Trait.IDS] == 2
    assert set(read_numbers(FILES["annotations/train/a/1.png"]).ravel()) == {0, 1, 2}
    assert FILES["objectInfo.txt"].decode().splitlines()[:3] == [
        "Idx\tName", "1\tcell", "2\tZellkern, groß",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Idx\tName\n1\n", r"data/objectInfo\.txt: line 2: each line must have an Idx and a Name"),
        ("Idx\tName\n-1\twall\n", r"data/objectInfo\.txt: line 2: each line must have"),
        ("Idx\tName\n1\twall\n" + "9" * 40 + "\tdog\n", r"data/objectInfo\.txt: line 3: "),
    ],
)
def test_list_of_classes_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_files(ADE, SCENE | {"data/objectInfo.txt": text.encode()})


def test_lists_of_one_name_are_refused_where_they_differ_and_both_are_named() -> None:
    files = SCENE | {"a/classes.txt": b"sky\ntree", "b/classes.txt": b"tree\nsky"}

    with pytest.raises(DatasetError, match=r"b/classes.txt: lists other classes than a/classes"):
        read_files(ADE, files)
    same = read_files(ADE, files | {"b/classes.txt": b"sky\ntree\n"})[1]
    assert [each.name for each in same.labels] == ["sky", "tree"]


def test_blank_line_among_names_alone_is_refused_as_it_may_count_or_not() -> None:
    with pytest.raises(DatasetError, match=r"classes.txt: line 2: is blank"):
        read_files(ADE, SCENE | {"classes.txt": b"sky\n\ntree\n"})


def test_exports_in_folders_of_their_own_have_each_its_index() -> None:
    files = {f"{folder}/{name}": data for folder in "ab" for name, data in FILES.items()}

    samples, _, problems = read_files(ADE, files)

    assert problems == []
    assert [each.group for each in samples] == ["g", "g"]


def test_without_a_list_of_classes_nothing_is_read() -> None:
    with pytest.raises(DatasetError, match="no list of classes is there"):
        read_files(ADE, SCENE)


def test_numbers_of_one_name_are_one_object() -> None:
    files = SCENE | {"data/classes.txt": b"door\ndoor\n"}

    samples, dataset, problems = read_files(ADE, files)

    assert problems == []
    assert areas(samples[0]) == [("door", 3)]
    assert [label.name for label in dataset.labels] == ["door"]


def test_numbers_of_no_class_are_told() -> None:
    samples, _, problems = read_files(ADE, SCENE | {"data/classes.txt": b"wall\n"})

    assert areas(samples[0]) == [("wall", 1)]
    assert problems == ["data/annotations/training/a/1.png: number 2 is none of a class"]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (3, "must be a JSON object"),
        (FULL | {"name": ""}, "name and instance_mask must be text"),
        (FULL | {"instance_mask": None}, "name and instance_mask must be text"),
        (FULL | {"instance_mask": "../../x.png"}, "training/street/../../x.png: is not there"),
        (FULL | {"instance_mask": "1/empty.png"}, "mask is empty"),
        (FULL | {"instance_mask": "1/small.png"}, "has 1 x 1 pixels, but the image 1 x 4"),
    ],
)
def test_object_that_is_none_is_told_by_place(found: object, message: str) -> None:
    samples, problems = read_full(FULL, found)

    assert samples == [[("car", 2)]]
    assert len(problems) == 1
    assert problems[0].startswith("training/street/1.json: object[1]: ")
    assert message in problems[0]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_annotations_are_read_in_either_encoding_and_masks_with_what_is_hidden(
    encoding: str,
) -> None:
    found = {"annotation": {"filename": "1.jpg", "object": [FULL | {"name": "café"}]}}
    files = {
        "1.json": json.dumps(found, ensure_ascii=False).encode(encoding),
        "1_seg.png": picture((1, 4)),
        "1/instance_000.png": png([[0, 255, 128, 0]]),  # of which something hides a part
    }

    [sample], _, problems = read_files(ADE, files)

    assert problems == []
    assert areas(sample) == [("café", 2)]


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(ADE, files)
