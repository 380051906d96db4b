"""Label Studio's exports are read, its brush bit for bit; hostile ones are refused by place."""

import base64
import io
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.label_studio import LABEL_STUDIO
from engine.datasets.formats.label_studio_read import OTHER_ANSWERS
from engine.datasets.formats.label_studio_rle import pack, unpack
from engine.datasets.formats.shapes import TURNS, ellipse
from engine.datasets.sample import Annotation, Dataset, Remark, Sample, labels_of
from engine.masks.rle import area, decode
from tests.engine.datasets_corpus import picture
from tests.engine.datasets_odd import broken, changed_json, original, read_all, stands, written
from tests.engine.test_datasets_coco import DATA, needs_data

THEIRS = DATA / "exports_thirdparty" / "labelstudio_sdk"
masks = hnp.arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40)))


def bits_of(
    pixels: list[int], groups: list[tuple[int, bool, int]], counts: tuple[int, ...]
) -> bytes:
    """Pack as the format says, one group after the other: how many, whether one word repeats."""
    text = f"{len(pixels):032b}{7:05b}" + "".join(f"{bits - 1:04b}" for bits in counts)
    at = 0
    for number, repeats, choice in groups:
        text += f"{int(repeats)}{choice:02b}{number - 1:0{counts[choice]}b}"
        text += "".join(f"{word:08b}" for word in pixels[at : at + (1 if repeats else number)])
        at += number
    text += "0" * (-len(text) % 8)
    return bytes(int(text[place : place + 8], 2) for place in range(0, len(text), 8))


@given(masks)
def test_brush_comes_back_bit_for_bit(mask: Any) -> None:
    assert np.array_equal(unpack(pack(mask), mask.shape), mask)


@given(st.data())
def test_words_that_repeat_and_words_one_by_one_are_read(data: st.DataObject) -> None:
    mask = data.draw(masks)
    colours = data.draw(hnp.arrays(np.uint8, (*mask.shape, 4)))
    colours[..., 3] = mask * data.draw(st.integers(1, 255))
    pixels = colours.ravel().tolist()
    counts = tuple(data.draw(st.lists(st.integers(1, 16), min_size=4, max_size=4)))
    groups, at = [], 0
    while at < len(pixels):
        choice = data.draw(st.integers(0, 3))
        number = min(data.draw(st.integers(1, 1 << counts[choice])), len(pixels) - at)
        groups.append((number, len(set(pixels[at : at + number])) == 1, choice))
        at += number

    assert np.array_equal(unpack(bits_of(pixels, groups, counts), mask.shape), mask)


def test_brush_begins_as_label_studios_own() -> None:
    packed = pack(np.zeros((576, 768), bool))

    assert list(packed[:6]) == [0, 27, 0, 0, 57, 27]


