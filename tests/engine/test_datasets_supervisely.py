"""Supervisely's projects are read, and what is broken or hostile is refused by its place."""

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.datasets.errors import DatasetError
from engine.datasets.files import open_source
from engine.datasets.formats.supervisely import SUPERVISELY, TAGS
from engine.datasets.sample import Annotation, Sample, Value
from engine.masks.rle import decode, encode
from tests.engine.datasets_corpus import picture
from tests.engine.datasets_odd import broken, changed_json, original, read_all, stands, written
from tests.engine.test_datasets_coco import DATA, needs_data

RING = [[1, 1], [5, 1], [5, 5], [1, 5]]


def packed(image: Image.Image, **options: Any) -> str:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return base64.b64encode(zlib.compress(out.getvalue())).decode()


def bits(mask: Any) -> Image.Image:
    return Image.fromarray(np.array(mask, np.uint8))


def palette_png(mask: Any) -> str:
    """As its SDK makes them: two colours, the first transparent."""
    image = bits(mask)
    image.putpalette([0, 0, 0, 255, 255, 255])
    return packed(image, transparency=0)


def canvas_png(mask: Any) -> str:
    """As its web page makes them: black where there is an object, by its opacity alone."""
    pixels = np.zeros((*np.shape(mask), 4), np.uint8)
    pixels[..., 3] = np.array(mask) * 255
    return packed(Image.fromarray(pixels))


def bitmap(data: Any, origin: Any = (2, 3), **fields: Any) -> dict[str, Any]:
    return thing(geometryType="bitmap", bitmap={"data": data, "origin": origin}, **fields)


def thing(**fields: Any) -> dict[str, Any]:
    return {
        "id": 497521359, "classId": 1, "description": "", "labelerLogin": "alexxx",
        "createdAt": "2020-08-07T11:09:51.054Z", "tags": [], "classTitle": "cell",
        "geometryType": "polygon", "points": {"exterior": RING, "interior": []}, **fields,
    }  # fmt: skip


def content(*objects: Any, **fields: Any) -> dict[str, Any]:
    size = {"height": 8, "width": 9}
    return {"description": "", "tags": [], "size": size, "objects": list(objects), **fields}


def read(
    folder: Path, value: Any, name: str = "ds0/ann/a.png.json", meta: Any = None
) -> tuple[list[Sample], list[DatasetError]]:
    classes = [{"title": "cell", "shape": "polygon", "color": "#00FF00"}]
    (folder / "meta.json").write_text(json.dumps(meta or {"classes": classes, "tags": []}))
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(value))
    return read_all(folder, SUPERVISELY)


def test_tags_of_an_image_that_name_no_split_are_counted(tmp_path: Path) -> None:
    tags = [{"name": name, "value": None} for name in ("blurred", "night", "val")]

    (found,), problems = read(tmp_path, content(tags=tags))

    assert (found.split, found.left_out, problems) == ("val", {TAGS: 2}, [])


@pytest.mark.parametrize("encode_png", [palette_png, canvas_png, lambda mask: packed(bits(mask))])
def test_bitmaps_of_sdk_and_web_page_are_read(tmp_path: Path, encode_png: Any) -> None:
    (found,), problems = read(tmp_path, content(bitmap(encode_png([[1, 0], [1, 1]]))))

    assert not problems
    (each,) = found.annotations
    assert each.rle is not None
    assert np.argwhere(decode(each.rle)).tolist() == [[3, 2], [4, 2], [4, 3]]
    assert (each.label, each.id) == ("cell", "497521359")
    assert each.extra == {"labelerLogin": "alexxx", "createdAt": "2020-08-07T11:09:51.054Z"}


def test_polygons_have_holes_and_corners_of_boxes_are_pixels_within(tmp_path: Path) -> None:
    hole = [[2, 2], [4, 2], [4, 4], [2, 4]]
    polygon = thing(points={"exterior": RING, "interior": [hole]})
    box = thing(geometryType="rectangle", points={"exterior": [[4, 3], [1, 2]], "interior": []})

    (found,), problems = read(tmp_path, content(polygon, box))

    assert not problems
    ring, rectangle = found.annotations
    assert ring.rle is not None
    assert decode(ring.rle).sum() == 16 - 4
    assert (rectangle.rle, rectangle.box_xywh) == (None, (1, 2, 4, 2))


def test_tags_are_attributes_and_descriptions_captions(tmp_path: Path) -> None:
    told = {"like": None, "n": 2.5, "t": "x", "many": ["a"]}
    tags = [{"name": name, "value": value} for name, value in told.items()]
    value = content(thing(tags=tags, description="Round."), description="Cells.")

    (found,), problems = read(tmp_path, value)

    assert not problems
    assert found.annotations[0].attributes == {"like": True, "n": 2.5, "t": "x"}
    assert (found.annotations[0].caption, found.captions) == ("Round.", ("Cells.",))


