"""A broken file of a dataset is told, and is no reason to leave the others or to say nothing."""

import json
from typing import Any

import pytest

from engine.datasets.errors import DatasetError
from engine.datasets.formats import FORMATS, READERS
from tests.engine import (
    test_datasets_coco_results,
    test_datasets_createml,
    test_datasets_label_studio_min,
    test_datasets_vott,
)
from tests.engine.datasets_broken import MemorySource, read_files, small_sample, written
from tests.engine.datasets_corpus import corpus

# A file of each format that is told by the first words of its files.
FILES = {
    **{
        name: next(
            (path, data)
            for path, data in written(FORMATS[name], [small_sample()]).items()
            if path.endswith((".json", ".xml")) and "config" not in path
        )
        for name in ("coco", "lvis", "datumaro", "label_studio", "coco_panoptic", "cvat")
    },
    **{
        name: next((path, data) for path, data in files.items() if path.endswith(".json"))
        for name, files in {
            "coco_results": test_datasets_coco_results.FILES,
            "createml": test_datasets_createml.FILES,
            "label_studio_min": test_datasets_label_studio_min.FILES,
            "vott": test_datasets_vott.FILES,
        }.items()
    },
}


def coco(name: str, **fields: Any) -> bytes:
    """One image with a square in it."""
    ring = [1, 1, 4, 1, 4, 4, 1, 4]
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [ring], **fields}
    image = {"id": 1, "file_name": name, "height": 6, "width": 8}
    content = {
        "images": [image],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [annotation, annotation | {"id": 2}],
    }
    return json.dumps(content).encode()


NAN = coco("a.png", area=float("nan"))
GOOD = coco("b.png")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["cut", "utf-16", "nan", "empty"])
def test_an_only_file_that_is_broken_says_so_itself(name: str, how: str) -> None:
    file, data = FILES[name]
    broken = {
        "cut": data[: len(data) // 20],
        "utf-16": data.decode().encode("utf-16"),
        "nan": data[:1] + b"NaN" + data[1:],
        "empty": b"",
    }[how]
    if (name, how) == ("cvat", "utf-16"):
        broken = b"\xff" + data  # XML may be UTF-16

    with pytest.raises(DatasetError, match=r"not (JSON|XML): ") as refused:
        read_files(READERS[name], {file: broken})

    assert refused.value.file == file


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_beside_a_whole_one_is_reported(name: str) -> None:
    file, data = FILES[name]
    beside = file.replace(file.rpartition("/")[2], f"other.{file.rpartition('.')[2]}")

    samples, _, before = read_files(READERS[name], {file: data})
    again, _, problems = read_files(READERS[name], {file: data, beside: data[: len(data) // 20]})

    assert again == samples
    assert next(each for each in problems if each not in before).startswith(f"{beside}: ")
    assert len(problems) == len(before) + 1


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (NAN, "annotations[0]: not JSON: NaN"),
        (GOOD[:40], "images[0]: not JSON: "),
        (GOOD[:-40], "annotations[1]: not JSON: "),
        (GOOD[:-1], "not JSON: '}' is due here"),
        (b"", "not JSON: '{' is due here"),
        (coco("a.png").replace(b'"height": 6', b'"height": "x"'), "images[0]: "),
    ],
)
def test_of_cocos_files_each_that_is_broken_is_told_with_its_place(
    broken: bytes, where: str
) -> None:
    files = {"annotations/instances_train.json": broken, "annotations/instances_val.json": GOOD}

    samples, _, problems = read_files(FORMATS["coco"], files)

    assert [(each.file_name, each.split) for each in samples] == [("b.png", "val")]
    assert len(samples[0].annotations) == 2
    assert [each.startswith(f"annotations/instances_train.json: {where}") for each in problems] == [
        True
    ]


def test_a_broken_file_is_told_by_a_name_that_another_folder_has_too() -> None:
    files = {"train/_annotations.coco.json": NAN, "valid/_annotations.coco.json": GOOD}

    samples, _, [problem] = read_files(FORMATS["coco"], files)

    assert len(samples) == 1
    assert problem.startswith("train/_annotations.coco.json: ")


@pytest.mark.parametrize(
    ("other", "content"),
    [
        ("a/other.json", b'[{"image_id": 1}]'),
        ("a/other.json", b"[NaN"),
        ("a/other.json", b'{"version": [1, 2]}'),
        ("a/other.json", b"null"),
        ("a/other.json", b"<html>"),
        ("elsewhere/settings.json", b"{// of an editor\n}"),
    ],
)
def test_a_file_of_something_else_is_passed_over(other: str, content: bytes) -> None:
    samples, _, problems = read_files(FORMATS["coco"], {"a/good.json": GOOD, other: content})

    assert (len(samples), problems) == (1, [])


def test_two_broken_files_are_both_told() -> None:
    files = {"a.json": GOOD[:-1], "b.json": GOOD[:-2]}
    problems: list[str] = []

    with pytest.raises(DatasetError, match=r"b\.json: .*not JSON"):
        FORMATS["coco"].read(
            MemorySource(files),
            lambda problem: problems.append(str(problem)),
        )

    assert [each.partition(":")[0] for each in problems] == ["a.json"]


@pytest.mark.parametrize("name", ["datumaro", "label_studio"])
def test_what_stands_before_a_break_comes_in_where_files_are_read_on(name: str) -> None:
    form = FORMATS[name]
    file, data = next(
        (path, data) for path, data in written(form, corpus()).items() if path.endswith(".json")
    )
    whole = len(read_files(form, {file: data})[0])

    samples, _, problems = read_files(form, {f"1{file}": data[:-3], f"2{file}": data})

    assert len(samples) == 2 * whole
    assert [each.partition(":")[0] for each in problems] == [f"1{file}"]
