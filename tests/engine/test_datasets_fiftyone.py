"""FiftyOne's masks are read from bytes that nobody vouches for, and laid into their boxes."""

import base64
import io
import json
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.fiftyone import FIFTYONE
from engine.datasets.formats.fiftyone_read import OTHER_FIELDS, OTHER_KINDS
from engine.masks.rle import decode
from tests.engine.datasets_broken import areas, png
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


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def text(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


def packed(array: Any) -> dict[str, Any]:
    return {"$binary": {"base64": text(npy(np.array(array))), "subType": "00"}}


def content() -> dict[str, Any]:
    """Return what FiftyOne writes of an image of 4 x 8 pixels (height x width)."""
    return {
        "samples": [
            {
                "_id": {"$oid": "65def789abc123def4567890"},
                "filepath": "data/1.png",
                "tags": ["blurred", "validation"],
                "_media_type": "image",
                "metadata": {"_cls": "ImageMetadata", "width": 8, "height": 4, "num_channels": 3},
                "ground_truth": {
                    "_cls": "Detections",
                    "detections": [
                        {
                            "_id": {"$oid": "65def789abc123def4567891"},
                            "_cls": "Detection",
                            "attributes": {"hidden": {"_cls": "BooleanAttribute", "value": True}},
                            "tags": [],
                            "label": "cat",
                            "bounding_box": [0.25, 0.25, 0.25, 0.5],
                            "mask": packed([[True, False], [True, True]]),
                            "confidence": 0.75,
                            "index": 1,
                            "iscrowd": 1,
                            "age": 3,
                        },
                        {"_cls": "Detection", "label": "dog", "bounding_box": [0, 0.5, 0.5, 0.25]},
                    ],
                },
                "predictions": {
                    "_cls": "Detections",
                    "detections": [
                        {"_cls": "Detection", "label": "cow", "bounding_box": [0, 0, 1, 1]}
                    ],
                },
            }
        ]
    }


def put(folder: Path, whole: Any) -> Path:
    (folder / "samples.json").write_text(json.dumps(whole))
    return folder


def first_of(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["samples"][0]["ground_truth"]["detections"][0]
    return found


def test_detections_are_read_with_their_masks_and_attributes(tmp_path: Path) -> None:
    [sample], problems = read_all(put(tmp_path, content()), FIFTYONE)

    mask, box = sample.annotations
    assert problems == []
    assert (sample.file_name, sample.split, sample.size_hw) == ("1.png", "validation", (4, 8))
    assert mask.rle is not None
    assert np.argwhere(decode(mask.rle)).tolist() == [[1, 2], [2, 2], [2, 3]]
    assert (mask.label, mask.predicted_iou, mask.is_crowd) == ("cat", 0.75, True)
    assert mask.attributes == {"hidden": True, "age": 3}
    assert (box.label, box.rle, box.box_xywh) == ("dog", None, (0, 2, 4, 1))


def test_all_fields_are_read_where_none_is_the_ground_truth(tmp_path: Path) -> None:
    whole = content()
    whole["samples"][0]["people"] = whole["samples"][0].pop("ground_truth")

    [sample], _ = read_all(put(tmp_path, whole), FIFTYONE)

    assert sorted(each.label or "" for each in sample.annotations) == ["cat", "cow", "dog"]
    assert sample.left_out == {}


def test_objects_of_other_fields_and_kinds_that_are_not_read_are_counted(tmp_path: Path) -> None:
    whole = content()
    whole["samples"][0] |= {
        "weather": {"_cls": "Classification", "label": "rain"},
        "scenes": {"_cls": "Classifications", "classifications": [{"label": "road"}] * 2},
        "pose": {"_cls": "Keypoints", "keypoints": [{"points": [[0, 0]]}]},
        "map": {"_cls": "Segmentation", "mask_path": "fields/map.png"},
    }

    [sample], problems = read_all(put(tmp_path, whole), FIFTYONE)

    assert problems == []
    assert sample.left_out == {OTHER_KINDS: 5, OTHER_FIELDS: 1}
    assert len(sample.annotations) == 2


def test_size_comes_from_the_image_where_it_is_not_told(tmp_path: Path) -> None:
    whole = content()
    whole["samples"][0]["metadata"] = None
    whole["samples"][0]["filepath"] = "/home/somebody/data/1.png"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/1.png").write_bytes(picture((4, 8)))

    [sample], problems = read_all(put(tmp_path, whole), FIFTYONE)

    assert problems == []
    assert (sample.file_name, sample.size_hw, len(sample.annotations)) == ("1.png", (4, 8), 2)
    assert sample.load_bytes is not None


def test_exports_in_folders_of_their_own_are_read_whole(tmp_path: Path) -> None:
    """Each names files from its own folder, which tells the split where no tag does."""
    for folder, bits in {"train": [[9, 9], [9, 9]], "val": [[9, 0], [0, 0]]}.items():
        whole = content()
        whole["samples"][0] |= {"metadata": None, "tags": []}
        del first_of(whole)["mask"]
        first_of(whole)["mask_path"] = "fields/1.png"
        (tmp_path / folder / "data").mkdir(parents=True)
        (tmp_path / folder / "fields").mkdir()
        (tmp_path / folder / "data/1.png").write_bytes(picture((4, 8)))
        (tmp_path / folder / "fields/1.png").write_bytes(png(bits))
        put(tmp_path / folder, whole)
    (tmp_path / "test").mkdir()
    (tmp_path / "test/samples.json").write_text("{")

    found, problems = read_all(tmp_path, FIFTYONE)

    assert [(each.file_name, each.split) for each in found] == [
        ("1.png", "train"),
        ("1.png", "val"),
    ]
    assert [areas(each) for each in found] == [[("cat", 4)], [("cat", 1)]]
    assert [each.load_bytes is not None for each in found] == [True, True]
    assert [each.file for each in problems] == ["test/samples.json"]


@pytest.mark.parametrize(
    "mask",
    [
        {"$binary": text(npy(np.array([[1, 0], [1, 1]], np.uint8))), "$type": "00"},
        text(npy(np.array([[0.5, 0], [1, 1]], np.float32))),
        packed(np.asfortranarray([[True, False], [True, True]])),
        packed(np.kron([[1, 0], [1, 1]], np.ones((4, 4), np.uint8))),  # larger than its box
    ],
    ids=["older bytes", "text", "column by column", "stretched"],
)
def test_masks_are_read_in_other_spellings(tmp_path: Path, mask: Any) -> None:
    whole = content()
    first_of(whole)["mask"] = mask

    [sample], problems = read_all(put(tmp_path, whole), FIFTYONE)

    assert problems == []
    rle = sample.annotations[0].rle
    assert rle is not None
    assert np.argwhere(decode(rle)).tolist() == [[1, 2], [2, 2], [2, 3]]


def test_mask_in_a_file_of_its_own_is_read(tmp_path: Path) -> None:
    whole = content()
    del first_of(whole)["mask"]
    first_of(whole)["mask_path"] = "fields/ground_truth.detections/mask-7.png"
    folder = tmp_path / "fields/ground_truth.detections"
    folder.mkdir(parents=True)
    Image.fromarray(np.array([[255, 0], [255, 255]], np.uint8)).save(folder / "mask-7.png")

    [sample], problems = read_all(put(tmp_path, whole), FIFTYONE)

    assert problems == []
    rle = sample.annotations[0].rle
    assert rle is not None
    assert np.argwhere(decode(rle)).tolist() == [[1, 2], [2, 2], [2, 3]]


def test_closed_polylines_are_masks(tmp_path: Path) -> None:
    whole = content()
    corners = [[0.25, 0.25], [0.5, 0.25], [0.5, 0.75], [0.25, 0.75]]
    whole["samples"][0]["ground_truth"] = {
        "_cls": "Polylines",
        "polylines": [
            {"_cls": "Polyline", "label": "cat", "points": [corners], "closed": True},
            {"_cls": "Polyline", "label": "way", "points": [corners], "closed": False},
        ],
    }

    [sample], [problem] = read_all(put(tmp_path, whole), FIFTYONE)

    [mask] = sample.annotations
    assert mask.rle is not None
    assert decode(mask.rle).sum() == 4
    assert str(problem).startswith(
        "samples.json: samples[0].ground_truth.polylines[1]: a polyline that is neither"
    )


class Mine:
    """Would leave a trace if it were unpickled."""

    def __reduce__(self) -> Any:
        return Path("/tmp/unpickled").touch, ()  # noqa: S108  # never to be


HEADER = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")


def header(spelling: str, data: bytes = b"\x01") -> str:
    return text(HEADER + spelling.encode().ljust(117) + b"\n" + data)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (text(npy(np.array([[Mine()]], object), allow_pickle=True)), "numbers in rows"),
        (header("{'descr': '|b1', 'fortran_order': False, 'shape': (99999999, 99999999)}"),
         "another length"),
        (header("{'descr': '|b1', 'fortran_order': False, 'shape': (-1, -1)}"), "another length"),
        (header("{'descr': '|b1', 'fortran_order': False, 'shape': (1L, 1L)}", b""),
         "another length"),
        (header("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}"), "in rows and columns"),
        (header("{'descr': [('a', '|b1')], 'fortran_order': False, 'shape': (1, 1)}"), "numbers"),
        (header("{'descr': 5, 'fortran_order': False, 'shape': (1, 1)}"), "no NumPy array"),
        (header("__import__('os')"), "no NumPy array"),
        (header("(" * 110), "no NumPy array"),
        (header("-" * 110), "no NumPy array"),
        (text(b"\x93NUMPY"), "no NumPy array"),
        (text(b"0" * 2**20), "larger than its image"),
        (text(npy(np.ones((2, 2), bool)))[:-8], "cut short"),
        ("nonsense", "not packed"),
        ("ä", "not packed"),
        (5, "in base64"),
        ({"$binary": None}, "in base64"),
        (packed([[0, 0], [0, 0]]), "mask is empty"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_mask_are_refused_by_place(
    tmp_path: Path, mask: Any, message: str
) -> None:
    whole = content()
    first_of(whole)["mask"] = mask

    [sample], [problem] = read_all(put(tmp_path, whole), FIFTYONE)

    assert str(problem).startswith("samples.json: samples[0].ground_truth.detections[0]: mask ")
    assert message in problem.fault
    assert [each.label for each in sample.annotations] == ["dog"]
    assert not Path("/tmp/unpickled").exists()  # noqa: S108  # see above


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("bounding_box", [0.25, 0.25, 5, 0.5], "must lie in the image"),
        ("bounding_box", [0.25, 0.25, -0.25, 0.5], "a box must be"),
        ("bounding_box", [0.25, 0.25, 0.25], "a box must be"),
        ("bounding_box", [0.25, 0.25, 0.25, True], "a box must be"),
        ("bounding_box", [0.25, 0.25, 0.25, 2e9], "a box must be"),
        ("label", 5, "must be text"),
        ("mask_path", "gone.png", ""),
    ],
)
def test_detection_that_cannot_be_used_is_told_by_place(
    tmp_path: Path, field: str, value: Any, message: str
) -> None:
    whole = content()
    first_of(whole)[field] = value
    if field == "mask_path":
        del first_of(whole)["mask"]

    [sample], [problem] = read_all(put(tmp_path, whole), FIFTYONE)

    assert str(problem).startswith("samples.json: samples[0].ground_truth.detections[0]: ")
    assert message in problem.fault
    assert len(sample.annotations) == 1


def test_image_that_claims_to_be_huge_takes_no_memory(tmp_path: Path) -> None:
    whole = content()
    whole["samples"][0]["metadata"] |= {"width": 2**30, "height": 2**30}

    [sample], [problem] = read_all(put(tmp_path, whole), FIFTYONE)

    assert "no image is as large" in problem.fault
    assert [each.label for each in sample.annotations] == ["dog"]


def test_export_crops_masks_and_lists_classes(tmp_path: Path) -> None:
    export(dataset_of(corpus()), FIFTYONE, FolderOut(tmp_path))

    metadata = json.loads((tmp_path / "metadata.json").read_text())
    samples = json.loads((tmp_path / "samples.json").read_text())["samples"]
    assert "version" not in metadata  # or FiftyOne would take it for a copy of its database
    assert metadata["info"]["classes"][:2] == ["cell", "Zellkern, groß"]
    assert [(each["filepath"], each["tags"]) for each in samples][:2] == [
        ("data/shapes/holes.png", ["train"]),
        ("data/whole.png", ["holdout"]),
    ]
    inner = samples[1]["ground_truth"]["detections"][1]
    data = zlib.decompress(base64.b64decode(inner["mask"]["$binary"]["base64"]))
    assert np.load(io.BytesIO(data)).tolist() == [[True] * 3] * 5
    assert inner["bounding_box"] == [0.2, 1 / 7, 0.6, 5 / 7]


@needs_data
def test_no_folder_of_another_tool_is_taken_for_fiftyone() -> None:
    assert not any(FIFTYONE.is_in(open_source(path)) for path in THIRD_PARTY.iterdir())


@settings(max_examples=60)
@given(place=places, odd=odd_values)
def test_odd_values_are_read_or_refused(place: int, odd: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_or_refuse(put(Path(folder), with_odd_value(content(), place, odd)), FIFTYONE)


@settings(max_examples=40)
@given(data=st.data())
def test_broken_files_are_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = json.dumps(content()).encode()
        (Path(folder) / "samples.json").write_bytes(data.draw(broken(whole)))
        read_or_refuse(Path(folder), FIFTYONE)


@settings(max_examples=60)
@given(data=st.data())
def test_broken_arrays_are_read_or_refused(data: st.DataObject) -> None:
    whole = content()
    first_of(whole)["mask"] = text(data.draw(broken(npy(np.ones((2, 2), bool)))))
    with tempfile.TemporaryDirectory() as folder:
        read_or_refuse(put(Path(folder), whole), FIFTYONE)
