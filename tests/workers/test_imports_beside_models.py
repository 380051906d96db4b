"""Datasets that come to images, and go again, on which a model has worked by itself."""

from uuid import UUID, uuid4

import pytest

from annotation import jobs
from annotation.models import AliasMove, Bundle, Image, ImportedSample, Job, Label, Mask, Proposal
from annotation.services import auto_accept
from annotation.services.auto_accept import accept_surely
from annotation.services.captions import caption_mask
from annotation.services.outside_proposals import Predicted, propose_from_outside
from engine.datasets.sample import Annotation, Sample
from tests.annotation.datasets import cell, linked, zipped
from tests.annotation.scored import propose, serving_bundle
from tests.annotation.world import SIZE_HW, Api, World, create, make_bundle, make_image, square
from tests.workers.bringing import drawn, finished, send, start, undo, work

SURE, UNSURE = 0.99, 0.2


@pytest.fixture(autouse=True)
def no_audits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which proposals are drawn follows from ids that the database makes."""
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)


@pytest.fixture
def bundle(world: World) -> Bundle:
    return serving_bundle(world.project)


def propose_and_accept(image: Image, bundle: Bundle, *scores: float) -> list[Proposal]:
    """Let the bundle propose with these scores, and accept what it is sure of."""
    proposals = propose(image, bundle, scores)
    Proposal.objects.update(label=Label.objects.earliest("pk"))
    Image.objects.filter(pk=image.pk).update(proposed_by=bundle, arm=Image.Arm.SERVING)
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    return proposals


def with_masks_on(image: Image, *proposals: Proposal) -> bytes:
    """Write a dataset, without its image, that has masks where these proposals are."""
    masks = tuple(Annotation(each.rle, "cell") for each in proposals)
    return linked("coco", Sample(image.file_name, SIZE_HW, masks))


def test_an_undo_takes_images_on_which_the_model_alone_has_worked(
    world: World, manager: Api, bundle: Bundle
) -> None:
    first = start(manager, send(world, zipped("coco", cell(1), cell(2))))
    alone, described = Image.objects.order_by("file_name")
    for image in (alone, described):
        propose_and_accept(image, bundle, SURE)
    mask = Mask.objects.get(image=described, origin__isnull=False)
    caption_mask(caption_id=uuid4(), mask=mask, author=world.annotator, text="Mine.")

    undone = undo(manager, first["id"])["brought"]

    assert (undone["images removed"], undone["images kept"]) == (1, 1)
    assert Image.objects.get(deleted_at=None) == described
    alone.refresh_from_db()
    assert (drawn(alone), alone.is_due) == ([], True)


def test_masks_come_in_place_of_what_the_model_found_where_they_lie(
    world: World, manager: Api, bundle: Bundle
) -> None:
    image = make_image(world.project, 1)
    accepted, other, covered, beside = propose_and_accept(image, bundle, SURE, SURE, UNSURE, UNSURE)

    first = start(manager, send(world, with_masks_on(image, accepted, covered)))
    there, waiting = drawn(image), pending(image)
    Job.objects.filter(kind=jobs.PREPARE_IMAGES).delete()
    undo(manager, first["id"])

    assert there == sorted(each.rle["counts"] for each in (accepted, other, covered))
    assert waiting == {beside}
    image.refresh_from_db()
    assert image.is_due
    assert Job.objects.filter(kind=jobs.PREPARE_IMAGES, state="queued").exists()
    propose(image, bundle, [SURE, SURE, UNSURE, UNSURE])
    assert drawn(image) == [other.rle["counts"]]
    assert pending(image) == {accepted, covered, beside}


def test_another_models_proposals_make_way_for_masks_as_well(
    world: World, manager: Api, bundle: Bundle
) -> None:
    image = make_image(world.project, 1)
    predicted = Predicted("net", square(2, 2), score=0.9)
    propose_from_outside(project=world.project, predicted=[(image, [predicted])])

    start(manager, send(world, with_masks_on(image, *pending(image))))

    image.refresh_from_db()
    assert (pending(image), image.outside_at) == (set(), None)


def test_another_imports_predictions_wait_again_as_the_masks_that_covered_them_go(
    world: World, manager: Api
) -> None:
    image = make_image(world.project, 1)
    scored = tuple(Annotation(square(x, 2), "cell", predicted_iou=0.9) for x in (2, 20))
    predicted = send(world, linked("coco", Sample(image.file_name, SIZE_HW, scored)))
    body = {"proposals_by": "net"}
    assert manager.post(f"dataset-imports/{predicted}/start", body).status_code == 200
    work()
    before = pending(image)
    row = ImportedSample.objects.get(dataset_import=UUID(predicted))

    first = start(manager, send(world, with_masks_on(image, *before)))
    between = pending(image)
    undo(manager, first["id"])

    assert (len(before), between) == (2, set())
    assert (pending(image), drawn(image)) == (before, [])
    image.refresh_from_db()
    assert image.outside_at == row.created_at


def test_another_imports_predictions_do_not_come_back_once_another_bundle_serves(
    world: World, manager: Api, bundle: Bundle
) -> None:
    image = make_image(world.project, 1)
    scored = (Annotation(square(20, 12), "cell", predicted_iou=0.9),)
    predicted = send(world, linked("coco", Sample(image.file_name, SIZE_HW, scored)))
    body = {"proposals_by": "net"}
    assert manager.post(f"dataset-imports/{predicted}/start", body).status_code == 200
    work()
    first = start(manager, send(world, with_masks_on(image, *pending(image))))
    newer = make_bundle("b")
    AliasMove.objects.create(
        project=world.project, name="serving", from_bundle=bundle, to_bundle=newer, reason=""
    )
    accepted, beside = propose_and_accept(image, newer, SURE, UNSURE)

    undo(manager, first["id"])

    assert (pending(image), drawn(image)) == ({beside}, [accepted.rle["counts"]])
    image.refresh_from_db()
    assert (image.arm, image.proposed_by, image.outside_at) == ("serving", newer, None)


def test_what_somebody_has_begun_to_judge_stays_as_masks_come(
    world: World, manager: Api, bundle: Bundle
) -> None:
    image = make_image(world.project, 1)
    [shown] = propose_and_accept(image, bundle, UNSURE)
    assert Api(world.annotator).save(image, create(at=(15, 15))).status_code == 200

    start(manager, send(world, with_masks_on(image, shown)))

    assert pending(image) == {shown}


def pending(image: Image) -> set[Proposal]:
    """What waits for a person."""
    return set(Proposal.objects.filter(image=image, state="pending"))


def test_finished_work_comes_in_place_of_what_the_model_accepted(
    world: World, manager: Api, bundle: Bundle
) -> None:
    image = make_image(world.project, 1)
    sure, unsure = propose_and_accept(image, bundle, SURE, UNSURE)

    brought = finished(manager, send(world, with_masks_on(image, unsure)))["brought"]

    image.refresh_from_db()
    assert (brought["images finished"], image.status) == (1, "done")
    assert drawn(image) == [unsure.rle["counts"]]
    sure.refresh_from_db()
    assert sure.state == "superseded"
