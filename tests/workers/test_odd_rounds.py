"""Rounds of odd data, or of data that changes meanwhile, end with a reason and lose nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings, settings
from django.utils import timezone

from annotation import jobs, storage
from annotation.models import Alias, Image, Job, Label, Mask, Proposal, Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.images import delete_image, restore_image
from annotation.services.labels import delete_label, update_label
from annotation.services.masks import save_operations
from annotation.services.rounds import start_round
from annotation.services.seeds import Seed
from annotation.services.trash import empty_trash
from annotation.services.versions import cut_version
from engine.bundle import LABEL_HEAD
from engine.segmentation.proposals import MaskProposal
from engine.verification.label_head import LabelHead
from tests.annotation.world import World, make_image, operation, square
from tests.workers.conftest import TWO_MASKS, finish
from tests.workers.test_run_round import run
from workers import evaluation, prepare_images
from workers import run_round as module
from workers.labels import NOT_LEARNED
from workers.mask_training import NO_MASK
from workers.networks import label_head_of
from workers.tasks import run_job

pytestmark = pytest.mark.slow  # each trains a decoder and a head for a step

NO_OBJECT = "Not promoted: no finished holdout image has a mask yet, so nothing can judge it."
TOO_FEW = "Not promoted: 2 holdout objects are too few to judge by"
# Whatever is asked for proposals.
PROPOSED = [MaskProposal(square(3, 3, 8), (3, 3, 8, 8), 0.9, 0.9, (7, 7))]


@pytest.fixture(autouse=True)
def shortest(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TRAIN_STEPS = settings.TRAIN_HEAD_STEPS = 1
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)


def begin(world: World, *images: Sequence[Seed], holdout: Sequence[Seed] = TWO_MASKS) -> Round:
    """Begin a round on images that people finished with such masks, and one of the holdout."""
    ensure_pretrained(project=world.project)
    for seed, masks in enumerate(images):
        finish(world, make_image(world.project, seed), *masks)
    if holdout:
        finish(world, make_image(world.project, len(images), is_holdout=True), *holdout)
    return start_round(project=world.project, trigger="manual", created_by=world.manager)


def delete_masks(world: World) -> None:
    for mask in Mask.objects.all():
        save_operations(
            image_id=mask.image_id,
            operations=[operation("delete", mask=str(mask.pk))],
            expected_version=Image.objects.get(pk=mask.image_id).version,
            author=world.annotator,
        )


def delete_images(world: World) -> None:
    for image in Image.objects.all():
        delete_image(image=image, by=world.manager)


def empty_their_trash(world: World) -> None:
    """Delete all images, and empty the trash long after, as if no pixels had come lately."""
    delete_images(world)
    long_ago = timezone.now() - timedelta(days=settings.TRASH_DAYS + 1)
    Image.objects.update(deleted_at=long_ago)
    with patch.object(storage, "came_lately", return_value=False):
        assert empty_trash() == 0


def restore_images(world: World) -> None:
    for image in Image.objects.all():
        restore_image(image=image, by=world.manager)


def change_after(step: str, change: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let people change something once a round has done one of its steps."""
    honest = getattr(module, step)

    def done_and_changed(*args: Any, **kwargs: Any) -> Any:
        done = honest(*args, **kwargs)
        change()
        return done

    monkeypatch.setattr(module, step, done_and_changed)


def test_a_round_on_exactly_one_mask_makes_a_bundle_and_says_why_it_is_refused(
    world: World,
) -> None:
    started = begin(world, [Seed(square(3, 3, 8))], holdout=[])

    ended = run(started)

    assert (ended.state, ended.decision) == ("refused", NO_OBJECT)
    assert ended.bundle is not None
    assert ended.dataset_version is not None
    assert ended.dataset_version.counts["masks"] == 1
    serving = Alias.objects.get(project=world.project, name="serving")
    assert serving.bundle == started.base_bundle


