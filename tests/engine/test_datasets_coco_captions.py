"""COCO's code finds what we wrote of images; its captions come in beside its instances."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO as PYCOCOTOOLS

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.coco import COCO
from engine.datasets.formats.coco_captions import COCO_CAPTIONS
from engine.datasets.formats.detect import detect_format
from engine.datasets.proof import unproven
from engine.datasets.sample import Sample
from engine.masks.rle import area
from tests.engine.datasets_broken import MemorySource, broken, check_reading, read_files, written
from tests.engine.datasets_corpus import corpus, dataset_of, picture
from tests.engine.test_datasets_coco import DATA, needs_data

# Any but "", which says nothing; NUL and surrogates are no text.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
FILES = written(COCO_CAPTIONS, corpus())


def told(**annotation: Any) -> bytes:
    """A file of one image with one annotation, as COCO 2017 has them."""
    image = {"id": 42, "file_name": "000000000042.png", "height": 6, "width": 8, "license": 1}
    content = {"images": [image], "annotations": [{"id": 7, "image_id": 42, **annotation}]}
    category = {"id": 3, "name": "cat", "supercategory": "animal"}
    classes = {"categories": [category]} if "category_id" in annotation else {}
    return json.dumps(content | classes).encode()


COCO_2017 = {
    "annotations/captions_val2017.json": told(caption="A cat on a mat."),
    "annotations/instances_val2017.json": told(category_id=3, bbox=[1, 1, 4, 3], iscrowd=0),
    "val2017/000000000042.png": picture((6, 8)),
}


def in_folder(files: dict[str, bytes], place: Path) -> Path:
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place


def in_zip(files: dict[str, bytes], place: Path) -> Path:
    with zipfile.ZipFile(place / "coco.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return place / "coco.zip"


def test_pycocotools_finds_each_caption_at_its_image_and_takes_them_as_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(dataset_of(corpus()), COCO_CAPTIONS, FolderOut(tmp_path))

    api = PYCOCOTOOLS(str(tmp_path / "captions.json"))
    found = {
        image["file_name"]: [
            each["caption"] for each in api.loadAnns(api.getAnnIds(imgIds=image["id"]))
        ]
        for image in api.loadImgs(api.getImgIds())
    }
    results = [
        {key: each[key] for key in ("image_id", "caption")}
        for each in api.loadAnns(api.getAnnIds())
    ]
    as_results = api.loadRes(results)

    assert found == {each.file_name: list(each.captions) for each in corpus()}
    assert len(as_results.getAnnIds()) == sum(len(each.captions) for each in corpus())
    assert capsys.readouterr().out  # of pycocotools


def test_an_annotation_has_the_fields_of_the_specification_and_no_other(tmp_path: Path) -> None:
    export(dataset_of(corpus()), COCO_CAPTIONS, FolderOut(tmp_path))

    content = json.loads((tmp_path / "captions.json").read_bytes())

    assert {tuple(each) for each in content["annotations"]} == {("caption", "id", "image_id")}
    assert [each["id"] for each in content["annotations"]] == [1, 2]


@settings(max_examples=50)
@given(said=st.lists(st.lists(TEXT, max_size=3), min_size=1, max_size=4))
def test_any_captions_come_back_with_their_image_in_their_order(said: list[list[str]]) -> None:
    samples = [
        Sample(f"{number}.png", (4, 4), captions=tuple(each)) for number, each in enumerate(said)
    ]

    found, _, problems = read_files(COCO_CAPTIONS, written(COCO_CAPTIONS, samples))

    assert problems == []
    assert [each.captions for each in found] == [each.captions for each in samples]


@pytest.mark.parametrize("laid", [in_folder, in_zip])
def test_captions_and_instances_of_coco_2017_come_onto_the_same_images(
    laid: Callable[[dict[str, bytes], Path], Path], tmp_path: Path
) -> None:
    source = open_source(laid(COCO_2017, tmp_path))

    [sample] = detect_format(source).read(source, print).samples()

    assert [(each.label, each.box_xywh) for each in sample.annotations] == [("cat", (1, 1, 4, 3))]
    assert (sample.captions, sample.split) == (("A cat on a mat.",), "val")
    assert sample.load_bytes is not None


@pytest.mark.parametrize("name", ["captions_val2017.json", "a.json"])
def test_captions_alone_are_told_by_their_content(name: str) -> None:
    alone = {name: told(caption="A cat on a mat.")}

    form = detect_format(MemorySource(alone))
    [sample] = read_files(form, alone)[0]

    assert form == COCO_CAPTIONS.reader
    assert (sample.captions, sample.annotations) == (("A cat on a mat.",), ())


def test_an_object_that_has_a_caption_beside_its_box_is_an_instance() -> None:
    files = {"a.json": told(caption="A cat.", category_id=3, bbox=[1, 1, 4, 3])}

    assert detect_format(MemorySource(files)) == COCO.reader


BOX = {"bbox": [1, 1, 4, 3]}
OUTLINE = {"segmentation": [[1, 1, 5, 1, 5, 4, 1, 4]]}


@given(
    shape=st.sampled_from([BOX, OUTLINE, BOX | OUTLINE]),
    caption=TEXT,
    label=st.sampled_from(["cat", None]),
)
def test_the_caption_of_an_object_is_its_own_beside_its_shape_and_label(
    shape: dict[str, object], caption: str, label: str | None
) -> None:
    classed = {} if label is None else {"category_id": 3}
    files = {"a.json": told(caption=caption, **shape, **classed)}

    [sample], _, problems = read_files(COCO, files)

    [each] = sample.annotations
    assert (each.caption, each.label) == (caption, label)
    assert (each.rle and area(each.rle), each.box_xywh) == (
        (12, None) if "segmentation" in shape else (None, (1, 1, 4, 3))
    )
    assert (sample.captions, problems) == ((), [])


def test_a_caption_of_the_image_may_have_empty_shapes_and_a_class_that_is_none() -> None:
    files = {"a.json": told(caption="A cat.", category_id=0, segmentation=[], bbox=[])}

    [sample], _, problems = read_files(COCO, files)

    assert (sample.captions, sample.annotations, problems) == (("A cat.",), (), [])


def test_an_object_whose_box_is_broken_is_told_and_describes_no_image() -> None:
    files = {"a.json": told(caption="A cat.", category_id=3, bbox=[1, 1, 4])}

    [sample], _, problems = read_files(COCO, files)

    assert (sample.captions, sample.annotations) == ((), ())
    assert problems == [
        "a.json: annotations[0]: bbox: a box must be four numbers: x, y, width, height"
    ]


def test_the_caption_of_an_object_that_another_file_has_without_it_comes_onto_the_same() -> None:
    files = {
        "instances.json": told(category_id=3, **OUTLINE),
        "described.json": told(category_id=3, caption="A cat.", **OUTLINE),
    }

    [sample], _, problems = read_files(COCO, files)

    assert [(each.label, each.caption) for each in sample.annotations] == [("cat", "A cat.")]
    assert problems == []


def test_no_masks_are_asked_of_captions_where_a_manifest_is_to_be_proved(tmp_path: Path) -> None:
    export(dataset_of(corpus()), COCO_CAPTIONS, FolderOut(tmp_path))

    with pytest.raises(DatasetError, match="masks cannot be proved: they are in COCO captions"):
        list(unproven(io.BytesIO(), tmp_path))


@needs_data
def test_captions_of_coco_come_beside_its_instances_and_go_out_again(tmp_path: Path) -> None:
    photos = DATA / "coco_photos"
    for name in ("captions.json", "instances.json"):
        (tmp_path / name).write_bytes((photos / name).read_bytes())
    problems: list[DatasetError] = []
    dataset = COCO.read(open_source(tmp_path), problems.append)
    described = [each for each in dataset.samples() if each.captions]

    export(dataset, COCO_CAPTIONS, FolderOut(tmp_path / "out"))
    again = COCO_CAPTIONS.read(open_source(tmp_path / "out"), problems.append)

    assert problems == []
    assert (len(described), sum(len(each.captions) for each in described)) == (191, 955)
    assert sum(len(each.annotations) for each in dataset.samples()) == 858
    assert any(each.annotations for each in described)
    bare = [replace(each, annotations=(), load_bytes=None) for each in dataset.samples()]
    assert list(again.samples()) == bare


@settings(max_examples=60)
@given(found=broken(FILES))
def test_broken_captions_are_read_or_told(found: dict[str, bytes]) -> None:
    check_reading(COCO_CAPTIONS, found)
