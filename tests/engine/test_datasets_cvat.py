"""CVAT's own exports are read, and what is broken or hostile is refused by its place."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.cvat import CVAT
from engine.datasets.formats.cvat_read import TASK_NAMES
from engine.datasets.formats.shapes import TURNS, ellipse
from engine.datasets.sample import Annotation, Sample, Value
from engine.masks.rle import bbox_xywh, decode, encode
from tests.engine.datasets_corpus import dataset_of, with_picture
from tests.engine.datasets_odd import broken, original, read_all, stands, written
from tests.engine.test_datasets_coco import DATA, needs_data

THEIRS = DATA / "exports_thirdparty" / "datumaro_assets" / "cvat_dataset"
NAME = "annotations.xml"


@needs_data
def test_export_of_a_project_is_read_with_subsets_as_splits() -> None:
    found, problems = read_all(THEIRS / "export_project", CVAT)

    assert [(each.file_name, each.split) for each in found] == [
        ("img0.jpg", "Test"), ("img1.jpg", "Test"), ("Train/img0.jpg", "Train"),
        ("Train/img1.jpg", "Train"), ("Validation/img0.jpg", "Validation"),
        ("Validation/img1.jpg", "Validation"),
    ]  # fmt: skip
    (box,), (polygon,) = found[0].annotations, found[1].annotations
    assert (box.rle, box.box_xywh, box.label, box.z) == (None, (0, 2, 4, 2), "label1", 1)
    assert box.attributes == {"a1": True, "a2": "v3", "a3": "0003", "a4": 2.4, "occluded": True}
    assert polygon.rle is not None
    assert polygon.rle["size"] == [10, 10]
    assert [str(each).split(": ", 1)[1] for each in problems[:2]] == [
        "image[0].polyline[1]: is neither a mask, a polygon, an ellipse nor a box",
        "image[1].points[1]: is neither a mask, a polygon, an ellipse nor a box",
    ]
    assert len(problems) == 6
    assert found[2].load_bytes is not None
    assert found[2].load_bytes() == (THEIRS / "export_project/images/Train/img0.jpg").read_bytes()


@pytest.mark.parametrize(
    ("splits", "told"), [(["train", "holdout"], ["holdout", "train"]), ([None], [])]
)
def test_project_is_told_with_a_task_for_each_split(
    tmp_path: Path, splits: list[str | None], told: list[str]
) -> None:
    """Datumaro reads no image of another subset."""
    samples = [
        with_picture(Sample(f"{n}.png", (2, 2), split=split)) for n, split in enumerate(splits)
    ]
    export(dataset_of(samples), CVAT, FolderOut(tmp_path))

    meta = ElementTree.parse(tmp_path / NAME).find("meta")  # noqa: S314  # ours
    assert meta is not None
    assert [each.text for each in meta.findall("project/tasks/task/subset")] == told
    assert (meta.find("task") is None) == bool(told)


@needs_data
def test_export_of_a_task_is_read_without_splits_and_labels() -> None:
    found, problems = read_all(THEIRS / "export_task", CVAT)

    labels = [each.label for sample in found for each in sample.annotations]
    assert [(each.file_name, each.split) for each in found] == [
        ("img0.jpg", None),
        ("img1.jpg", None),
    ]
    assert labels == ["label1", None]
    assert len(problems) == 2


def image(content: str, size: str = 'width="4" height="3"') -> str:
    return f'<annotations><image id="0" name="a.png" {size}>{content}</image></annotations>'


def read(folder: Path, text: str) -> tuple[list[Sample], list[DatasetError]]:
    (folder / NAME).write_text(text)
    return read_all(folder, CVAT)


@pytest.mark.parametrize("kind", ["task", "job"])
def test_subset_of_a_whole_task_or_job_is_the_split_of_its_images(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"pixels")
    told = f"<meta><{kind}><id>4</id><subset>val</subset></{kind}></meta>"

    (found,), problems = read(tmp_path, image("").replace("<image", f"{told}<image"))

    assert not problems
    assert (found.split, found.left_out) == ("val", {})
    assert found.load_bytes is not None
    assert found.load_bytes() == b"pixels"


def test_names_of_tasks_are_counted_once_unless_they_are_their_subsets(tmp_path: Path) -> None:
    tasks = "".join(
        f"<task><id>{number}</id><name>{name}</name><subset>{subset}</subset></task>"
        for number, (name, subset) in enumerate(
            [("Slide 7", "train"), ("Train", "train"), ("Slide 9", "default"), ("", "val")]
        )
    )
    told = f"<meta><project><name>Cells</name><tasks>{tasks}</tasks></project></meta>"
    one = '<image id="0" name="{}.png" subset="train" task_id="0" width="4" height="3"/>'
    text = f"<annotations>{told}<image/>{one.format('a')}{one.format('b')}</annotations>"

    found, problems = read(tmp_path, text)

    assert [each.left_out for each in found] == [{TASK_NAMES: 2}, {}]
    assert len(problems) == 1  # the image without a size


def test_name_of_an_own_export_is_nobodys_task(tmp_path: Path) -> None:
    folder = written(tmp_path, CVAT)

    found, _ = read_all(folder, CVAT)

    assert "<task><name>" in (folder / NAME).read_text()
    assert not any(TASK_NAMES in each.left_out for each in found)


@needs_data
def test_owner_of_a_task_is_told_where_nobody_had_it_to_do() -> None:
    found, _ = read_all(THEIRS / "export_project", CVAT)

    assert {str(each.extra) for one in found for each in one.annotations} == {"{'owner': 'tester'}"}


@pytest.mark.parametrize("kind", ["task", "job"])
def test_who_had_a_task_and_how_far_it_had_come_are_told(tmp_path: Path, kind: str) -> None:
    people = "<owner><username>bo</username></owner><assignee><username>ann</username></assignee>"
    whole = f"<{kind}><id>4</id>{people}<stage>acceptance</stage><state>completed</state></{kind}>"
    shape = '<polygon label="x" source="auto" points="0,0;3,0;3,2" z_order="0"/>'
    text = image(shape).replace("<annotations>", f"<annotations><meta>{whole}</meta>")

    (found,), problems = read(tmp_path, text)

    assert not problems
    assert found.annotations[0].extra == {
        "author": "ann",
        "owner": "bo",
        "verdict": "acceptance, completed",
        "source": "auto",
    }


def test_runs_of_a_mask_count_along_the_rows_of_its_box(tmp_path: Path) -> None:
    text = image('<mask label="x" rle="0, 1, 2, 1" left="1" top="1" width="2" height="2"/>')

    (found,), problems = read(tmp_path, text)

    assert not problems
    (mask,) = found.annotations
    assert mask.rle is not None
    assert np.argwhere(decode(mask.rle)).tolist() == [[1, 1], [2, 2]]


def test_image_that_windows_named_is_found(tmp_path: Path) -> None:
    box = '<box label="x" xtl="4" ytl="4" xbr="8" ybr="6"/>'
    (tmp_path / "images" / "sub").mkdir(parents=True)
    (tmp_path / "images" / "sub" / "x.png").write_bytes(b"pixels")

    (found,), _ = read(
        tmp_path, image(box, 'width="20" height="20"').replace("a.png", "sub\\x.png")
    )

    assert found.file_name == "sub/x.png"
    assert found.load_bytes is not None


def test_ellipse_is_turned_about_its_centre(tmp_path: Path) -> None:
    shape = '<ellipse label="x" cx="5" cy="5" rx="4" ry="2" rotation="90" z_order="2"/>'

    (found,), problems = read(tmp_path, image(shape, 'width="10" height="20"'))

    assert not problems
    [mask] = found.annotations
    assert (mask.label, mask.z, mask.box_xywh) == ("x", 2, None)
    assert mask.rle == ellipse((5, 5), (2, 4), 0, (20, 10))


def test_turned_box_becomes_the_one_around_it(tmp_path: Path) -> None:
    box = '<box label="x" xtl="4" ytl="4" xbr="8" ybr="6" rotation="90"/>'

    (found,), _ = read(tmp_path, image(box, 'width="20" height="20"'))

    assert found.annotations[0].box_xywh == (5, 3, 2, 4)
    assert found.left_out == {}


def test_box_that_is_turned_by_no_right_angle_is_counted_as_its_upright_box_is_larger(
    tmp_path: Path,
) -> None:
    box = '<box label="x" xtl="4" ytl="4" xbr="6" ybr="6" rotation="{}"/>'
    boxes = "".join(map(box.format, (45, 0, 180, 300.5)))

    (found,), problems = read(tmp_path, image(boxes, 'width="20" height="20"'))

    assert found.annotations[0].box_xywh == (3.5858, 3.5858, 2.8284, 2.8284)
    assert (found.left_out, problems) == ({TURNS: 2}, [])


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        ('<mask rle="1, 2" left="0" top="0" width="2" height="2"/>', "runs must add up to 4"),
        ('<mask rle="-1, 5" left="0" top="0" width="2" height="2"/>', "none below 0"),
        ('<mask rle="4" left="0" top="0" width="2" height="2"/>', "mask is empty"),
        ('<mask rle="0, 4" left="3" top="0" width="2" height="2"/>', "does not lie within"),
        ('<mask rle="0, 4" left="-1" top="0" width="2" height="2"/>', "does not lie within"),
        ('<mask rle="" left="0" top="0" width="2" height="2"/>', "invalid literal"),
        ('<mask rle="0, 4" left="0" top="0" width="2"/>', "height must be a number"),
        ('<mask rle="0, 4" left="0" top="0" width="2" height="nan"/>', "no number of this size"),
        ('<mask rle="0, 4" left="0.5" top="0" width="2" height="2"/>', "not a whole number"),
        ('<polygon points="1,1;2,2"/>', "pairs, three or more"),
        ('<polygon points="1,1;2;3,3"/>', "pairs x, y"),
        ('<polygon points="1,1;9,2;3,3"/>', "outside the image"),
        ('<polygon points="1,1;nan,2;3,3"/>', "no number of this size"),
        ('<box xtl="1" ytl="1" xbr="1" ybr="2"/>', "wider and higher than nothing"),
        ('<box xtl="1" ytl="1" xbr="1e400" ybr="2"/>', "no number of this size"),
        ('<box xtl="1" ytl="1" xbr="2" ybr="2" z_order="x"/>', "z_order must be a number"),
        ('<box xtl="1" ytl="1" xbr="2" ybr="2" anneal="{"/>', "anneal is not JSON"),
        ('<ellipse cx="1" cy="1" rx="1"/>', "ry must be a number"),
        ('<ellipse cx="1" cy="1" rx="1" ry="0"/>', "wider and higher than nothing"),
        ('<ellipse cx="99" cy="1" rx="1" ry="1"/>', "covers no pixel of the image"),
        ('<ellipse cx="1" cy="1" rx="1" ry="1" rotation="inf"/>', "no number of this size"),
        ('<skeleton label="a"/>', "is neither a mask"),
    ],
)
def test_bad_shape_is_left_out_and_named_by_its_place(
    tmp_path: Path, shape: str, fault: str
) -> None:
    (found,), problems = read(tmp_path, image(f'{shape}<box xtl="0" ytl="0" xbr="1" ybr="1"/>'))

    assert len(found.annotations) == 1
    assert len(problems) == 1
    tag = shape[1:].split(" ", maxsplit=1)[0]
    assert str(problems[0]).startswith(f"annotations.xml: image[0].{tag}[0]: ")
    assert fault in str(problems[0])


@pytest.mark.parametrize("size", ["", 'width="0" height="3"', 'width="99999" height="99999"'])
def test_image_without_a_size_is_left_out(tmp_path: Path, size: str) -> None:
    found, problems = read(tmp_path, image("", size))

    assert not found
    assert str(problems[0]).startswith("annotations.xml: image[0]: ")


def test_tracks_of_a_video_are_reported(tmp_path: Path) -> None:
    found, problems = read(tmp_path, "<annotations><track id='0'/></annotations>")

    assert not found
    assert "tracks of videos are not read" in str(problems[0])


def test_broken_xml_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"annotations.xml: line 1: not XML"):
        read(tmp_path, "<annotations><image></annotations>")


def test_folder_without_cvats_xml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "voc.xml").write_text("<annotation/>")

    assert not CVAT.is_in(open_source(tmp_path))
    with pytest.raises(DatasetError, match="no XML file of CVAT"):
        read_all(tmp_path, CVAT)


def test_attributes_of_one_name_and_many_kinds_come_back_as_they_are(tmp_path: Path) -> None:
    rle = encode(np.ones((2, 2), bool))
    values: list[Value] = [True, False, 1.5, 0, "true", " two\nlines\t", "\x01<&'\">", ""]
    objects = tuple(Annotation(rle, "x", attributes={"a": value}) for value in values)
    sample = Sample("a.png", (2, 2), objects)

    written(tmp_path, CVAT, [sample])

    assert read_all(tmp_path, CVAT) == ([sample], [])


def test_masks_are_written_within_their_box(tmp_path: Path) -> None:
    mask = np.zeros((5, 6), bool)
    mask[2:4, 3:5] = [[False, True], [True, True]]

    written(tmp_path, CVAT, [Sample("a.png", (5, 6), (Annotation(encode(mask), "x"),))])

    text = (tmp_path / NAME).read_text()
    assert 'rle="1, 3" left="3" top="2" width="2" height="2"' in text
    assert bbox_xywh(encode(mask)) == (3, 2, 2, 2)
    assert "<name>corpus</name>" in text


CONTENT = original(CVAT, NAME)


@settings(max_examples=30)
@given(st.data())
def test_any_changed_file_is_read_or_refused(data: st.DataObject) -> None:
    stands(CVAT, NAME, data.draw(broken(CONTENT)))
