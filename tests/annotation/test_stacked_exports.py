"""What lies on what in an export is what people saw: of one z the newer lies above."""

import json
import zipfile
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from PIL import Image as Picture

from annotation.models import DatasetVersion
from annotation.selectors.export_offers import offers_of
from annotation.services.exports import write_export
from annotation.services.versions import cut_version
from engine.datasets.traits import Trait
from tests.annotation.world import SIZE_HW, Api, World, create, make_image, square

FIRST, SECOND, THIRD = (str(UUID(int=number)) for number in (1, 2, 3))
FLAT = {
    "voc": "SegmentationObject/",
    "mask_maps": "maps/",
    "coco_panoptic": "panoptic/",
    "cityscapes": "gtFine/unfinished/default/0_gtFine_instanceIds",
}


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    """Two doors on a car, of which one reaches over its edge; by their ids the car is the last."""
    image = make_image(world.project)
    drawn = ((THIRD, square(4, 4, 12)), (SECOND, square(6, 6, 3)), (FIRST, square(14, 6, 4)))
    for mask, rle in drawn:
        assert annotator.save(image, create(mask, rle=rle)).status_code == 200
    return cut_version(project=world.project, created_by=world.manager)


def areas(archive: zipfile.ZipFile, beginning: str) -> list[int]:
    """Count the pixels of each number or colour in the map of the only image."""
    [name] = [each for each in archive.namelist() if each.startswith(beginning)]
    with archive.open(name) as file:
        pixels = np.array(Picture.open(file)).reshape(SIZE_HW[0] * SIZE_HW[1], -1)
    counts: list[int] = np.unique(pixels, axis=0, return_counts=True)[1].tolist()
    return sorted(counts)


def ids_in_coco(version: DatasetVersion, path: Path) -> list[str]:
    write_export(version, path)
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read("annotations.json"))
    return [each.get("mask_id") or each["mask"] for each in content["annotations"]]


@pytest.mark.parametrize("name", FLAT)
def test_what_was_drawn_on_another_lies_on_it_where_masks_lie_flat(
    version: DatasetVersion, name: str, tmp_path: Path
) -> None:
    write_export(version, tmp_path / "a.zip", export_format=name)

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        found = areas(archive, FLAT[name])
    car = 12 * 12 - 3 * 3 - 2 * 4
    assert found == [3 * 3, 4 * 4, car, SIZE_HW[0] * SIZE_HW[1] - car - 3 * 3 - 4 * 4]


def test_what_is_told_to_be_covered_is_what_will_be(
    version: DatasetVersion, tmp_path: Path
) -> None:
    told = {offer.format: offer.losses for offer in offers_of(version)}

    written = write_export(version, tmp_path / "a.zip", export_format="voc")

    assert told["voc"] == {"overlaps": 1}  # the car; were it on top, both doors
    assert written.losses == {Trait.OVERLAPS: 1}


def test_a_mask_of_which_nothing_is_seen_is_told_before_and_after(
    world: World, annotator: Api, tmp_path: Path
) -> None:
    annotator.save(make_image(world.project), create(), create())
    version = cut_version(project=world.project, created_by=world.manager)
    told = {offer.format: offer.losses for offer in offers_of(version)}

    written = write_export(version, tmp_path / "a.zip", export_format="voc")

    assert told["voc"] == {"overlaps": 1, "covered": 1}
    assert written.losses == {Trait.OVERLAPS: 1, Trait.COVERED: 1}
    assert told["coco"] == {}


def test_p6_a_version_of_before_keeps_its_masks_in_the_order_of_their_ids(
    version: DatasetVersion, tmp_path: Path
) -> None:
    now = ids_in_coco(version, tmp_path / "a.zip")
    version.edition = 2

    before = ids_in_coco(version, tmp_path / "b.zip")

    assert now == [THIRD, SECOND, FIRST]
    assert before == [FIRST, SECOND, THIRD]
