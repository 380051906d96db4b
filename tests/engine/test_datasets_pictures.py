"""Which files of a dataset are its images: none of the masks that tools lay beside them."""

import pytest

from engine.datasets.formats import FORMATS, READERS
from engine.datasets.formats.pictures import Pictures
from tests.engine import test_datasets_labelme_xml
from tests.engine.datasets_broken import MemorySource, png, read_files, small_sample, written
from tests.engine.datasets_corpus import picture

MAP = png([[0] * 8] * 6)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("coco", "annotations/stuff_val2017_pixelmaps"),
        ("coco", "stuffthingmaps/val2017"),
        ("coco", "annotations/panoptic_val2017"),
        ("voc", "SegmentationClassPNG/a"),
        ("voc", "VOC2012/SegmentationObject/a"),
        ("supervisely", "train/masks_machine"),
        ("fiftyone", "fields/segmentation"),
        ("mask_maps", "maps/b"),
        ("mask_files", "masks/b"),
        ("coco_panoptic", "panoptic/b"),
    ],
)
def test_a_map_that_is_called_as_an_image_is_none(name: str, folder: str) -> None:
    files = written(FORMATS[name], [small_sample()])
    linked = {each: data for each, data in files.items() if data != picture((6, 8))}

    samples, _, _ = read_files(FORMATS[name], linked | {f"{folder}/1.png": MAP})
    whole, _, _ = read_files(FORMATS[name], files | {f"{folder}/1.png": MAP})

    assert len(linked) < len(files)
    assert [each.load_bytes for each in samples if each.file_name.endswith("1.png")] == [None]
    assert [each.load_bytes() for each in whole if each.load_bytes] == [picture((6, 8))]


def test_masks_of_labelme_are_no_images() -> None:
    files = test_datasets_labelme_xml.FILES | {"Masks/x/a.jpg": MAP}

    [sample], _, problems = read_files(READERS["labelme_xml"], files)

    assert sample.file_name == "x/a.jpg"
    assert (sample.load_bytes, problems) == (None, [])


def test_panoptic_maps_of_another_folder_are_read_and_are_no_images() -> None:
    files = written(FORMATS["coco_panoptic"], [small_sample()])
    moved = {name.replace("panoptic/", "elsewhere/"): data for name, data in files.items()}
    linked = {name: data for name, data in moved.items() if not name.startswith("images/")}

    expected, _, _ = read_files(FORMATS["coco_panoptic"], files)
    whole, _, _ = read_files(FORMATS["coco_panoptic"], moved)
    bare, _, problems = read_files(FORMATS["coco_panoptic"], linked)

    assert whole == bare == expected
    assert whole[0].load_bytes is not None
    assert whole[0].load_bytes() == picture((6, 8))
    assert (bare[0].load_bytes, problems) == (None, [])


def test_what_is_known_as_a_map_is_found_by_no_name() -> None:
    source = MemorySource({"maps/a.png": MAP, "images/b.png": MAP})

    pictures = Pictures(source, lambda name: name.startswith("maps/"))

    assert (pictures.find("a.png"), pictures.find("maps/a.png")) == (None, None)
    assert (pictures.names, pictures.find("b.png")) == (["images/b.png"], "images/b.png")
