"""Preparation puts what waits in order, as the manager wants it."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import count

import numpy as np
import pytest
from structlog.testing import capture_logs

from annotation import jobs
from annotation.models import Alias, Bundle, Image, Job, Proposal
from annotation.selectors.plan import upcoming_image_ids
from annotation.services import ranks
from annotation.services.bundles import ensure_pretrained
from annotation.services.draws import is_left_to_chance
from annotation.services.jobs import enqueue_job
from annotation.services.projects import update_project
from annotation.services.proposals import Found, replace_pending_proposals
from annotation.services.ranks import chosen_in
from engine.media.images import decode_image
from tests.annotation.world import World, make_image, png, square
from tests.workers.conftest import ENCODER_DIGEST, QuickEncoder, finish
from workers import acquisition
from workers.tasks import run_job


def choose(world: World, next_by: str) -> None:
    """Let the manager choose, and the job that it makes run."""
    update_project(project=world.project, changes={"next_by": next_by})
    run(Job.objects.get(kind=jobs.PREPARE_IMAGES, state="queued"))


def prepare(world: World) -> None:
    args = {"project_id": world.project.pk}
    run(enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args))


def run(job: Job) -> None:
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")


def queue_of(world: World) -> list[int]:
    return upcoming_image_ids(project_id=world.project.pk, user=world.annotator, count=100)


def by_chance(images: Sequence[Image]) -> list[int]:
    return [image.pk for image in sorted(images, key=lambda image: image.sha256)]


def test_images_come_by_chance_or_again_in_order_of_import(world: World) -> None:
    images = [make_image(world.project, seed) for seed in range(4)]
    imported = [image.pk for image in images]
    assert queue_of(world) == imported

    choose(world, "random")
    late = make_image(world.project, 99)
    assert queue_of(world) == [*by_chance(images), late.pk]
    assert by_chance(images) != imported

    choose(world, "import")
    assert queue_of(world) == [*imported, late.pk]


@pytest.fixture
def kinds(encoder: QuickEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the encoder tell three kinds of pictures apart, and those of one kind hardly."""

    def encode(pixels: np.ndarray) -> np.ndarray:
        kind, itself = (
            np.random.default_rng(seed).normal(size=256)
            for seed in (kind_of(pixels), int(pixels.sum()))
        )
        flat = kind + itself / 100
        return np.broadcast_to(flat[:, None, None], (256, 64, 64)).astype(np.float16)

    monkeypatch.setattr(encoder, "encode", encode)


def kind_of(pixels: np.ndarray) -> int:
    return int(pixels.sum()) % 3


def make_kinds(world: World, *kinds: int, is_left: bool = False) -> list[Image]:
    """Import a picture of each kind; all are left to chance, or none is."""
    images: list[Image] = []
    for seed in count():
        data = png(seed)
        is_wanted = kind_of(decode_image(data).pixels) == kinds[len(images)]
        drawn = is_left_to_chance(sha256(data).hexdigest(), project=world.project)
        if is_wanted and drawn == is_left:
            images.append(make_image(world.project, seed))
        if len(images) == len(kinds):
            return images
    raise AssertionError


def test_kinds_that_nobody_has_finished_come_first_between_what_comes_by_chance(
    world: World, kinds: None
) -> None:
    finished, *waiting = make_kinds(world, 0, 0, 0, 1, 1, 2, 2)
    [left] = make_kinds(world, 1, is_left=True)
    blind = make_image(world.project, 999, is_holdout=True)
    prepare(world)
    finish(world, finished)

    choose(world, "model")

    order = queue_of(world)
    kind = dict(zip([each.pk for each in waiting], [0, 0, 1, 1, 2, 2], strict=True))
    assert sorted(order) == sorted([*kind, left.pk, blind.pk])
    chosen = [pk for pk in order if pk in kind]
    assert {kind[pk] for pk in chosen[:2]} == {1, 2}
    chance = by_chance([*waiting, left, blind])
    assert [order.index(each.pk) for each in (left, blind)] == [
        chance.index(each.pk) for each in (left, blind)
    ]


def test_what_comes_first_is_proposed_for_first(world: World, kinds: None) -> None:
    choose(world, "model")
    finished, *waiting = make_kinds(world, 0, 0, 0, 1)
    finish(world, finished)

    with capture_logs() as told:
        prepare(world)

    proposed = [each["image_id"] for each in told if each["event"] == "masks_proposed"]
    [*_, other_kind] = waiting
    assert proposed[0] == queue_of(world)[0] == other_kind.pk


def test_what_the_model_chose_stands_until_half_of_it_is_finished_or_it_proposes_anew(
    world: World, kinds: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acquisition, "AHEAD", 2)
    images = make_kinds(world, 0, 1, 2)
    choose(world, "model")
    first, second, last = queue_of(world)
    monkeypatch.setattr(acquisition, "AHEAD", 1)

    prepare(world)
    assert queue_of(world) == [first, second, last]

    for pk in (first, second):
        finish(world, Image.objects.get(pk=pk))
    prepare(world)

    assert list(chosen_in(world.project)) == [each for each in images if each.pk == last]


def test_who_finishes_what_the_model_chose_has_it_choose_anew_where_nothing_else_asks_for_it(
    world: World, kinds: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (acquisition, ranks):
        monkeypatch.setattr(module, "AHEAD", 2)
    monkeypatch.setattr(ranks, "ASKED_EVERY", 1)
    make_kinds(world, 0, 1, 2)
    choose(world, "model")
    first, second, last = queue_of(world)

    for pk in (first, second):
        finish(world, Image.objects.get(pk=pk))
    run(Job.objects.get(kind=jobs.PREPARE_IMAGES, state="queued"))

    assert [image.pk for image in chosen_in(world.project)] == [last]


def test_kinds_come_first_that_the_verifier_or_the_previous_bundle_makes_doubtful(
    world: World, kinds: None
) -> None:
    finished, *waiting = make_kinds(world, 0, 1, 2, 1, 2, 1, 2)
    prepare(world)
    finish(world, finished)
    some, others = (list(each) for each in (waiting[::2], waiting[1::2]))

    def first_where_likely_wrong(images: Sequence[Image]) -> Image:
        Proposal.objects.update(verifier_score=0.9)
        Proposal.objects.filter(image__in=images).update(verifier_score=0.1)
        return first_chosen(world)

    assert first_where_likely_wrong(some) in some
    assert first_where_likely_wrong(others) in others

    Proposal.objects.update(verifier_score=0.9)
    serving = ensure_pretrained(project=world.project)
    before = make_previous(world)
    for image in waiting:
        ours = Proposal.objects.filter(image=image, bundle=serving).values_list("rle", flat=True)
        masks = [square(0, 0, 2)] if image in some else list(ours)
        found = [Found(mask, 0.9, 0.9, (0.0, 0.0)) for mask in masks]
        replace_pending_proposals(image=image, bundle=before, found=found)

    assert first_chosen(world) in some


def first_chosen(world: World) -> Image:
    """Let the model choose from the start."""
    choose(world, "random")
    choose(world, "model")
    return Image.objects.get(pk=queue_of(world)[0])


def make_previous(world: World) -> Bundle:
    """Let a bundle have served before, with another threshold."""
    serving = ensure_pretrained(project=world.project)
    thresholds = {**serving.manifest["thresholds"], "min_area_px": 2.0}
    manifest = {**serving.manifest, "thresholds": thresholds}
    bundle = Bundle.objects.create(pk="b" * 64, encoder_digest=ENCODER_DIGEST, manifest=manifest)
    Alias.objects.create(project=world.project, name="previous", bundle=bundle)
    return bundle
