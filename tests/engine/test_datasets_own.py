"""What a format holds in fields or files of ours is gone once another tool passed these over."""

import io
import json
import re
import tarfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.errors import DatasetError
from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import FORMATS, Format, export, export_apart
from engine.datasets.sample import Annotation, Sample, labels_of
from engine.datasets.traits import ALL, STACKED, Losses, Trait, count_traits, kept
from tests.engine.datasets_corpus import corpus, dataset_of
from tests.engine.format_table import cases

OWN = "anneal"
# Fields of the specifications.
COCO = frozenset(
    {
        *("info", "images", "annotations", "categories", "id", "image_id", "category_id"),
        *("file_name", "height", "width", "name", "supercategory"),
        *("segmentation", "size", "counts", "area", "bbox", "iscrowd"),
    }
)
LVIS = COCO - {"file_name", "iscrowd", "supercategory"} | {
    *("coco_url", "neg_category_ids", "not_exhaustive_category_ids"),
    *("synset", "def", "synonyms", "frequency", "image_count", "instance_count"),
}
SA1B = frozenset(
    {
        *("image", "annotations", "image_id", "file_name", "height", "width", "id"),
        *("segmentation", "size", "counts", "area", "bbox", "crop_box", "point_coords"),
        *("predicted_iou", "stability_score"),
    }
)


def by_specification(known: Collection[str], value: Any) -> Any:
    """Keep the fields that a specification has."""
    if isinstance(value, list):
        return [by_specification(known, each) for each in value]
    if isinstance(value, dict):
        return {key: by_specification(known, each) for key, each in value.items() if key in known}
    return value


def without_ours(value: Any) -> Any:
    """Do the same where a tool has fields of many kinds, and ours are in an object of their own."""
    if isinstance(value, list):
        return [without_ours(each) for each in value]
    if isinstance(value, dict):
        return {key: without_ours(each) for key, each in value.items() if key != OWN}
    return value


def strip_json(strip: Callable[[Any], Any], folder: Path) -> None:
    for path in folder.rglob("*.json"):
        path.write_text(json.dumps(strip(json.loads(path.read_bytes()))))


def strip_text(pattern: str, folder: Path) -> None:
    for path in folder.rglob("*.xml"):
        path.write_bytes(re.sub(pattern.encode(), b"", path.read_bytes(), flags=re.DOTALL))


def strip_files(names: Collection[str], folder: Path) -> None:
    for name in names:
        (folder / name).unlink()


def strip_tars(folder: Path) -> None:
    for path in folder.glob("*.tar"):
        with tarfile.open(path) as tar:
            members = [(each.name, tar.extractfile(each)) for each in tar.getmembers()]
            read = [(name, file.read()) for name, file in members if file]
        with tarfile.open(path, "w") as tar:
            for name, data in read:
                if name.endswith(".json"):
                    data = json.dumps(without_ours(json.loads(data))).encode()  # noqa: PLW2901
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))


def known(fields: Collection[str]) -> Callable[[Path], None]:
    return partial(strip_json, partial(by_specification, fields))


# Of each format that our reader can read without: how ours is taken out.
STRIPS: dict[str, Callable[[Path], None]] = {
    "coco": known(COCO),
    "coco_stuff": known(COCO),
    "coco_keypoints": known(COCO | {"keypoints", "num_keypoints", "skeleton"}),
    "coco_captions": known(COCO | {"caption"}),
    "coco_panoptic": known(COCO | {"segments_info", "isthing"}),
    "lvis": known(LVIS),
    "sa1b": known(SA1B),
    "cityscapes": known({"imgHeight", "imgWidth", "objects", "label", "polygon"}),
    "labelme": partial(strip_json, without_ours),
    "label_studio": partial(strip_json, without_ours),
    "supervisely": partial(strip_json, without_ours),
    "datumaro": partial(strip_json, without_ours),
    "fiftyone": partial(strip_json, without_ours),
    "webdataset": strip_tars,
    "cvat": partial(strip_text, f' {OWN}="[^"]*"'),
    "voc": partial(strip_text, f"<({OWN}|attributes)>.*?</(?:{OWN}|attributes)>"),
    "ade": partial(strip_files, ["index.jsonl"]),
    "mask_maps": partial(strip_files, ["objects.jsonl", "labels.json"]),
}


