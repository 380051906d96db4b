"""MIT's LabelMe is read: polygons, boxes, masks beside, parts and what is deleted."""

import numpy as np
import pytest
from hypothesis import given, settings

from engine.datasets.formats import FORMATS
from engine.datasets.formats.labelme_xml import LABELME_XML
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
)

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")

XML = """<annotation><filename>a.jpg</filename><folder>x</folder>
<object><name>cat</name><deleted>0</deleted><occluded>yes</occluded>
<attributes>old, colour=grey</attributes><parts><hasparts>1</hasparts><ispartof/></parts>
<date>1-Jan</date><id>0</id><polygon><username>ada</username>
<pt><x>1</x><y>1</y></pt><pt><x>5</x><y>1</y></pt><pt><x>5</x><y>4</y></pt><pt><x>1</x><y>4</y></pt>
</polygon></object>
<object><name>ear</name><deleted>0</deleted><parts><ispartof>0</ispartof></parts><id>1</id>
<segm><username>ada</username><mask>a_mask_1.png</mask></segm></object>
<object><name>gone</name><deleted>1</deleted><id>2</id></object>
<imagesize><nrows>6</nrows><ncols>8</ncols></imagesize></annotation>"""
MASK = np.zeros((6, 8), bool)
MASK[1:3, 2:4] = True
FILES = {"Annotations/x/a.xml": XML.encode(), "Masks/x/a_mask_1.png": png(MASK, bool)}


def read_xml(old: str, new: str) -> tuple[list[Sample], list[str]]:
    assert old in XML
    changed = FILES | {"Annotations/x/a.xml": XML.replace(old, new, 1).encode()}
    samples, _, problems = read_files(LABELME_XML, changed)
    return samples, problems


@needs_data
def test_strangers_files_come_in_whole() -> None:
    (sample,), dataset, problems = read_folder(LABELME_XML, THIRD_PARTY / "labelme_dataset")

    assert problems == []
    assert counts([sample]) == (1, 6, 1)
    assert (sample.file_name, sample.size_hw) == ("subset1/img1.png", (77, 102))
    assert sample.load_bytes is not None
    assert {each.id: each.parent for each in sample.annotations if each.parent} == {
        "3": "2", "4": "2", "6": "5",
    }  # fmt: skip
    assert [label.name for label in dataset.labels] == [
        "window", "license plate", "o1", "q1", "b1", "m1", "hg",
    ]  # fmt: skip


def test_polygons_masks_parts_and_attributes_are_read_and_deleted_objects_left_out() -> None:
    (sample,), dataset, problems = read_files(LABELME_XML, FILES)

    assert problems == []
    assert areas(sample) == [("cat", 12), ("ear", 4)]
    cat, ear = sample.annotations
    assert cat.attributes == {"occluded": True, "old": True, "colour": "grey"}
    assert cat.extra == {"username": "ada", "date": "1-Jan"}
    assert ear.parent == cat.id == "0"
    assert "cat" in {label.name for label in dataset.labels}


def test_it_is_told_from_voc_by_its_size() -> None:
    assert LABELME_XML.is_in(MemorySource(FILES))
    assert not FORMATS["voc"].is_in(MemorySource(FILES))
    voc = b"<annotation><size><width>1</width></size><object><name>a</name></object></annotation>"
    assert not LABELME_XML.is_in(MemorySource({"a.xml": voc}))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<x>5</x>", "<x>five</x>", "object[1]: x of a corner must be a number"),
        ("<x>5</x>", "<x>99</x>", "object[1]: a corner at 99 lies outside the image"),
        ("<pt><x>1</x><y>1</y></pt><pt><x>5</x><y>1</y></pt>", "", "object[1]: polygon 0 has 4"),
        ("a_mask_1.png", "../../b.png", "object[2]: Masks/x/b.png: is not there"),
        ("<ncols>8</ncols>", "<ncols>9</ncols>", "object[2]: Masks/x/a_mask_1.png: mask has not"),
        ("<ncols>8</ncols>", "<ncols>7</ncols>", "object[2]: Masks/x/a_mask_1.png: This image"),
    ],
)
def test_bad_object_is_told_by_place_and_the_others_are_read(
    old: str, new: str, fault: str
) -> None:
    (sample,), problems = read_xml(old, new)

    assert len(sample.annotations) == 1
    assert len(problems) == 1
    assert fault in problems[0]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("annotation>", "annotations>", "Annotations/x/a.xml: must be an <annotation>"),
        ("</object>", "", "Annotations/x/a.xml: line 10: not XML"),
        ("<annotation>", "<!DOCTYPE x><annotation>", "a document type is not read"),
        ("<nrows>6", "<nrows>-6", "the image is not there, which tells its size"),
        ("<nrows>6", "<nrows>999999", "Annotations/x/a.xml: no image has the size"),
    ],
)
def test_bad_file_is_told_and_hides_no_other(old: str, new: str, fault: str) -> None:
    other = {"Annotations/x/b.xml": XML.encode(), "Masks/x/b_mask_1.png": png(MASK, bool)}
    broken_one = {"Annotations/x/a.xml": XML.replace(old, new).encode()}

    samples, _, problems = read_files(LABELME_XML, FILES | other | broken_one)

    assert counts(samples) == (1, 2, 0)
    assert len(problems) == 1
    assert fault in problems[0]


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(LABELME_XML, files)
