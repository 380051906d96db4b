"""VOC of the kit, of CVAT and of Roboflow is read; more objects than bytes count are kept."""

import pytest
from hypothesis import given, settings

from engine.datasets.formats.maps import palette
from engine.datasets.formats.voc import VOC
from engine.datasets.sample import Annotation, Sample
from engine.masks.rle import encode
from engine.media.label_maps import read_numbers
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
from tests.engine.datasets_corpus import box, with_picture

needs_data = pytest.mark.skipif(not THIRD_PARTY.exists(), reason="needs the shared data")
FILES = written(VOC)

XML = """<annotation><filename>1.jpg</filename><size><width>8</width><height>6</height></size>
<object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></bndbox>
</object></annotation>"""


def read_xml(old: str = "", new: str = "") -> tuple[list[Sample], list[str]]:
    assert old in XML
    samples, _, problems = read_files(VOC, {"Annotations/1.xml": XML.replace(old, new).encode()})
    return samples, problems


@needs_data
def test_kit_is_read_with_parts_actions_masks_in_colours_and_splits() -> None:
    samples, dataset, problems = read_folder(VOC, THIRD_PARTY / "voc_dataset")

    assert problems == []
    assert counts(samples) == (2, 1, 2)
    assert [sample.split for sample in samples] == ["train", "test"]
    assert [label.name for label in dataset.labels] == ["cat", "head", "person"]
    cat, person, head = samples[0].annotations
    assert cat.attributes == {"truncated": True}
    assert areas(samples[0]) == [("cat", 200)]
    assert person.box_xywh == (3, 4, 3, 3)
    assert person.attributes["jumping"] is False
    assert head.parent == person.id == "2"


@needs_data
def test_roboflow_is_read_with_folders_as_splits() -> None:
    samples, dataset, problems = read_folder(VOC, THIRD_PARTY / "roboflow_dataset" / "voc")

    assert problems == []
    assert counts(samples) == (3, 0, 4)
    assert [(each.file_name, each.split) for each in samples] == [
        ("train_001.jpg", "train"), ("train_002.jpg", "train"), ("val_001.jpg", "val"),
    ]  # fmt: skip
    assert [label.name for label in dataset.labels] == ["label_0", "label_1"]


def test_cvat_masks_without_xml_are_told_by_the_map_of_classes() -> None:
    colours = [list(palette()[3 * n : 3 * n + 3]) for n in range(3)]
    files = {
        "labelmap.txt": b"# label:color_rgb:parts:actions\nbackground:0,0,0::\nodd:name:9,8,7::\n",
        "SegmentationObject/1.png": png([[colours[n] for n in (0, 1, 2, 2)]]),
        "SegmentationClass/1.png": png([[[0, 0, 0], [9, 8, 7], [9, 8, 7], [9, 8, 7]]]),
        "SegmentationClass/2.png": png([[0, 1, 255]]),
        "ImageSets/Segmentation/train.txt": b"1\n2\n",
    }

    samples, dataset, problems = read_files(VOC, files)

    assert problems == []
    assert [areas(sample) for sample in samples] == [
        [("odd:name", 1), ("odd:name", 2)], [("odd:name", 1)],
    ]  # fmt: skip
    assert [label.name for label in dataset.labels] == ["odd:name"]
    assert {sample.split for sample in samples} == {"train"}


def test_kits_of_splits_are_read_apart_where_they_have_images_of_one_name() -> None:
    dog = XML.replace("cat", "dog").replace("<width>8", "<width>4").encode()
    files = {
        "train/Annotations/1.xml": XML.encode(),
        "train/JPEGImages/1.jpg": b"of train",
        "val/Annotations/1.xml": dog,
        "val/JPEGImages/1.jpg": b"of val",
        "val/SegmentationObject/1.png": png([[1, 1, 0, 0]] + 5 * [[0, 0, 0, 0]]),
        "val/ImageSets/Main/test.txt": b"1\n",
        "train/Annotations/2.xml": XML.encode(),
        "images/JPEGImages/2.jpg": b"in a folder of its own",
    }

    samples, _, problems = read_files(VOC, files)

    assert problems == []
    found = [(each.split, each.load_bytes and each.load_bytes()) for each in samples]
    assert found == [
        ("train", b"of train"),
        ("test", b"of val"),
        ("train", b"in a folder of its own"),
    ]
    assert [areas(each) for each in samples] == [[], [("dog", 2)], []]