def test_megapixel_of_blobs_takes_a_moment() -> None:
    y, x = np.indices((1024, 1024))
    mask = np.sin(x / 9) * np.cos(y / 7) > 0.2
    begin = time.perf_counter()

    again = unpack(pack(mask), mask.shape)

    assert np.array_equal(again, mask)
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize(
    ("packed", "fault"),
    [
        (b"", "0 bytes, but the image"),
        (pack(np.ones((3, 2), bool))[:-1], "cut short"),
        (pack(np.ones((9, 9), bool)), "324 bytes, but the image"),
        (b"\0\0\0\x18\0" + bytes(9), "not of 8 bits"),
        (b"\0\0\0\x18\x39", "cut short"),
    ],
)
def test_broken_brush_is_refused(packed: bytes, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        unpack(packed, (3, 2))


@given(st.binary(max_size=40))
def test_any_brush_is_read_or_refused(tail: bytes) -> None:
    for head in (b"", b"\0\0\0\x18\x39\x1b\xff"):
        try:
            unpack(head + tail, (3, 2))
        except ValueError as error:
            assert "brush" in str(error)  # noqa: PT017  # either is right


@needs_data
@pytest.mark.parametrize(
    ("folder", "images", "shapes", "boxes", "problems"),
    [
        ("test_export_coco", 1, 1, 1, 2),
        ("test_export_yolo", 7, 1, 32, 8),
        ("test_export_csv", 2, 0, 3, 5),
        ("test_export_json_min", 1, 1, 0, 2),
        ("test_export_doclang", 0, 0, 0, 3),
    ],
)
def test_exports_of_its_own_tests_are_read(
    folder: str, images: int, shapes: int, boxes: int, problems: int
) -> None:
    found, faults = read_all(THEIRS / folder, LABEL_STUDIO)

    kinds = Counter(each.rle is not None for sample in found for each in sample.annotations)
    assert (len(found), kinds[True], kinds[False], len(faults)) == (images, shapes, boxes, problems)


@needs_data
def test_other_folders_are_not_taken_for_it() -> None:
    folders = [each for each in (DATA / "exports_thirdparty").glob("*/*") if each.is_dir()]
    theirs = {each.parent.name for each in folders if LABEL_STUDIO.is_in(open_source(each))}

    assert theirs == {"labelstudio_sdk"}
    assert not LABEL_STUDIO.is_in(open_source(THEIRS / "test_import_coco"))


def result(kind: str, value: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": "r1", "type": kind, "value": value, "from_name": "label", "to_name": "image",
        "original_width": 10, "original_height": 5, "image_rotation": 0, **fields,
    }  # fmt: skip


def rectangle(**fields: Any) -> dict[str, Any]:
    place = {"x": 10, "y": 20, "width": 50, "height": 40, "rotation": 0}
    return result("rectanglelabels", {**place, "rectanglelabels": ["cell"]}) | fields


def polygon(points: Any) -> dict[str, Any]:
    return result("polygonlabels", {"points": points, "polygonlabels": ["cell"]})


def brush(rle: Any) -> dict[str, Any]:
    return result("brushlabels", {"format": "rle", "rle": rle, "brushlabels": ["cell"]})


def task(*results: Any, **fields: Any) -> dict[str, Any]:
    made = [{"id": 1, "completed_by": {"id": 3}, "result": list(results)}]
    return {
        "id": 1,
        "data": {"image": "/data/upload/1/1a2b3c4d-a.png"},
        "annotations": made,
        **fields,
    }


def read(folder: Path, *tasks: Any) -> tuple[list[Sample], list[DatasetError]]:
    (folder / "tasks.json").write_text(json.dumps(tasks))
    return read_all(folder, LABEL_STUDIO)


def test_places_are_percents_of_the_sides(tmp_path: Path) -> None:
    square = polygon([[20, 20], [60, 20], [60, 80], [20, 80]])

    (found,), problems = read(tmp_path, task(rectangle(), square | {"id": "r2"}))

    assert not problems
    assert found.size_hw == (5, 10)
    box, mask = found.annotations
    assert (box.box_xywh, box.label) == ((1, 1, 5, 2), "cell")
    assert box.extra == {"completed_by": 3, "author": "user 3 of Label Studio"}
    assert mask.rle is not None
    assert area(mask.rle) == 4 * 3


def test_ellipse_is_around_its_centre_with_radii_as_shares_of_the_sides(tmp_path: Path) -> None:
    value = {"x": 50, "y": 40, "radiusX": 20, "radiusY": 40, "ellipselabels": ["cell"]}

    (found,), problems = read(tmp_path, task(result("ellipselabels", value)))

    assert problems == []
    [mask] = found.annotations
    assert (mask.label, mask.rle) == ("cell", ellipse((5, 2), (2, 2), 0, (5, 10)))


def test_ellipse_is_turned_clockwise_on_screen(tmp_path: Path) -> None:
    value = {"x": 50, "y": 50, "radiusX": 40, "radiusY": 20, "rotation": 30}

    (found,), _ = read(tmp_path, task(result("ellipselabels", value, original_height=10)))

    assert found.annotations[0].rle == ellipse((5, 5), (4, 2), 30, (10, 10))
    assert found.annotations[0].rle != ellipse((5, 5), (4, 2), -30, (10, 10))


def test_turned_box_becomes_the_one_around_it(tmp_path: Path) -> None:
    value = {"x": 50, "y": 20, "width": 20, "height": 20, "rotation": 90, "rectanglelabels": []}

    (found,), _ = read(tmp_path, task(result("rectanglelabels", value)))

    assert found.annotations[0].box_xywh == (4, 1, 1, 2)
    assert found.annotations[0].label is None
    assert found.left_out == {}


def test_box_that_is_turned_by_no_right_angle_is_counted_as_its_upright_box_is_larger(
    tmp_path: Path,
) -> None:
    value = {"x": 40, "y": 40, "width": 20, "height": 20, "rectanglelabels": []}
    turned = [result("rectanglelabels", {**value, "rotation": each}) for each in (30, 0, -90, 7.5)]

    (found,), problems = read(tmp_path, task(*turned))

    assert len(found.annotations) == 4
    assert (found.left_out, problems) == ({TURNS: 2}, [])


def test_bitmask_is_what_is_opaque(tmp_path: Path) -> None:
    pixels = np.zeros((5, 10, 4), np.uint8)
    pixels[2:4, 5, 3] = 255
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    url = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()

    (found,), _ = read(tmp_path, task(result("bitmasklabels", {"imageDataURL": url})))

    rle = found.annotations[0].rle
    assert rle is not None
    assert np.argwhere(decode(rle)).tolist() == [[2, 5], [3, 5]]


def test_texts_and_answers_are_their_regions_or_the_images(tmp_path: Path) -> None:
    (found,), problems = read(
        tmp_path,
        task(
            rectangle(score=0.5, parentID="r2"),
            rectangle(id="r2", parentID="gone"),
            result("textarea", {"text": ["One.", "Two."]}),
            result("choices", {"choices": ["a", "b"]}, from_name="kind"),
            result("number", {"number": 3}, from_name="n"),
            result("textarea", {"text": ["All of it."]}, id="other"),
        ),
    )

    assert not problems
    child, parent = found.annotations
    assert (child.caption, child.parent, child.predicted_iou) == ("One.\nTwo.", "r2", 0.5)
    assert child.attributes == {"kind": "a, b", "n": 3}
    assert parent.parent is None
    assert found.captions == ("All of it.",)


def test_labels_of_a_tool_of_their_own_are_found(tmp_path: Path) -> None:
    place = {"x": 10, "y": 20, "width": 50, "height": 40}
    shape, label = result("rectangle", place), result("labels", {**place, "labels": ["cell"]})

    (found,), problems = read(tmp_path, task(shape, label))

    assert not problems
    assert [each.label for each in found.annotations] == ["cell"]


def test_of_several_labels_further_ones_become_attributes(tmp_path: Path) -> None:
    place = {"x": 10, "y": 20, "width": 50, "height": 40}
    several = result("rectanglelabels", {**place, "rectanglelabels": ["cell", "torn", 7, "old"]})
    apart = result("rectangle", place, id="r2")
    labels = result("labels", {**place, "labels": ["cell", "torn"]}, id="r2")

    (found,), problems = read(tmp_path, task(several, apart, labels))

    assert not problems
    assert [(each.label, each.attributes) for each in found.annotations] == [
        ("cell", {"torn": True, "old": True}),
        ("cell", {"torn": True}),
    ]


def test_answers_about_an_object_of_a_kind_that_is_not_read_are_counted(tmp_path: Path) -> None:
    (found,), problems = read(
        tmp_path,
        task(
            rectangle(),
            result("taxonomy", {"taxonomy": [["Animal", "Dog"]]}),
            result("datetime", {"datetime": "2024-01-01"}),
            result("rating", {"rating": 4}, from_name="stars"),
        ),
    )

    assert (found.left_out, problems) == ({OTHER_ANSWERS: 2}, [])
    assert found.annotations[0].attributes == {"stars": 4}


def test_ids_that_repeat_are_taken_once(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, task(rectangle(), rectangle()))

    assert [each.id for each in found.annotations] == ["r1", ""]


def test_truth_counts_alone_and_predictions_are_nobodys_work(tmp_path: Path) -> None:
    def by(person: int, **fields: Any) -> dict[str, Any]:
        return {"completed_by": person, "result": [rectangle(id=f"r{person}")], **fields}

    guess = {"model_version": "m", "score": 0.75, "result": [rectangle()]}
    unnamed = {"result": [rectangle(score=0.5), result("textarea", {"text": "All."}, id="t")]}
    several = [by(1), by(2), by(3, was_cancelled=True)]
    tasks = [
        task(annotations=several),
        task(annotations=[*several, by(4, ground_truth=True)], predictions=[guess, unnamed]),
        task(annotations=[by(3, was_cancelled=True)], predictions=[guess]),
    ]

    found, problems = read(tmp_path, *tasks)

    people = [[each.extra.get("completed_by") for each in sample.annotations] for sample in found]
    assert people == [[1, 2], [4], []]
    guessed = [
        (each.model, [(one.label, one.predicted_iou) for one in each.annotations])
        for sample in found
        for each in sample.predictions
    ]
    assert guessed == [("m", [("cell", 0.75)]), ("", [("cell", 0.5)]), ("m", [("cell", 0.75)])]
    (problem,) = problems
    assert problem.field == "task[1].predictions[1].result"
    assert problem.fault == "what a model says of the whole image is not read"


def test_people_reviews_and_comments_are_told_by_name(tmp_path: Path) -> None:
    ann = {"id": 5, "email": "ann@example.com", "first_name": "Ann"}
    made = {
        "completed_by": {**ann, "username": "ann"},
        "reviews": [
            {"created_by": ann, "accepted": True, "created_at": "2024-02-01T00:00:00Z"},
            {"created_by": 7, "accepted": False, "created_at": "2024-01-01T00:00:00Z"},
            {"accepted": None},
        ],
        "comments": [{"text": "Done.", "created_by": 7, "is_resolved": True}, {"text": ""}],
        "ground_truth": True,
        "result": [rectangle(origin="manual")],
    }
    said = [{"text": "Too dark?", "created_by": ann}]

    (found,), problems = read(tmp_path, task(annotations=[made], comments=said))

    assert not problems
    assert found.annotations[0].extra == {
        "completed_by": 5,
        "author": "ann",
        "source": "manual",
        "verdict": "ground truth; accepted by ann@example.com",
    }
    assert found.remarks == (
        Remark("Too dark?", "ann@example.com"),
        Remark("Done.", "user 7 of Label Studio", is_resolved=True),
    )


@needs_data
def test_predictions_people_and_reviews_of_its_own_export_are_read() -> None:
    found, _ = read_all(THEIRS / "test_export_csv", LABEL_STUDIO)

    told = [(each.extra["author"], each.extra["verdict"]) for each in found[0].annotations]
    assert told == [("hakan@heartex.com", "rejected by review@heartex.com")]
    assert [(each.model, len(each.annotations)) for each in found[0].predictions] == [
        ("model 0", 1)
    ]


@pytest.mark.parametrize(
    ("url", "file_name"),
    [
        ("/data/upload/1/1a2b3c4d-a.png", "1a2b3c4d-a.png"),
        ("/data/local-files/?d=some/a%20b.png", "some/a b.png"),
        ("s3://bucket/deep/a.png", "deep/a.png"),
        ("https://example.com/x/a.png?sig=1#2", "x/a.png"),
        ("https://example.com/../../etc/passwd", "etc/passwd"),
    ],
)
def test_image_is_named_by_its_address(tmp_path: Path, url: str, file_name: str) -> None:
    (found,), _ = read(tmp_path, task(rectangle(), data={"image": url}))

    assert found.file_name == file_name


def test_picture_is_found_without_what_uploading_put_before_its_name(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(picture((5, 10)))

    (found,), _ = read(tmp_path, task(rectangle()))

    assert found.load_bytes is not None


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (result("keypointlabels", {"x": 1, "y": 1, "width": 1}), "keypointlabels is not read"),
        (rectangle(image_rotation=90), "turned image"),
        (rectangle(value=None), "must be an object"),
        (rectangle(value={"x": 1, "y": 1, "width": 0, "height": 1}), "wider and higher"),
        (rectangle(value={"x": "1", "y": 1, "width": 1, "height": 1}), "not a number"),
        (rectangle(value={"x": 10**400, "y": 1, "width": 1, "height": 1}), "of this size"),
        (rectangle(score="high"), "not a number"),
        (rectangle(id=7), "must be text"),
        (polygon([[1, 1], [2, 2]]), "pairs, three or more"),
        (polygon([[1, 1], [300, 2], [3, 3]]), "outside the image"),
        (brush("x"), "list of bytes"),
        (brush([1, True]), "list of bytes"),
        (brush([256]), "bytes must be in range"),
        (brush([0, 0, 0, 200]), "cut short|8 bits"),
        (brush(list(pack(np.zeros((5, 10), bool)))), "mask is empty"),
        (result("bitmask", {"imageDataURL": "data:,"}), "empty"),
    ],
)
def test_bad_result_is_left_out_and_named_by_its_place(
    tmp_path: Path, bad: Any, fault: str
) -> None:
    (found,), problems = read(tmp_path, task(rectangle(id="good"), bad))

    assert len(found.annotations) == 1
    assert len(problems) == 1
    assert str(problems[0]).startswith("tasks.json: task[0].result[1]: ")
    assert any(each in str(problems[0]) for each in fault.split("|"))


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (None, "must be an object"),
        (task(data={"text": "some"}), "names no image"),
        (task(data={"image": "data:image/png;base64,xx"}), "names no image"),
        (task(data={"image": "a.png"}), "the image is not there, which tells its size"),
        (task(rectangle(original_height=0)), "no image has the size"),
        (task(rectangle(original_height=10**9)), "no image has the size"),
    ],
)
def test_bad_task_is_left_out_and_named_by_its_place(tmp_path: Path, bad: Any, fault: str) -> None:
    found, problems = read(tmp_path, task(rectangle()), bad)

    assert len(found) == 1
    assert str(problems[0]).startswith("tasks.json: task[1]: ")
    assert fault in str(problems[0])