def test_a_round_of_one_label_learns_it_and_says_why_it_is_refused(world: World) -> None:
    labelled = [Seed(square(3, 3, 8), Label.objects.get(pk=world.label_id))]

    ended = run(begin(world, labelled, holdout=[*labelled, Seed(square(18, 10, 9))]))

    assert (ended.state, ended.decision[: len(TOO_FEW)]) == ("refused", TOO_FEW)
    assert NOT_LEARNED not in ended.decision
    assert head_of(ended).labels == (str(world.label_id),)
    figures = ended.metrics["candidate"]["labels"]
    assert figures["right"] == figures["masks"] == 1


def test_an_object_that_was_drawn_twice_and_differently_is_learned_and_measured_both_ways(
    world: World,
) -> None:
    twice = [Seed(square(3, 3, 8)), Seed(square(4, 5, 9))]

    ended = run(begin(world, twice, holdout=twice))

    assert (ended.state, ended.decision[: len(TOO_FEW)]) == ("refused", TOO_FEW)
    assert ended.metrics["candidate"]["objects"] == 2
    assert ended.dataset_version is not None
    assert ended.dataset_version.counts["masks"] == 4


@pytest.mark.parametrize("name", [None, "nucleus"])
def test_a_label_that_is_deleted_or_renamed_meanwhile_is_learned_and_proposed_as_it_is_then(
    world: World, promoting: None, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    cell = Label.objects.get(pk=world.label_id)

    def change() -> None:
        if name:
            update_label(label=cell, changes={"name": name})
        else:
            delete_label(label=cell)

    monkeypatch.setattr(prepare_images, "propose", lambda *_, **__: PROPOSED)
    change_after("freeze_version", change, monkeypatch)
    labelled = [Seed(square(3, 3, 8), cell)]

    ended = run(begin(world, labelled, holdout=labelled))
    later = make_image(world.project, 9)
    run_job(job_id=Job.objects.get(kind=jobs.PREPARE_IMAGES, state="queued").pk)

    assert ended.state == "promoted"
    assert head_of(ended).labels == (str(cell.pk),)
    [proposed] = Proposal.objects.filter(image=later).values_list("label__name", flat=True)
    assert proposed == name
    assert Mask.objects.filter(head__label=cell).count() == 2


@pytest.mark.parametrize(
    ("step", "vanish"),
    [
        ("freeze_version", delete_images),
        ("record_bundle", delete_images),
        ("freeze_version", empty_their_trash),
    ],
)
def test_images_that_go_to_the_trash_meanwhile_are_learned_from_and_come_back_as_they_were(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, vanish: Callable[[World], None]
) -> None:
    change_after(step, lambda: vanish(world), monkeypatch)

    ended = run(begin(world, TWO_MASKS))

    assert (ended.state, ended.decision[: len(TOO_FEW)]) == ("refused", TOO_FEW)
    assert ended.metrics["candidate"]["objects"] == 2
    assert not Image.objects.filter(deleted_at=None).exists()
    restore_images(world)
    assert cut_version(project=world.project, created_by=world.manager) == ended.dataset_version


@pytest.mark.parametrize("vanish", [delete_masks, delete_images])
def test_a_round_whose_masks_all_vanish_before_they_are_frozen_fails_and_says_what_to_do(
    world: World, vanish: Callable[[World], None]
) -> None:
    started = begin(world, TWO_MASKS)
    vanish(world)

    ended = run(started)

    assert (ended.state, ended.decision) == ("failed", NO_MASK)
    assert ended.dataset_version is not None
    assert ended.dataset_version.counts["masks"] == 0
    assert (ended.bundle, ended.metrics, ended.curve) == (None, {}, [])
    serving = Alias.objects.get(project=world.project, name="serving")
    assert serving.bundle == started.base_bundle


def test_after_a_round_whose_images_vanished_and_came_back_a_new_one_trains_on_them(
    world: World,
) -> None:
    vanished = begin(world, TWO_MASKS)
    delete_images(world)
    assert run(vanished).state == "failed"
    restore_images(world)

    ended = run(start_round(project=world.project, trigger="manual", created_by=world.manager))

    assert (ended.state, ended.decision[: len(TOO_FEW)]) == ("refused", TOO_FEW)
    assert ended.bundle is not None


def head_of(ended: Round) -> LabelHead:
    assert ended.bundle is not None, ended.decision
    assert LABEL_HEAD in ended.bundle.manifest["files"]
    head = label_head_of(ended.bundle)
    assert head is not None
    return head
