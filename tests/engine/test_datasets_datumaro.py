"""Datumaro's and CVAT's files are read in all their versions, or refused by place."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.datumaro import DATUMARO
from engine.datasets.sample import Sample
from engine.masks.rle import area, decode
from tests.engine.datasets_corpus import corpus, dataset_of, picture, with_picture
from tests.engine.datasets_odd import (
    broken,
    odd_values,
    places,
    read_all,
    read_or_refuse,
    with_odd_value,
)
from tests.engine.test_datasets_coco import DATA, needs_data

THIRD_PARTY = DATA / "exports_thirdparty" / "datumaro_assets"


def content() -> dict[str, Any]:
    return {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {},
        "categories": {
            "label": {
                "labels": [
                    {"name": "car", "parent": "vehicle", "attributes": ["age"]},
                    {"name": "wheel", "parent": "car", "attributes": []},
                ],
                "label_groups": [],
                "attributes": [],
            },
            "mask": {"colormap": [{"label_id": 0, "r": 1, "g": 2, "b": 3}]},
        },
        "items": [
            {
                "id": "street/1",
                "annotations": [
                    {"id": 0, "type": "mask", "attributes": {"is_crowd": True, "score": 0.5},
                     "group": 0, "label_id": 0, "z_order": 2,
                     "rle": {"counts": "033", "size": [2, 3]}},
                    {"id": 5, "type": "polygon", "attributes": {"occluded": False, "age": "new"},
                     "group": 5, "label_id": 1, "z_order": 0, "points": [0, 0, 1, 0, 1, 1, 0, 1]},
                    {"id": 5, "type": "polygon", "attributes": {}, "group": 5, "label_id": 1,
                     "z_order": 0, "points": [2.0, 1.0, 3.0, 1.0, 3.0, 2.0, 2.0, 2.0]},
                    {"id": 0, "type": "bbox", "attributes": {}, "group": 0, "label_id": None,
                     "z_order": 0, "bbox": [0.5, 0.5, 1, 1.25]},
                    {"id": 0, "type": "caption", "attributes": {}, "group": 0, "caption": "A car."},
                ],
                "image": {"path": "street/1.png", "size": [2, 3]},
            }
        ],
    }  # fmt: skip


def put(folder: Path, whole: Any, subset: str = "train") -> Path:
    (folder / "annotations").mkdir(exist_ok=True)
    (folder / f"annotations/{subset}.json").write_text(json.dumps(whole))
    return folder


def test_masks_polygons_boxes_and_captions_are_read(tmp_path: Path) -> None:
    put(tmp_path, content())
    (tmp_path / "images/train/street").mkdir(parents=True)
    (tmp_path / "images/train/street/1.png").write_bytes(picture((2, 3)))

    [sample], problems = read_all(tmp_path, DATUMARO)

    mask, parts, box = sample.annotations
    assert problems == []
    assert (sample.file_name, sample.split, sample.captions) == (
        "street/1.png",
        "train",
        ("A car.",),
    )
    assert sample.load_bytes is not None
    assert (mask.label, mask.z, mask.is_crowd, mask.predicted_iou) == ("car", 2, True, 0.5)
    assert parts.rle is not None
    assert decode(parts.rle).tolist() == [[True, False, False], [False, False, True]]
    assert parts.attributes == {"occluded": False, "age": "new"}
    assert (box.label, box.rle, box.box_xywh) == (None, None, (0.5, 0.5, 1, 1.25))


def test_labels_keep_what_is_told_of_them(tmp_path: Path) -> None:
    dataset = DATUMARO.read(open_source(put(tmp_path, content())), lambda _: None)

    assert [(label.name, label.extra) for label in dataset.labels] == [
        ("car", {"parent": "vehicle", "attributes": ["age"]}),
        ("wheel", {"parent": "car"}),
    ]


def test_labels_of_subsets_are_told_apart_by_name_and_not_by_number(tmp_path: Path) -> None:
    turned = content()
    turned["categories"]["label"]["labels"].reverse()
    put(tmp_path, content(), "train")
    put(tmp_path, turned, "val")

    found, _ = read_all(tmp_path, DATUMARO)

    assert [each.annotations[0].label for each in found] == ["car", "wheel"]


def test_path_of_another_machine_tells_only_its_ending(tmp_path: Path) -> None:
    whole = content()
    whole["items"][0]["image"]["path"] = "C:\\pictures\\1.png"

    [sample], _ = read_all(put(tmp_path, whole), DATUMARO)

    assert sample.file_name == "street/1.png"


@needs_data
def test_files_from_before_the_format_had_a_version_are_read() -> None:
    found, problems = read_all(THIRD_PARTY / "datumaro_dataset/legacy", DATUMARO)

    assert [(each.file_name, each.split, each.size_hw) for each in found] == [
        ("c.jpg", "test", (8, 6)),
        ("a.jpg", "train", (8, 6)),
        ("b.jpg", "train", (2, 8)),
        ("d.jpg", "validation", (2, 8)),
    ]
    assert all(each.load_bytes for each in found)
    assert len(problems) == 7  # labels of whole images, and nothing else is in these
    assert all(problem.fault.startswith("label is no mask") for problem in problems)


@pytest.mark.parametrize(
    ("place", "field", "value", "message"),
    [
        (0, "rle", {"counts": "033", "size": [3, 2]}, "not the image's 2 x 3"),
        (0, "rle", [[0, 0, 1, 1]], "must be an object"),
        (0, "label_id", 2, "label_id must be one of 0 to 1"),
        (0, "label_id", -1, "label_id must be one of 0 to 1"),
        (1, "points", [0, 0, 1], "polygon"),
        (1, "type", "ellipse", "ellipse is no mask, polygon, box or caption"),
        (3, "bbox", [0, 0, -1, 1], "a box must be"),
        (3, "bbox", [0, 0, True, 1], "a box must be"),
        (3, "bbox", [0, 0, "1", 1], "a box must be"),
        (3, "bbox", [0, 0, 10**400, 1], "a box must be"),
        (4, "caption", 5, "must be text"),
    ],
)
def test_annotation_that_cannot_be_used_is_told_by_place(
    tmp_path: Path, place: int, field: str, value: Any, message: str
) -> None:
    whole = content()
    whole["items"][0]["annotations"][place][field] = value

    [sample], problems = read_all(put(tmp_path, whole), DATUMARO)

    assert [str(problem) for problem in problems] == [
        f"annotations/train.json: items[0].annotations[{place}]: {problems[0].fault}"
    ]
    assert message in problems[0].fault
    assert len(sample.annotations) + len(sample.captions) == 3 + (place == 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("image", None), ("image", {"path": "gone.png"}), ("image", {"path": 5, "size": [2, 3]}),
     ("annotations", None), ("image", {"path": "a.png", "size": [2, 3.5]})],
)  # fmt: skip
def test_item_that_is_no_image_is_told_and_left_out(tmp_path: Path, field: str, value: Any) -> None:
    whole = content()
    whole["items"].append({**whole["items"][0], "id": "2"})
    whole["items"][0][field] = value

    found, problems = read_all(put(tmp_path, whole), DATUMARO)

    assert [each.file_name for each in found] == ["street/1.png"]
    assert len(problems) == 1


def test_split_that_names_no_file_comes_back(tmp_path: Path) -> None:
    odd = [
        with_picture(Sample(f"{number}.png", (2, 2), split=split))
        for number, split in enumerate(["../../up", "default", "a/b", None, "a_b"])
    ]

    export(dataset_of(odd), DATUMARO, FolderOut(tmp_path / "inside"))
    found, _ = read_all(tmp_path / "inside", DATUMARO)

    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    assert sorted((each.file_name, each.split) for each in found) == [
        (each.file_name, each.split) for each in odd
    ]


def test_export_tells_datumaro_of_crowds_and_estimates(tmp_path: Path) -> None:
    export(dataset_of(corpus()), DATUMARO, FolderOut(tmp_path))

    train, holdout = (
        json.loads((tmp_path / f"annotations/{name}.json").read_text())
        for name in ("train", "holdout")
    )
    assert [item["id"] for item in holdout["items"]] == ["whole"]
    assert holdout["items"][0]["annotations"][2]["attributes"]["score"] == 0.875
    crowd = next(item for item in train["items"] if item["id"] == "crowd")["annotations"][0]
    assert crowd["attributes"] == {"is_crowd": True}
    assert area(crowd["rle"]) == 6


@needs_data
def test_no_folder_of_another_tool_is_taken_for_datumaro() -> None:
    others = [path for path in THIRD_PARTY.iterdir() if path.name != "datumaro_dataset"]

    assert not any(DATUMARO.is_in(open_source(path)) for path in others)


@settings(max_examples=60)
@given(place=places, odd=odd_values)
def test_odd_values_are_read_or_refused(place: int, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_or_refuse(put(Path(folder), with_odd_value(content(), place, odd)), DATUMARO)


@settings(max_examples=40)
@given(data=st.data())
def test_broken_files_are_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.json").write_bytes(data.draw(broken(json.dumps(content()).encode())))
        read_or_refuse(Path(folder), DATUMARO)