def test_folder_without_tasks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")

    with pytest.raises(DatasetError, match="no JSON list"):
        read_all(tmp_path, LABEL_STUDIO)


def test_tasks_name_images_as_local_storage_serves_them(tmp_path: Path) -> None:
    written(tmp_path, LABEL_STUDIO)

    tasks = json.loads((tmp_path / "tasks.json").read_text())
    addresses = [each["data"]["image"] for each in tasks]
    assert addresses[0] == "/data/local-files/?d=images/shapes/holes.png"
    assert addresses[2] == (
        "/data/local-files/?d=images/%C3%84%20ordner/bild%201%20%28kopie%29.v2.png"
    )
    assert (
        '<Label value="核 &quot;&lt;&amp;&#x27;&gt;"/>'
        in (tmp_path / "label_config.xml").read_text()
    )


def labels_in(folder: Path) -> tuple[list[str], list[DatasetError]]:
    problems: list[DatasetError] = []
    dataset = LABEL_STUDIO.read(open_source(folder), problems.append)
    return [each.name for each in dataset.labels], problems


def test_labels_that_nothing_has_come_back_in_their_order(tmp_path: Path) -> None:
    names = ["nucleus", "核 \"<&'>", "cell"]
    sample = Sample("a.png", (5, 10), (Annotation(None, "cell", box_xywh=(1, 1, 5, 2)),))
    dataset = Dataset(labels_of(names), lambda: iter([sample]))
    export(dataset, LABEL_STUDIO, FolderOut(tmp_path))

    assert labels_in(tmp_path) == (names, [])