def test_more_objects_than_a_byte_counts_come_back_and_none_is_void() -> None:
    size_hw = (20, 20)
    each = [
        box(size_hw, slice(n // 20, n // 20 + 1), slice(n % 20, n % 20 + 1)) for n in range(400)
    ]
    many = Sample("many.png", size_hw, tuple(Annotation(encode(mask), "cell") for mask in each))

    files = written(VOC, [with_picture(many)])

    assert read_files(VOC, files)[0] == [many]
    numbers = read_numbers(files["SegmentationObject/many.png"])
    assert numbers[0, 0] == 1
    assert numbers.max() == 401
    assert not (numbers == 255).any()


def test_index_is_the_place_in_the_xml_and_boxes_have_one_too() -> None:
    mask = encode(box((6, 8), slice(0, 2), slice(0, 2)))
    both = (Annotation(None, "cell", (1, 1, 2, 2)), Annotation(mask, "cell"))

    files = written(VOC, [with_picture(Sample("1.png", (6, 8), both, split="train"))])

    assert set(read_numbers(files["SegmentationObject/1.png"]).ravel()) == {0, 2}
    assert files["ImageSets/Main/train.txt"] == files["ImageSets/Segmentation/train.txt"] == b"1\n"
    assert b"<xmin>2</xmin><ymin>2</ymin><xmax>3</xmax><ymax>3</ymax>" in files["Annotations/1.xml"]


@pytest.mark.parametrize(("first", "x"), [("1", 0), ("0", 0), ("2.5", 1.5)])
def test_pixels_are_counted_from_1_unless_a_corner_is_0(first: str, x: float) -> None:
    samples, problems = read_xml("<xmin>1", f"<xmin>{first}")

    assert problems == []
    assert samples[0].annotations[0].box_xywh is not None
    assert samples[0].annotations[0].box_xywh[0] == x


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<name>cat</name>", "", "Annotations/1.xml: object[1]: has no name"),
        ("<xmax>3</xmax>", "", "Annotations/1.xml: object[1]: bndbox must have numbers"),
        ("<xmax>3", "<xmax>nan", "object[1]: bndbox must have numbers"),
        ("<xmax>3", "<xmax>1e99", "object[1]: bndbox must have its corners"),
        ("<ymax>4", "<ymax>-4", "object[1]: bndbox must have its corners"),
        ("<name>cat", "<anneal>[]</anneal><name>cat", "object[1]: must be a JSON object"),
        ("annotation>", "annotations>", "Annotations/1.xml: must be an <annotation>"),
        ("<annotation>", "<!DOCTYPE x><annotation>", "a document type is not read"),
        ("</object>", "", "Annotations/1.xml: line 3: not XML"),
        ("<width>8", "<width>-8", "1.jpg: the image is not there, which tells its size"),
    ],
)
def test_what_is_wrong_is_told_by_place(old: str, new: str, message: str) -> None:
    samples, problems = read_xml(old, new)

    assert [sample for sample in samples if sample.annotations] == []
    assert len(problems) == 1
    assert message in problems[0]


def test_map_of_another_size_and_numbers_of_nothing_are_told() -> None:
    small = {"Annotations/1.xml": XML.encode(), "SegmentationObject/1.png": png([[1, 2]])}
    odd = small | {"SegmentationObject/1.png": png([[7] * 8] * 6)}

    assert read_files(VOC, small)[::2] == (
        [],
        ["SegmentationObject/1.png: has 1 x 2 pixels, but the image 6 x 8"],
    )
    samples, _, problems = read_files(VOC, odd)
    assert counts(samples) == (1, 0, 1)
    assert problems == ["SegmentationObject/1.png: index 7 is no object's, and no class's"]


def test_map_of_classes_beside_boxes_of_which_no_map_tells_the_pixels_is_told() -> None:
    files = {
        "Annotations/1.xml": XML.encode(),
        "SegmentationClass/1.png": png([[1] * 8] * 6),
    }

    samples, _, problems = read_files(VOC, files)

    assert counts(samples) == (1, 0, 1)
    assert problems == [
        "SegmentationClass/1.png: is not read beside an XML with objects:"
        " nothing tells which pixels are whose"
    ]


def test_labelme_xml_is_not_taken_for_voc() -> None:
    labelme = b"<annotation><filename>a</filename><imagesize/><object/></annotation>"

    assert not VOC.is_in(MemorySource({"a.xml": labelme}))
    assert VOC.is_in(MemorySource({"a.xml": XML.encode()}))


@settings(max_examples=60)
@given(files=broken(FILES))
def test_whatever_is_broken_is_read_or_told(files: dict[str, bytes]) -> None:
    check_reading(VOC, files)
