"""Datasets that come to images, and go again, on which a model has worked by itself."""

from uuid import uuid4

import pytest

from annotation.models import Bundle, Image, Label, Mask, Proposal
from annotation.services import auto_accept
from annotation.services.auto_accept import accept_surely
from annotation.services.captions import caption_mask
from engine.datasets.sample import Annotation, Sample
from tests.annotation.datasets import cell, linked, zipped
from tests.annotation.scored import propose, serving_bundle
from tests.annotation.world import SIZE_HW, Api, World, make_image
from tests.workers.bringing import drawn, finished, send, start, undo
from workers.app import app

SURE, UNSURE = 0.99, 0.2


@pytest.fixture(autouse=True)
def tasks() -> None:
    app.loader.import_default_modules()


@pytest.fixture(autouse=True)
def no_audits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which proposals are drawn follows from ids that the database makes."""
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)


@pytest.fixture
def manager(world: World) -> Api:
    return Api(world.manager)


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
    assert (drawn(alone), alone.proposed_by) == ([], None)


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