def test_labels_of_an_interface_are_those_of_its_masks_and_boxes(tmp_path: Path) -> None:
    read(tmp_path, task(rectangle()))
    (tmp_path / "label_config.xml").write_text("""
        <View>
          <Image name="image" value="$image"/>
          <RectangleLabels name="label" toName="image">
            <Label value="Kern" alias="nucleus"/><Label value="pail"/><Label/>
          </RectangleLabels>
          <KeyPointLabels name="points" toName="image"><Label value="nose"/></KeyPointLabels>
          <Choices name="choice" toName="image"><Choice value="sharp"/></Choices>
        </View>""")

    assert labels_in(tmp_path) == (["nucleus", "pail", "cell"], [])


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        (b"<View><Labels>", "not XML"),
        (b"", "not XML"),
        (b'<!DOCTYPE View [<!ENTITY a "aa">]><View/>', "a document type is not read"),
    ],
)
def test_an_interface_that_is_broken_is_told_and_the_tasks_are_read(
    tmp_path: Path, config: bytes, fault: str
) -> None:
    (tmp_path / "label_config.xml").write_bytes(config)
    found, _ = read(tmp_path, task(rectangle()))

    names, [problem] = labels_in(tmp_path)

    assert (len(found), names) == (1, ["cell"])
    assert problem.file == "label_config.xml"
    assert fault in problem.fault


NAME = "tasks.json"
CONTENT = original(LABEL_STUDIO, NAME)


@settings(max_examples=30)
@given(st.data())
def test_any_changed_file_is_read_or_refused(data: st.DataObject) -> None:
    stands(LABEL_STUDIO, NAME, data.draw(changed_json(CONTENT) | broken(CONTENT)))
