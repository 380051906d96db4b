"""What the model said of its masks leaves with them, as long as they are as it drew them."""

import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from annotation.models import DatasetVersion, Proposal
from annotation.selectors.export_offers import offers_of
from annotation.selectors.version_dataset import dataset_of
from annotation.services.exports import write_export
from annotation.services.versions import cut_version
from engine.datasets.sample import Annotation
from engine.datasets.traits import Trait
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
    square,
)

UNTOUCHED, CORRECTED, CLICKED = (str(uuid4()) for _ in range(3))


@pytest.fixture
def version(world: World, annotator: Api) -> DatasetVersion:
    """One image with a mask taken over, one taken over and drawn again, and one clicked."""
    image = make_image(world.project)
    first, second = make_proposals(image, make_bundle(), 2)
    taken = {"verdict": "accepted", "label": None}
    point = {"kind": "point", "xy": [20.5, 5.0], "label": 1}
    outside = {"kind": "point", "xy": [30.0, 20.0], "label": 0}
    around = {"kind": "box", "box_xyxy": [18, 2, 25, 9]}
    answer = annotator.save(
        image,
        operation("verdict", proposal=str(first.pk), mask=UNTOUCHED, **taken),
        operation("revise", mask=UNTOUCHED, label=world.label_id),
        operation("verdict", proposal=str(second.pk), mask=CORRECTED, **taken),
        operation("revise", mask=CORRECTED, rle=square(4, 2, 6)),
        create(CLICKED, at=(18, 2), effort={"prompts": [point, outside, around]}),
    )
    assert answer.status_code == 200
    return cut_version(project=world.project, created_by=world.manager)


def masks_of(version: DatasetVersion) -> dict[str, Annotation]:
    return {
        each.id: each for sample in dataset_of(version).samples() for each in sample.annotations
    }


def exported(version: DatasetVersion, name: str, path: Path) -> bytes:
    write_export(version, path, export_format=name)
    return path.read_bytes()


def test_a_mask_that_nobody_drew_again_has_the_models_estimates(version: DatasetVersion) -> None:
    masks = masks_of(version)

    untouched = masks[UNTOUCHED]
    assert (untouched.predicted_iou, untouched.stability_score) == (0.9, 0.95)
    assert untouched.extra["point_coords"] == [[2.0, 4.0]]
    assert untouched.label is not None


def test_a_corrected_mask_has_an_origin_and_no_estimate(version: DatasetVersion) -> None:
    corrected = masks_of(version)[CORRECTED]

    assert (corrected.predicted_iou, corrected.stability_score) == (None, None)
    assert corrected.extra["proposal"]
    assert "point_coords" not in corrected.extra


def test_sa1b_tells_where_people_clicked_on_the_object(
    version: DatasetVersion, tmp_path: Path
) -> None:
    write_export(version, tmp_path / "a.zip", export_format="sa1b")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".json")]
        told = json.loads(archive.read(name))["annotations"]
    by_id: dict[str, dict[str, Any]] = {each["anneal"]["id"]: each for each in told}
    assert by_id[CLICKED]["point_coords"] == [[20.5, 5.0]]
    assert by_id[CORRECTED]["point_coords"] == []
    assert by_id[UNTOUCHED]["predicted_iou"] == 0.9


def test_the_whole_version_as_coco_is_as_before_there_were_estimates(
    version: DatasetVersion, tmp_path: Path
) -> None:
    written = write_export(version, tmp_path / "a.zip")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        content = archive.read("annotations.json")
    assert not any(
        name in content for name in (b"predicted_iou", b"stability_score", b"point_coords")
    )
    assert content.count(b'"proposal"') == 3
    assert written.losses == {Trait.ESTIMATES: 1}
    assert Trait.ESTIMATES not in written.own


def test_what_becomes_of_a_proposal_later_changes_no_byte(
    world: World, annotator: Api, version: DatasetVersion, tmp_path: Path
) -> None:
    before = exported(version, "sa1b", tmp_path / "a.zip")
    proposal = Proposal.objects.get(mask_id=UNTOUCHED)

    annotator.save(
        proposal.image,
        operation("verdict", proposal=str(proposal.pk), verdict="rejected"),
        operation("revise", mask=CORRECTED, rle=square(1, 1)),
    )

    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.REJECTED
    assert exported(version, "sa1b", tmp_path / "b.zip") == before


def test_estimates_that_a_format_loses_are_told_before_as_after(
    version: DatasetVersion, tmp_path: Path
) -> None:
    offers = {each.format: each.losses for each in offers_of(version)}

    written = write_export(version, tmp_path / "a.zip", export_format="yolo")

    assert offers["yolo"] is not None
    assert offers["yolo"]["estimates"] == written.losses[Trait.ESTIMATES] == 1
    assert offers["coco"] == {"estimates": 1}
