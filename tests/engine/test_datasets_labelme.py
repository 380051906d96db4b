"""LabelMe's JSON of any version is read, and what is broken or hostile is refused by its place."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.datasets.errors import DatasetError
from engine.datasets.files import open_source
from engine.datasets.formats.labelme import FLAGS, LABELME
from engine.datasets.formats.shapes import ellipse
from engine.datasets.sample import Sample
from engine.masks.rle import area, decode
from tests.engine.datasets_corpus import picture
from tests.engine.datasets_odd import broken, changed_json, original, read_all, stands, written
from tests.engine.test_datasets_coco import DATA, needs_data

SQUARE = [[1, 1], [4, 1], [4, 4], [1, 4]]


def png(mask: Any, mode: str = "L") -> str:
    out = io.BytesIO()
    Image.fromarray(np.array(mask, np.uint8)).convert(mode).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def shape(**fields: Any) -> dict[str, Any]:
    return {"label": "cell", "shape_type": "polygon", "points": SQUARE, "flags": {}} | fields


def content(*shapes: Any, **fields: Any) -> dict[str, Any]:
    return {
        "version": "5.4.1", "flags": {}, "shapes": list(shapes), "imagePath": "a.png",
        "imageData": None, "imageHeight": 6, "imageWidth": 8, **fields,
    }  # fmt: skip


def read(folder: Path, value: Any, name: str = "a.json") -> tuple[list[Sample], list[DatasetError]]:
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(json.dumps(value))
    return read_all(folder, LABELME)


def test_polygons_rectangles_and_masks_are_read(tmp_path: Path) -> None:
    mask = shape(shape_type="mask", points=[[2, 3], [3, 4]], mask=png([[1, 0], [1, 1]]))
    rectangle = shape(shape_type="rectangle", points=[[5.5, 4], [1, 2]], description="Wide.")

    (found,), problems = read(tmp_path, content(shape(), mask, rectangle))

    assert not problems
    polygon, cut, box = found.annotations
    assert polygon.rle is not None
    assert cut.rle is not None
    assert area(polygon.rle) == 9
    assert np.argwhere(decode(cut.rle)).tolist() == [[3, 2], [4, 2], [4, 3]]
    assert (box.rle, box.box_xywh, box.caption) == (None, (1, 2, 4.5, 2), "Wide.")
    assert {each.label for each in found.annotations} == {"cell"}


def test_mask_that_sticks_out_is_cut_as_the_tool_does(tmp_path: Path) -> None:
    mask = shape(shape_type="mask", points=[[-1, 5], [0, 6]], mask=png([[1, 1], [1, 1]]))

    (found,), _ = read(tmp_path, content(mask))

    rle = found.annotations[0].rle
    assert rle is not None
    assert np.argwhere(decode(rle)).tolist() == [[5, 0]]


def test_shapes_of_one_label_and_group_are_one_object(tmp_path: Path) -> None:
    other = [[5, 1], [7, 1], [7, 3], [5, 3]]
    shapes = [
        shape(group_id=1),
        shape(group_id=1, points=other),
        shape(group_id=1, label="nucleus", points=other),
        shape(group_id=2, points=other),
    ]

    (found,), _ = read(tmp_path, content(*shapes))

    areas = [area(each.rle) for each in found.annotations if each.rle]
    assert areas == [9 + 4, 4, 4]
    assert found.annotations[0].extra == {"group_id": 1}


def test_what_is_told_of_any_shape_of_a_group_is_told_of_the_object(tmp_path: Path) -> None:
    other = [[0, 0], [2, 0], [2, 2], [0, 2]]
    first = shape(group_id=1, flags={"torn": False, "old": True}, description="One.")
    second = shape(group_id=1, points=other, flags={"torn": True, "old": False}, description="Two.")
    third = shape(group_id=1, points=other, description="One.", anneal={"id": "m"})

    (found,), problems = read(tmp_path, content(first, second, third))

    [whole] = found.annotations
    assert problems == []
    assert (whole.id, whole.caption) == ("m", "One.\nTwo.")
    assert whole.attributes == {"torn": True, "old": True}
    assert whole.extra == {"group_id": 1}


def test_flags_that_are_set_of_an_image_are_counted(tmp_path: Path) -> None:
    flags = {"blurred": True, "night": False, "odd": True}

    (found,), problems = read(tmp_path, content(shape(), flags=flags))

    assert (found.left_out, problems) == ({FLAGS: 2}, [])


def test_first_versions_without_kinds_and_sizes_are_read_by_their_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture((6, 8)))
    old = {"shapes": [{"label": "bus-1", "line_color": None, "points": SQUARE}],
           "lineColor": [0, 255, 0, 128], "imagePath": "a.png", "imageData": None}  # fmt: skip

    (found,), problems = read(tmp_path, old)

    assert not problems
    assert found.size_hw == (6, 8)
    assert len(found.annotations) == 1


def test_picture_in_the_json_itself_is_found(tmp_path: Path) -> None:
    data = picture((6, 8))
    embedded = base64.b64encode(data).decode()

    (found,), _ = read(tmp_path, content(imageData=embedded, imageHeight=None))

    assert found.size_hw == (6, 8)
    assert found.load_bytes is not None
    assert found.load_bytes() == data


@pytest.mark.parametrize("data", ["abcde", "Ä", "\0"])
def test_picture_in_the_json_that_is_not_in_base64_is_told_by_its_file(
    tmp_path: Path, data: str
) -> None:
    (found,), problems = read(tmp_path, content(shape(), imageData=data))

    assert not problems
    assert found.load_bytes is not None
    with pytest.raises(DatasetError, match=r"^a\.json: imageData: "):
        found.load_bytes()


def test_circle_is_around_its_first_point_through_its_second(tmp_path: Path) -> None:
    round_one = shape(shape_type="circle", points=[[2, 2], [2, 3.5]])

    (found,), problems = read(tmp_path, content(round_one))

    assert not problems
    [mask] = found.annotations
    assert mask.rle == ellipse((2, 2), (1.5, 1.5), 0, found.size_hw)


@pytest.mark.parametrize(
    ("path", "file_name", "split"),
    [
        ("b.png", "train/b.png", "train"),
        ("..\\images\\b.png", "images/b.png", None),
        ("../../../etc/passwd", "passwd", None),
        ("/etc/passwd", "passwd", None),
    ],
)
def test_path_to_the_image_leads_nowhere_else(
    tmp_path: Path, path: str, file_name: str, split: str | None
) -> None:
    (found,), _ = read(tmp_path, content(imagePath=path), "train/a.json")

    assert (found.file_name, found.split) == (file_name, split)


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (None, "must be an object"),
        (shape(points=None), "list of pairs"),
        (shape(points=[[1, 1], [2, 2]]), "pairs, three or more"),
        (shape(points=[[1, 1], [2, "2"], [3, 3]]), "not a number"),
        (shape(points=[[1, 1], [True, 2], [3, 3]]), "not a number"),
        (shape(points=[[1, 1], [10**400, 2], [3, 3]]), "no number of this size"),
        (shape(points=[[1, 1], [99, 2], [3, 3]]), "outside the image"),
        (shape(shape_type="rectangle", points=[[1, 1]]), "wider and higher than nothing"),
        (shape(shape_type="line"), "is no polygon, mask"),
        (shape(shape_type="circle", points=[[1, 1]]), "its centre and one on its rim"),
        (shape(shape_type="circle", points=[[1, 1], [1, 1]]), "wider and higher than nothing"),
        (shape(shape_type="mask", mask=None), "must be text"),
        (shape(shape_type="mask", mask="!"), ""),
        (shape(shape_type="mask", mask=png([[1] * 9] * 9)), "megapixels"),
        (shape(shape_type="mask", mask=png([[0]])), "mask is empty"),
        (shape(shape_type="mask", points=[[9, 9], [9, 9]], mask=png([[1]])), "mask is empty"),
        (shape(shape_type="mask", points=[], mask=png([[1]])), "mask is empty"),
        (shape(label=["a"]), "must be text"),
        (shape(label="\ud800"), "must be text"),
    ],
)
def test_bad_shape_is_left_out_and_named_by_its_place(tmp_path: Path, bad: Any, fault: str) -> None:
    (found,), problems = read(tmp_path, content(shape(), bad))

    assert len(found.annotations) == 1
    assert len(problems) == 1
    assert str(problems[0]).startswith("a.json: shapes[1]: ")
    assert fault in str(problems[0])


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "must be an object"),
        ({"imagePath": "a.png"}, "has no list `shapes`"),
        (content(imagePath=None), "must be text"),
        (content(imageHeight=-1), "no image has the size"),
        (content(imageHeight=10**9), "no image has the size"),
        (content(imageWidth=None), "the image is not there, which tells its size"),
        (content(imageWidth=None, imageData="x"), ""),
    ],
)
def test_bad_file_is_left_out_and_named(tmp_path: Path, value: Any, fault: str) -> None:
    read(tmp_path, content(shape()), "b.json")

    found, problems = read(tmp_path, value)

    assert len(found) == 1
    assert len(problems) == 1
    assert str(problems[0]).startswith("a.")
    assert fault in str(problems[0])


def test_tools_keys_are_those_that_it_opens(tmp_path: Path) -> None:
    written(tmp_path, LABELME)

    whole = json.loads((tmp_path / "holdout" / "whole.json").read_text())
    assert whole.keys() >= {"version", "flags", "shapes", "imagePath", "imageData"}
    first = whole["shapes"][0]
    assert (first["shape_type"], first["points"]) == ("mask", [[0, 0], [4, 6]])
    with Image.open(io.BytesIO(base64.b64decode(first["mask"]))) as image:
        assert np.asarray(image).astype(bool).all()
    assert (tmp_path / "holdout" / whole["imagePath"]).is_file()


@needs_data
def test_other_folders_are_not_taken_for_it() -> None:
    folders = [each for each in (DATA / "exports_thirdparty").glob("*/*") if each.is_dir()]
    theirs = [each.name for each in folders if LABELME.is_in(open_source(each))]

    assert [name for name in theirs if "annotated" not in name] == []


NAME = "holdout/whole.json"
CONTENT = original(LABELME, NAME)


@settings(max_examples=30)
@given(st.data())
def test_any_changed_file_is_read_or_refused(data: st.DataObject) -> None:
    stands(LABELME, NAME, data.draw(changed_json(CONTENT) | broken(CONTENT)))
