"""COCO's code finds one point on each object; the reader keeps what the point follows from."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp
from pycocotools.coco import COCO as PYCOCOTOOLS

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.coco_keypoints import COCO_KEYPOINTS
from engine.datasets.sample import Annotation, Sample, labels_of
from engine.masks.geometry import innermost_xy
from engine.masks.rle import Mask, encode
from tests.engine.datasets_corpus import box, corpus, dataset_of


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_each_object_has_one_point_on_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(dataset_of(corpus()), COCO_KEYPOINTS, FolderOut(tmp_path))

    api = PYCOCOTOOLS(str(tmp_path / "keypoints.json"))
    found = api.loadAnns(api.getAnnIds())
    assert len(found) == sum(len(each.annotations) for each in corpus())
    assert {each["num_keypoints"] for each in found} == {1}
    for each in found:
        x, y, visible = each["keypoints"]
        assert visible == 2
        if "segmentation" in each:
            assert api.annToMask(each)[y, x]
        else:
            assert (x, y) == (3.0, 1.25)  # the middle of its box
    assert {tuple(each["keypoints"]) for each in api.loadCats(api.getCatIds())} == {("centre",)}
    assert capsys.readouterr().out  # of pycocotools


def test_points_are_not_read_but_made_again(tmp_path: Path) -> None:
    for folder, read_from in (("a", None), ("b", "a")):
        dataset = dataset_of(corpus())
        if read_from:
            dataset = COCO_KEYPOINTS.read(open_source(tmp_path / read_from), print)
        export(replace(dataset, name="", version=""), COCO_KEYPOINTS, FolderOut(tmp_path / folder))

    first, second = (json.loads((tmp_path / f"{n}/keypoints.json").read_text()) for n in "ab")
    assert first == second
    again = COCO_KEYPOINTS.read(open_source(tmp_path / "b"), print)
    assert list(again.samples()) == corpus()


def test_points_of_other_names_stay_with_their_object(tmp_path: Path) -> None:
    mask = encode(box((4, 4), slice(0, 2), slice(0, 2)))
    told = {"keypoints": [1, 1, 2, 0, 0, 0], "num_keypoints": 1}
    labels = labels_of(["person"])
    nosed = (replace(labels[0], extra={"keypoints": ["nose", "eye"], "skeleton": [[1, 2]]}),)
    sample = Sample("a.png", (4, 4), (Annotation(mask, "person", extra=told),))
    whole = tmp_path / "person_keypoints_val2017.json"
    export(dataset_of([sample], nosed), COCO_KEYPOINTS, FolderOut(tmp_path / "a"))
    content = json.loads((tmp_path / "a/keypoints.json").read_text())
    content["annotations"][0] |= told
    whole.write_text(json.dumps(content))

    dataset = COCO_KEYPOINTS.read(open_source(whole), print)

    [again] = dataset.samples()
    assert again.annotations[0].extra == told
    assert dataset.labels[0].extra["keypoints"] == ["nose", "eye"]


def test_the_innermost_point_of_a_ring_lies_on_the_ring() -> None:
    ring = box((9, 9), slice(0, 9), slice(0, 9))
    ring[1:6, 1:6] = False

    assert innermost_xy(ring) == (7, 1)


@given(mask=hnp.arrays(bool, (7, 5)).filter(np.any))
def test_no_pixel_of_a_mask_is_farther_from_all_others_than_its_innermost(mask: Mask) -> None:
    x, y = innermost_xy(mask)

    outside = np.argwhere(~np.pad(mask, 1)) - 1
    inside = np.argwhere(mask)
    far = np.array([((outside - each) ** 2).sum(axis=1).min() for each in inside])
    assert mask[y, x]
    assert ((outside - (y, x)) ** 2).sum(axis=1).min() == far.max()
