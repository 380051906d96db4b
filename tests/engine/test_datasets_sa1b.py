"""SA-1B's masks of others are read or refused by place; ours have the names that readers want."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.sa1b import SA1B
from tests.engine.datasets_corpus import corpus, dataset_of, picture
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
        "image": {"image_id": 1, "width": 4, "height": 3, "file_name": "sa_1.jpg"},
        "annotations": [
            {
                "id": 7,
                "segmentation": {"size": [3, 4], "counts": [0, 3, 9]},
                "bbox": [0, 0, 1, 3],
                "area": 3,
                "predicted_iou": 0.9,
                "stability_score": 0.8,
                "point_coords": [[0.5, 1.5]],
                "crop_box": [0, 0, 4, 3],
            }
        ],
    }


def test_masks_of_others_keep_their_estimates_and_what_they_were_asked_by(tmp_path: Path) -> None:
    (tmp_path / "sa_000000").mkdir()
    (tmp_path / "sa_000000/sa_1.json").write_text(json.dumps(content()))
    (tmp_path / "sa_000000/sa_1.jpg").write_bytes(picture((3, 4)))

    [sample], problems = read_all(tmp_path, SA1B)

    [mask] = sample.annotations
    assert problems == []
    assert sample.file_name == "sa_000000/sa_1.jpg"
    assert sample.load_bytes is not None
    assert (mask.id, mask.label, mask.predicted_iou, mask.stability_score) == ("7", None, 0.9, 0.8)
    assert mask.extra == {"point_coords": [[0.5, 1.5]], "crop_box": [0, 0, 4, 3]}


def test_export_has_the_fields_of_sa1b_and_masks_that_pycocotools_reads(tmp_path: Path) -> None:
    export(dataset_of(corpus()), SA1B, FolderOut(tmp_path))

    whole = json.loads((tmp_path / "sa_2.json").read_text())
    mask = whole["annotations"][2]
    assert whole["image"]["file_name"] == "sa_2.png"
    assert (tmp_path / "sa_2.png").is_file()
    assert coco_mask.area(mask["segmentation"]) == mask["area"] == 2
    assert mask["bbox"] == [2, 2, 1, 2]
    assert (mask["predicted_iou"], mask["stability_score"]) == (0.875, 0.75)
    assert (mask["point_coords"], mask["crop_box"]) == ([], [0, 0, 5, 7])
    assert {"predicted_iou", "stability_score"}.isdisjoint(whole["annotations"][0])


@needs_data
def test_files_of_datumaro_are_read_but_for_the_mask_of_another_size() -> None:
    folder = THIRD_PARTY / "segment_anything_dataset"

    found, problems = read_all(folder, SA1B)

    assert SA1B.is_in(open_source(folder))
    assert [(each.file_name, len(each.annotations)) for each in found] == [
        ("a.jpg", 1),
        ("b.jpg", 0),
    ]
    assert [str(problem) for problem in problems] == [
        "b.json: annotations[0]: mask size 5 x 10 is not the image's 10 x 5 (height x width)"
    ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("segmentation", {"size": [3, 4], "counts": [0, 3]}, "mask counts add"),
        ("segmentation", {"size": [4, 3], "counts": [0, 3, 9]}, "not the image's 3 x 4"),
        ("segmentation", "x", "a segmentation is"),
        ("category", 5, "must be text"),
        ("category", "\ud800", "must be text"),
    ],
)
def test_mask_that_cannot_be_used_is_told_by_file_and_place(
    tmp_path: Path, field: str, value: Any, message: str
) -> None:
    whole = content()
    whole["annotations"][0][field] = value
    (tmp_path / "a.json").write_text(json.dumps(whole))

    [sample], [problem] = read_all(tmp_path, SA1B)

    assert sample.annotations == ()
    assert str(problem).startswith("a.json: annotations[0]: ")
    assert problem.index == 0
    assert message in problem.fault


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "nonsense", '{"image":{}}', '{"image":5,"annotations":[]}',
     '{"image":{"file_name":"a","height":1,"width":1},"annotations":5}',
     '{"image":{"file_name":"a","height":0,"width":1},"annotations":[]}',
     '{"image":{"file_name":5,"height":1,"width":1},"annotations":[]}'],
)  # fmt: skip
def test_file_that_tells_of_no_image_is_told_and_the_next_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").write_text(json.dumps(content()))

    [sample], [problem] = read_all(tmp_path, SA1B)

    assert sample.file_name == "sa_1.jpg"
    assert problem.file == "a.json"


def test_ids_that_repeat_are_taken_away(tmp_path: Path) -> None:
    whole = content()
    whole["annotations"] *= 2
    (tmp_path / "a.json").write_text(json.dumps(whole))

    [sample], _ = read_all(tmp_path, SA1B)

    assert [each.id for each in sample.annotations] == ["7", ""]


@needs_data
def test_no_folder_of_another_tool_is_taken_for_sa1b() -> None:
    others = [path for path in THIRD_PARTY.iterdir() if path.name != "segment_anything_dataset"]

    assert not any(SA1B.is_in(open_source(path)) for path in others)


def ours() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        export(dataset_of(corpus()[1:2]), SA1B, FolderOut(Path(folder)))
        return (Path(folder) / "sa_1.json").read_bytes()


OURS = ours()


@settings(max_examples=60)
@given(place=places, odd=odd_values)
def test_odd_values_are_read_or_refused(place: int, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        changed = with_odd_value(json.loads(OURS), place, odd)
        (Path(folder) / "a.json").write_text(json.dumps(changed))
        read_or_refuse(Path(folder), SA1B)


@settings(max_examples=40)
@given(data=st.data())
def test_broken_files_are_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.json").write_bytes(data.draw(broken(OURS)))
        read_or_refuse(Path(folder), SA1B)
