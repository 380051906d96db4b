"""Panoptic COCO is read as COCO, datumaro and Mapillary write it; colours are ids of segments."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from engine.datasets.errors import DatasetError
from engine.datasets.files import open_source
from engine.datasets.formats.coco import COCO
from engine.datasets.formats.coco_panoptic import COCO_PANOPTIC
from engine.datasets.sample import Sample
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
    written,
)
from tests.engine.peaks import images_and_peak_bytes

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")
PHOTOS = THIRD_PARTY.parents[1] / "coco_photos"
FILES = written(COCO_PANOPTIC)


def content() -> dict[str, Any]:
    return {
        "images": [{"id": 4, "file_name": "1.jpg", "height": 1, "width": 4}],
        "categories": [{"id": 3, "name": "sky", "isthing": 0}, {"id": 5, "name": "cat"}],
        "annotations": [
            {"image_id": 4, "file_name": "1.png", "segments_info": [
                {"id": 7, "category_id": 3, "area": 1, "bbox": [0, 0, 1, 1], "iscrowd": 0},
                {"id": 66_051, "category_id": 5, "area": 2, "iscrowd": 1, "source": "x"},
            ]},
        ],
    }  # fmt: skip


def files_of(whole: dict[str, Any], name: str = "panoptic_val2017") -> dict[str, bytes]:
    colours = [[[7, 0, 0], [3, 2, 1], [3, 2, 1], [0, 0, 0]]]
    return {
        f"annotations/{name}.json": json.dumps(whole).encode(),
        f"annotations/{name}/1.png": png(colours),
        "other/1.png": png([[[9, 9, 9]] * 4]),
    }


def changed(path: str, value: Any) -> dict[str, bytes]:
    whole = content()
    at: Any = whole
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    for step in steps:
        at = at[step]
    at[last] = value
    return files_of(whole)


def read(files: dict[str, bytes]) -> tuple[list[Sample], list[str]]:
    samples, _, problems = read_files(COCO_PANOPTIC, files)
    return samples, problems


@needs_data
def test_cocos_own_photos_are_read() -> None:
    problems: list[DatasetError] = []
    dataset = COCO_PANOPTIC.read(open_source(PHOTOS), problems.append)
    samples = list(dataset.samples())

    assert problems == []
    assert counts(samples) == (37, 338, 0)
    assert len(dataset.labels) == 133
    assert dataset.labels[0].extra == {"supercategory": "person", "isthing": 1}
    assert all(sample.load_bytes for sample in samples)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("latest", None),
        ("constraints", None),
        ("values", None),
        ("trainval2014", None),
        ("instances_val2017", "val"),
        ("image_info_test-dev2017", "test"),
        ("TrainInstances", "train"),
        ("valid/latest", "val"),
        ("training_data/instances_holdout", "holdout"),
    ],
)
def test_split_is_the_last_whole_word_of_a_path_that_is_one(name: str, split: str | None) -> None:
    segments = content()
    box = {"id": 1, "image_id": 4, "category_id": 3, "bbox": [0, 0, 1, 1]}
    boxes = json.dumps(segments | {"annotations": [box]}).encode()

    [panoptic], _, _ = read_files(COCO_PANOPTIC, files_of(segments, name))
    [instances], _, _ = read_files(COCO, {f"{name}.json": boxes})

    assert (panoptic.split, instances.split) == (split, split)


@needs_data
def test_datumaros_files_are_read_with_the_split_in_their_name() -> None:
    samples, dataset, problems = read_folder(COCO_PANOPTIC, THIRD_PARTY / "coco_dataset")

    assert problems == []
    assert counts(samples) == (2, 3, 0)
    assert [(sample.file_name, sample.split) for sample in samples] == [
        ("a.jpg", "train"), ("b.jpg", "val"),
    ]  # fmt: skip
    assert areas(samples[1]) == [("a", 20), ("b", 20)]
    assert [each.is_crowd for each in samples[1].annotations] == [False, True]
    assert [label.name for label in dataset.labels] == ["a", "b"]


@needs_data
def test_mapillary_names_images_by_text_and_has_each_in_two_versions() -> None:
    samples, _, problems = read_folder(COCO_PANOPTIC, THIRD_PARTY / "mapillary_vistas_dataset")

    assert counts(samples) == (3, 10, 0)
    assert problems == [
        "train/v2.0/panoptic/panoptic_2020.json: 2.jpg is there twice",
        "val/v2.0/panoptic/panoptic_2020.json: 0.jpg is there twice",
        "val/v2.0/panoptic/panoptic_2020.json: 1.jpg is there twice",
    ]


@pytest.mark.parametrize(
    "order", ["images categories annotations", "annotations images categories"]
)
def test_segments_are_found_by_colour_in_any_order_of_keys(order: str) -> None:
    samples, problems = read(files_of({key: content()[key] for key in order.split()}))

    assert problems == []
    assert areas(samples[0]) == [("sky", 1), ("cat", 2)]
    assert samples[0].split == "val"
    assert samples[0].annotations[1].is_crowd
    assert samples[0].annotations[1].extra == {"source": "x"}


def test_what_is_written_is_told_from_coco_instances() -> None:
    whole = json.loads(FILES["panoptic.json"])
    first = whole["annotations"][0]["segments_info"][0]

    assert COCO_PANOPTIC.is_in(MemorySource(FILES))
    assert not COCO.is_in(MemorySource(FILES))
    assert not COCO_PANOPTIC.is_in(MemorySource(written(COCO)))
    assert {key: first[key] for key in ("id", "category_id", "iscrowd", "area", "bbox")} == {
        "id": 1, "category_id": 1, "iscrowd": 0, "area": 12, "bbox": [0, 1, 3, 4],
    }  # fmt: skip
    assert (first["mask"], first["predicted_iou"]) == ("m1", 0.0)
    assert all(each["isthing"] == 1 for each in whole["categories"])


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("annotations/0/segments_info/0/id", 8, "segments_info[0]: id 8 is the colour of no pixel"),
        ("annotations/0/segments_info/0/id", "7", "segments_info[0]: id '7' is the colour of no"),
        ("annotations/0/segments_info/0/id", 66_051, "segments_info[1]: id 66051 is the colour"),
        ("annotations/0/segments_info/0/category_id", 4, "category_id 4 names no category"),
        ("annotations/0/segments_info/0/category_id", True, "category_id True names no category"),
        ("annotations/0/segments_info/0", None, "segments_info[0]: must be a list of objects"),
        ("annotations/0/segments_info", {}, "annotations[0]: file_name must be text, and"),
        ("annotations/0/file_name", "2.png", "2.png: is not there"),
        ("annotations/0/image_id", 5, "image_id 5 names no image"),
        ("annotations/0/image_id", None, "annotations[0]: image_id must be a whole number"),
        ("categories/1/name", "", "categories[1]: name must be text"),
        ("categories/1", [], "categories[1]: must be a list of objects"),
        ("images/0/height", 2, "1.png: has 1 x 4 pixels, but the image 2 x 4"),
    ],
)
def test_what_is_wrong_of_a_segment_is_told(path: str, value: Any, message: str) -> None:
    _, problems = read(changed(path, value))

    assert any(message in problem for problem in problems)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("images", [], "has no images"),
        ("images", 5, "images: must be a list of objects"),
        ("images/0/id", 2.5, r"images\[0\]: id must be a whole number"),
        ("images/0/width", -4, r"images\[0\]: height and width must be whole numbers"),
        ("images/0/file_name", None, r"images\[0\]: file_name must be text"),
        ("categories", 5, r"categories: must be a list of objects"),
    ],
)
def test_what_is_wrong_of_the_file_is_refused(path: str, value: Any, message: str) -> None:
    with pytest.raises(DatasetError, match=f"^annotations/panoptic_val2017.json: {message}"):
        read(changed(path, value))


def test_bad_image_is_told_and_left_out_with_its_segments() -> None:
    odd = content()
    odd["images"].append({"id": 9, "file_name": "9.jpg", "height": 0, "width": 4})
    odd["annotations"].append({**odd["annotations"][0], "image_id": 9})

    samples, problems = read(files_of(odd))

    assert samples == read(files_of(content()))[0]
    assert problems == [
        "annotations/panoptic_val2017.json: "
        "images[1]: height and width must be whole numbers above zero",
        "annotations/panoptic_val2017.json: image_id 9 names no image",
    ]


def test_annotation_that_is_none_is_told_and_a_file_without_segments_is_not_read() -> None:
    odd = content()
    odd["annotations"].append(3)

    assert read(files_of(odd))[1] == [
        "annotations/panoptic_val2017.json: annotations[1]: must be a list of objects"
    ]
    with pytest.raises(DatasetError, match="no JSON file is there whose annotations have"):
        read(changed("annotations/0", 3))


def test_of_what_is_told_twice_of_an_image_the_last_counts() -> None:
    whole = content()
    whole["images"] += [{**whole["images"][0], "file_name": "2.jpg"}]
    first, segment = whole["annotations"][0], {"id": 7, "category_id": 5}
    whole["annotations"] += [{**first, "segments_info": [segment]}]

    [sample], problems = read(files_of(whole))

    assert sample.file_name == "2.jpg"
    assert [each.label for each in sample.annotations] == ["cat"]
    assert len(problems) == 1  # the other colour


@pytest.mark.slow
def test_memory_does_not_grow_with_what_the_segments_tell(tmp_path: Path) -> None:
    folder = tmp_path / "panoptic"
    folder.mkdir()

    def peak(count: int) -> int:
        whole = content() | {"images": [], "annotations": []}
        segment = {"id": 7, "category_id": 3, "notes": ["x" * 50] * 100}
        for number in range(count):
            (folder / f"{number}.png").write_bytes(png([[[7, 0, 0]] * 4]))
            whole["images"].append(
                {"id": number, "file_name": f"{number}.jpg", "height": 1, "width": 4}
            )
            whole["annotations"].append(
                {"image_id": number, "file_name": f"{number}.png", "segments_info": [segment]}
            )
        (tmp_path / "panoptic.json").write_text(json.dumps(whole))
        images, peak = images_and_peak_bytes(COCO_PANOPTIC.name, tmp_path)
        assert images == count
        return peak

    few, many = peak(300), peak(2_000)

    assert (many - few) / 1_700 < 3_000  # bytes for each image: names, but not its 100 notes


def test_colours_of_no_segment_are_told_and_noise_is_refused() -> None:
    whole = content()
    del whole["annotations"][0]["segments_info"][0]
    noise = np.arange(300 * 300).reshape(300, 300)
    rgb = np.stack([noise & 255, noise >> 8 & 255, noise >> 16], axis=2)
    large = changed("images/0", {"id": 4, "file_name": "1.jpg", "height": 300, "width": 300})

    assert read(files_of(whole))[1] == [
        "annotations/panoptic_val2017/1.png: colour 7 is of no segment"
    ]
    assert read(large | {"annotations/panoptic_val2017/1.png": png(rgb)}) == (
        [],
        ["annotations/panoptic_val2017/1.png: has 90000 numbers: this is no map of objects"],
    )


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(COCO_PANOPTIC, files)
