"""LVIS' files are read by the URLs of their images; ours open as LVIS' readers want them."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.lvis import LVIS
from engine.masks.rle import decode
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

THIRD_PARTY = DATA / "exports_thirdparty"
LVIS_DATA = THIRD_PARTY / "lvis"


def content() -> dict[str, Any]:
    """Return what LVIS v1 looks like: annotations first, and images without a name."""
    return {
        "info": {"version": "v1.0"},
        "annotations": [
            {"area": 4.0, "id": 1, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]], "image_id": 42,
             "bbox": [0, 0, 2, 2], "category_id": 3},
        ],
        "images": [
            {"id": 42, "height": 3, "width": 4, "license": 1, "flickr_url": "", "date_captured": "",
             "coco_url": "http://images.cocodataset.org/train2017/000000000042.jpg",
             "neg_category_ids": [7], "not_exhaustive_category_ids": [3]},
        ],
        "licenses": [],
        "categories": [
            {"id": 3, "name": "bat_(animal)", "synset": "bat.n.01", "synonyms": ["bat_(animal)"],
             "def": "a mammal that flies", "frequency": "c", "image_count": 1, "instance_count": 1},
        ],
    }  # fmt: skip


def test_images_are_found_by_the_end_of_their_url(tmp_path: Path) -> None:
    (tmp_path / "lvis_v1_train.json").write_text(json.dumps(content()))
    (tmp_path / "train2017").mkdir()
    (tmp_path / "train2017/000000000042.jpg").write_bytes(picture((3, 4)))

    [sample], problems = read_all(tmp_path, LVIS)

    assert problems == []
    assert LVIS.is_in(open_source(tmp_path))
    assert (sample.file_name, sample.split) == ("train2017/000000000042.jpg", "train")
    assert sample.load_bytes is not None
    [mask] = sample.annotations
    assert mask.label == "bat_(animal)"
    assert mask.rle is not None
    assert decode(mask.rle)[:2, :2].all()
    assert decode(mask.rle).sum() == 4


def test_what_is_told_of_classes_travels_on(tmp_path: Path) -> None:
    (tmp_path / "lvis_v1_train.json").write_text(json.dumps(content()))
    dataset = LVIS.read(open_source(tmp_path), lambda _: None)

    export(dataset, LVIS, FolderOut(tmp_path / "again"))

    again = json.loads((tmp_path / "again/lvis_v1.json").read_text())
    [category] = again["categories"]
    assert category == {**content()["categories"][0], "id": 1, "frequency": "r"}


def test_classes_are_numbered_without_gaps_and_counted(tmp_path: Path) -> None:
    export(dataset_of(corpus()), LVIS, FolderOut(tmp_path))

    whole = json.loads((tmp_path / "lvis_v1.json").read_text())
    told = [
        (c["id"], c["name"], c["frequency"], c["image_count"], c["instance_count"])
        for c in whole["categories"]
    ]
    assert told == [
        (1, "cell", "r", 4, 7),
        (2, "Zellkern, groß", "r", 1, 1),
        (3, "核 \"<&'>", "r", 1, 1),
        (4, "unused", "r", 0, 0),
        (5, "unlabelled", "r", 1, 1),
    ]
    assert [image["coco_url"] for image in whole["images"]][1] == "images/whole.png"
    assert all(image["neg_category_ids"] == [] for image in whole["images"])
    assert not any("file_name" in image for image in whole["images"])
    masks = [each for each in whole["annotations"] if "segmentation" in each]
    assert all(coco_mask.area(each["segmentation"]) == each["area"] for each in masks)


@needs_data
@pytest.mark.skipif(not LVIS_DATA.exists(), reason="needs LVIS' own data")
def test_validation_file_of_lvis_is_read_whole() -> None:
    found, problems = read_all(LVIS_DATA, LVIS)

    assert problems == []
    assert len(found) == 100
    assert all(each.rle for sample in found for each in sample.annotations)


@pytest.mark.parametrize(
    ("key", "field", "value", "message"),
    [
        ("images", "coco_url", None, r"images\[0\]: file_name must be"),
        ("images", "coco_url", 5, r"images\[0\]: file_name must be"),
        ("images", "coco_url", "../../x.jpg", r"images\[0\]: file_name must be"),
        ("images", "coco_url", "http://host/../x.jpg", r"images\[0\]: file_name must be"),
        ("images", "height", 0, r"images\[0\]: height and width"),
        ("annotations", "image_id", 9, r"annotations\[0\]: image_id 9 names no image"),
        ("annotations", "category_id", 9, r"annotations\[0\]: category_id 9 names no category"),
        ("annotations", "segmentation", {"size": [1, 1], "counts": "01"}, r"annotations\[0\]: seg"),
    ],
)
def test_faults_are_told_by_file_and_place(
    tmp_path: Path, key: str, field: str, value: Any, message: str
) -> None:
    whole = content()
    whole[key][0][field] = value
    (tmp_path / "lvis.json").write_text(json.dumps(whole))

    def fail(problem: DatasetError) -> None:
        raise problem

    with pytest.raises(DatasetError, match=message) as fault:
        list(LVIS.read(open_source(tmp_path), fail).samples())
    assert fault.value.file == "lvis.json"


@needs_data
def test_no_folder_of_another_tool_is_taken_for_lvis() -> None:
    others = [path for path in (THIRD_PARTY / "datumaro_assets").iterdir() if path.is_dir()]

    assert not any(LVIS.is_in(open_source(path)) for path in others)


@settings(max_examples=60)
@given(place=places, odd=odd_values)
def test_odd_values_are_read_or_refused(place: int, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        changed = with_odd_value(content(), place, odd)
        (Path(folder) / "a.json").write_text(json.dumps(changed))
        read_or_refuse(Path(folder), LVIS)


@settings(max_examples=40)
@given(data=st.data())
def test_broken_files_are_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.json").write_bytes(data.draw(broken(json.dumps(content()).encode())))
        read_or_refuse(Path(folder), LVIS)