@pytest.mark.parametrize(
    ("place", "file_name", "split", "tags"),
    [
        ("ds0/ann/a.png.json", "ds0/a.png", None, []),
        ("project/ds0/ann/a.png.json", "ds0/a.png", None, []),
        ("train/ann/a.png.json", "train/a.png", "train", []),
        ("ds0/ann/a.png.json", "ds0/a.png", "val", [{"name": "val"}]),
        ("ds0/datasets/slide/ann/a.png.json", "ds0/slide/a.png", None, []),
        ("datasets/datasets/datasets/ann/a.png.json", "datasets/datasets/a.png", None, []),
    ],
)
def test_datasets_and_tags_tell_splits_and_folders(
    tmp_path: Path, place: str, file_name: str, split: str | None, tags: Any
) -> None:
    if place.startswith("project/"):
        (tmp_path / "project").mkdir()
    image = tmp_path / place.replace("/ann/", "/img/").removesuffix(".json")
    image.parent.mkdir(parents=True)
    image.write_bytes(picture((8, 9)))

    root = tmp_path / "project" if place.startswith("project/") else tmp_path
    read(root, content(tags=tags), place.removeprefix("project/"))
    (found,), _ = read_all(tmp_path, SUPERVISELY)

    assert (found.file_name, found.split) == (file_name, split)
    assert found.load_bytes is not None


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (None, "must be an object"),
        (thing(classTitle="other"), "class 'other' is not in meta.json"),
        (thing(classTitle=None), "must be text"),
        (thing(geometryType="cuboid"), "is neither a bitmap"),
        (thing(points=None), "must be an object"),
        (thing(points={"exterior": [[1, 1]]}), "pairs, three or more"),
        (thing(points={"exterior": [[1, 1], [1, 99], [2, 2]]}), "outside the image"),
        (thing(points={"exterior": RING, "interior": [RING]}), "holes leave no pixel"),
        (thing(points={"exterior": RING, "interior": [3]}), "list of pairs"),
        (thing(geometryType="rectangle", points={"exterior": []}), "a box has corners"),
        (bitmap("!"), ""),
        (bitmap(base64.b64encode(b"text").decode()), "not packed as zlib does"),
        (bitmap(base64.b64encode(zlib.compress(b"x")).decode()), "not an image"),
        (bitmap(base64.b64encode(zlib.compress(bytes(10**8))).decode()), "not an image"),
        (bitmap(palette_png([[1] * 10] * 10)), "megapixels"),
        (bitmap(palette_png([[0, 0]])), "mask is empty"),
        (bitmap(palette_png([[1, 1]]), (10**9, 0)), "mask is empty"),
        (bitmap(palette_png([[1, 1]]), (0.5, 0)), "not a whole number"),
        (bitmap(palette_png([[1, 1]]), None), "list of pairs"),
    ],
)
def test_bad_object_is_left_out_and_named_by_its_place(
    tmp_path: Path, bad: Any, fault: str
) -> None:
    (found,), problems = read(tmp_path, content(thing(), bad))

    assert len(found.annotations) == 1
    assert len(problems) == 1
    assert str(problems[0]).startswith("ds0/ann/a.png.json: objects[1]: ")
    assert fault in str(problems[0])


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "must be an object"),
        (content(size=None), "must be an object"),
        (content(size={"height": True, "width": 9}), "not a number"),
        (content(size={"height": 10**9, "width": 9}), "no image has the size"),
    ],
)
def test_bad_file_is_left_out_and_named(tmp_path: Path, value: Any, fault: str) -> None:
    found, problems = read(tmp_path, value)

    assert not found
    assert str(problems[0]).startswith("ds0/ann/a.png.json: ")
    assert fault in str(problems[0])


@pytest.mark.parametrize("meta", [[], {"tags": []}, {"classes": 3}])
def test_project_without_a_list_of_classes_is_refused(tmp_path: Path, meta: Any) -> None:
    with pytest.raises(DatasetError, match=r"no meta.json is there with a list"):
        read(tmp_path, content(), meta=meta or {"x": 1})


def test_class_without_a_title_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"meta.json: classes: "):
        read(tmp_path, content(), meta={"classes": [{"shape": "any"}]})


def test_project_has_the_fields_that_the_sdk_wants(tmp_path: Path) -> None:
    attributes: dict[str, Value] = {"flag": True, "no": False, "n": 2, "t": "x"}
    objects = (
        Annotation(encode(np.ones((2, 3), bool)), None, attributes=attributes),
        Annotation(None, "cell", (0.5, 0.25, 0.5, 1.0)),
    )
    written(tmp_path, SUPERVISELY, [Sample("deep/a.png", (2, 3), objects, split="train")])

    meta = json.loads((tmp_path / "meta.json").read_text())
    assert [each["title"] for each in meta["classes"]][-1] == "unlabelled"
    assert {each["name"]: each["value_type"] for each in meta["tags"]} == {
        "flag": "none", "no": "none", "n": "any_number", "t": "any_string",
    }  # fmt: skip
    whole = json.loads((tmp_path / "train/datasets/deep/ann/a.png.json").read_text())
    mask, box = whole["objects"]
    assert {each["name"]: each["value"] for each in mask["tags"]} == {
        "flag": None,
        "n": 2,
        "t": "x",
    }
    assert mask["bitmap"]["origin"] == [0, 0]
    assert box["points"]["exterior"] == [[0, 0], [0, 1]]
    (again,), _ = read_all(tmp_path, SUPERVISELY)
    assert again.annotations == objects


@needs_data
def test_other_folders_are_not_taken_for_it() -> None:
    folders = [each for each in (DATA / "exports_thirdparty").glob("*/*") if each.is_dir()]

    assert not [each.name for each in folders if SUPERVISELY.is_in(open_source(each))]


NAME = "holdout/ann/whole.png.json"
CONTENT = original(SUPERVISELY, NAME)
META = original(SUPERVISELY, "meta.json")


@settings(max_examples=30)
@given(st.data())
def test_any_changed_file_is_read_or_refused(data: st.DataObject) -> None:
    stands(SUPERVISELY, NAME, data.draw(changed_json(CONTENT) | broken(CONTENT)))


@settings(max_examples=20)
@given(st.data())
def test_any_changed_meta_is_read_or_refused(data: st.DataObject) -> None:
    stands(SUPERVISELY, "meta.json", data.draw(changed_json(META) | broken(META)))
