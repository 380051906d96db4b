"""COCO-Stuff has one mask for each class of an image; COCO's own code reads it."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pycocotools.coco import COCO as PYCOCOTOOLS

from engine.datasets.files import FolderOut, open_source
from engine.datasets.formats import export
from engine.datasets.formats.coco import COCO
from engine.datasets.formats.coco_stuff import COCO_STUFF
from engine.datasets.traits import Trait
from engine.masks.rle import decode
from tests.engine.datasets_corpus import corpus, dataset_of


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_each_class_of_an_image_is_one_mask_and_no_pixel_is_in_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(dataset_of(corpus()), COCO_STUFF, FolderOut(tmp_path))

    api = PYCOCOTOOLS(str(tmp_path / "stuff.json"))
    for image in api.loadImgs(api.getImgIds()):
        found = api.loadAnns(api.getAnnIds(image["id"]))
        assert set(Counter(each["category_id"] for each in found).values()) <= {1}
        if found:
            assert sum(api.annToMask(each).astype(int) for each in found).max() == 1
    first = api.loadAnns(api.getAnnIds(1))
    assert len(first) == len({each.label for each in corpus()[0].annotations}) == 3
    assert capsys.readouterr().out  # of pycocotools


def test_objects_of_one_class_become_one_region(tmp_path: Path) -> None:
    cells = [each for each in corpus()[0].annotations if each.label == "cell"]
    sample = replace(corpus()[0], annotations=tuple(cells))

    losses = export(dataset_of([sample]), COCO_STUFF, FolderOut(tmp_path)).losses

    [again] = COCO_STUFF.read(open_source(tmp_path), print).samples()
    [region] = again.annotations
    assert region.rle is not None
    both = [decode(each.rle) for each in cells if each.rle]
    assert (decode(region.rle) == (both[0] | both[1])).all()
    assert (region.label, region.id, losses[Trait.INSTANCES]) == ("cell", "", 2)


def test_the_file_of_another_is_taken_for_stuff_by_its_name(tmp_path: Path) -> None:
    export(dataset_of(corpus()), COCO, FolderOut(tmp_path))

    was = COCO_STUFF.is_in(open_source(tmp_path))
    (tmp_path / "annotations.json").rename(tmp_path / "stuff_val2017.json")

    assert not was
    assert COCO_STUFF.is_in(open_source(tmp_path))
    told = json.loads((tmp_path / "stuff_val2017.json").read_text())
    assert len(told["images"]) == len(list(COCO_STUFF.read(open_source(tmp_path), print).samples()))