def told() -> list[Sample]:
    """Every trait; of attributes, estimates and boxes what tools hold least of; one caption each.

    On one image a mask lies wholly under another.

    Images are told apart by their sizes, as names may be ours, too.
    """
    return [
        replace(
            sample,
            captions=sample.captions[:1],
            annotations=tuple(
                replace(
                    each,
                    attributes={"kind": "größer"} if each.attributes else {},
                    predicted_iou=None,
                    box_xywh=each.box_xywh and (1.0, 0.0, 3.0, 2.0),
                    extra={"author": "ada"},
                )
                for each in (*sample.annotations, *hidden_on(sample))
            ),
        )
        for sample in corpus()
    ]


def hidden_on(sample: Sample) -> tuple[Annotation, ...]:
    first = next((each for each in sample.annotations if each.id == "x"), None)
    return (replace(first, id="m4", z=-1),) if first else ()


def fail(problem: DatasetError) -> None:
    raise problem


def without_traces(each: Annotation, own: Collection[Trait]) -> Annotation:
    """Ids and origins that a reader makes of other fields are none of ours."""
    if Trait.IDS in own:
        assert not re.fullmatch("m[1-4]|[abcexy]", each.id)
        each = replace(each, id="")
    if Trait.ORIGINS in own:
        assert "ada" not in str(each.extra)
        each = replace(each, extra={})
    return each


def content(samples: Collection[Sample]) -> Sequence[object]:
    """What is to be the same, whatever the names of images and the order of objects."""
    return sorted(
        (
            sample.size_hw,
            sample.captions,
            (sample.split, sample.group, sample.sha256),
            sorted(repr(each) for each in sample.annotations),
        )
        for sample in samples
    )


@pytest.mark.parametrize("name", STRIPS)
def test_without_fields_and_files_of_ours_all_is_gone_that_only_we_read_and_no_more(
    name: str, tmp_path: Path
) -> None:
    form = FORMATS[name]
    own = form.own - (STACKED if name == "cityscapes" else set())  # see its maps below
    export(dataset_of(told()), form, FolderOut(tmp_path))

    STRIPS[name](tmp_path)
    found = list(form.read(open_source(tmp_path), fail).samples())

    left = [
        replace(each, annotations=tuple(without_traces(one, own) for one in each.annotations))
        for each in found
    ]
    expected = [sample for each in told() if (sample := kept(each, form.keeps - own)[0])]
    assert content(left) == content(expected)


def test_every_trait_is_there_to_be_gone() -> None:
    counts = sum((count_traits(each) for each in told()), Losses())

    assert counts.keys() == ALL


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_only_what_a_format_keeps_can_be_ours_and_what_is_ours_is_counted(
    form: Format, tmp_path: Path
) -> None:
    assert form.own <= form.keeps
    assert not (form.tells_splits and Trait.SPLITS in form.own)

    found = export(dataset_of(told()), form, FolderOut(tmp_path)).own

    assert found == sum((count_traits(each, form.own) for each in told()), Losses())
    assert found.keys() == form.own


def test_splits_that_have_folders_of_their_own_are_told_to_anybody(tmp_path: Path) -> None:
    coco = FORMATS["coco"]

    apart = export_apart(dataset_of(told()), coco, FolderOut(tmp_path / "a"), ["train", "holdout"])
    alone = export_apart(dataset_of(told()), coco, FolderOut(tmp_path / "b"), ["train"])

    assert Trait.SPLITS not in apart.own
    assert alone.own[Trait.SPLITS] == len(told())
    assert apart.own[Trait.IDS] == alone.own[Trait.IDS]


def test_maps_of_cityscapes_have_no_overlaps_and_that_is_told(tmp_path: Path) -> None:
    dataset = dataset_of([cases()["overlap"]], labels_of(["label 0", "label 1"]))
    found = export(dataset, FORMATS["cityscapes"], FolderOut(tmp_path))

    [path] = tmp_path.rglob("*_instanceIds.png")
    areas = np.unique(np.array(Image.open(path)), return_counts=True)[1][1:].tolist()
    assert sorted(areas) == [16, 25]  # of two squares of 25 pixels that share 9
    assert found.own[Trait.OVERLAPS] == 1
    assert not found.losses


def test_one_file_for_each_mask_tells_nothing_of_an_image_without_masks(tmp_path: Path) -> None:
    """Nor the labels, which have no place in bits: both are in our list alone."""
    export(dataset_of(corpus()), FORMATS["mask_files"], FolderOut(tmp_path))

    assert {path.name for path in tmp_path.iterdir()} == {
        *("images", "masks", "labels.json", "objects.jsonl")
    }
    folders = {path.name for path in (tmp_path / "masks").rglob("*") if any(path.glob("*.png"))}
    assert "whole" in folders
    assert "empty" not in folders
