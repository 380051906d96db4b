"""Work that gets further outlives any number of deaths; what dies at one place is given up."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from django.db.models.functions import Now

from annotation import jobs
from annotation.models import Embedding, Image, Job
from annotation.services.bundles import ensure_pretrained
from annotation.services.images import add_image
from annotation.services.jobs import MAX_ATTEMPTS, claim_job, enqueue_job, sweep_jobs
from annotation.services.rounds import start_round
from annotation.services.seeds import Seed
from annotation.services.versions import cut_version
from engine.segmentation.object_finder import FoundObjects
from tests.annotation.world import World, make_image, png, square
from tests.workers.conftest import QuickEncoder, finish
from workers.holdout import evaluate_pair
from workers.lease import Lease
from workers.tasks import run_job

SIZE_HW = (240, 320)  # so large that four windows look closer


class Corners:
    """Stands for a prompt head that sees a small object in each corner of whatever it is shown."""

    def find(self, _: object, size_hw: tuple[int, int], **__: Any) -> FoundObjects:
        bottom, right = (side - 20 for side in size_hw)
        corners = [(10, 10), (right, 10), (10, bottom), (right, bottom)]
        boxes = np.array([[x, y, x + 10, y + 10] for x, y in corners], np.float32)
        return FoundObjects(boxes[:, :2] + np.float32(5), boxes, np.ones(4, np.float32))


@pytest.fixture
def large(world: World) -> Image:
    """An image that is seen as a whole and through four windows."""
    data = png(size_hw=SIZE_HW)
    added = add_image(project=world.project, data=data, file_name="a.png", created_by=world.manager)
    assert added.image is not None
    return added.image


@pytest.fixture
def preparing(world: World, large: Image, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr("workers.prepare_images.finder_of", lambda _: Corners())
    args = {"project_id": world.project.pk}
    return enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)


def die_once_seen(count: int, job: Job, encoder: QuickEncoder, work: Callable[[], None]) -> None:
    """Let a worker that takes the job die over one look more, once the encoder has made so many."""
    honest = encoder.encode

    def encode(pixels: np.ndarray) -> np.ndarray:
        if encoder.calls == count:
            raise SystemExit
        return honest(pixels)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "encode", encode)
        with pytest.raises(SystemExit):
            work()
    Job.objects.filter(pk=job.pk).update(lease_until=Now())


def test_a_preparation_that_dies_after_each_window_gets_to_its_end(
    preparing: Job, encoder: QuickEncoder
) -> None:
    work = partial(run_job, job_id=preparing.pk)
    for life in range(MAX_ATTEMPTS + 1):
        die_once_seen(life + 1, preparing, encoder, work)

    work()

    preparing.refresh_from_db()
    assert (preparing.state, preparing.error) == ("succeeded", "")
    assert Embedding.objects.exclude(window="").count() == 4
    assert encoder.calls == 5


def test_a_preparation_that_dies_at_the_same_window_is_given_up(
    preparing: Job, encoder: QuickEncoder
) -> None:
    for _ in range(MAX_ATTEMPTS):
        die_once_seen(2, preparing, encoder, partial(run_job, job_id=preparing.pk))

    sweep_jobs()

    preparing.refresh_from_db()
    assert (preparing.state, "vanished" in preparing.error) == ("failed", True)


def test_a_round_that_dies_after_each_image_that_it_sees_is_not_given_up(
    world: World, encoder: QuickEncoder
) -> None:
    ensure_pretrained(project=world.project)
    for seed in range(MAX_ATTEMPTS + 2):  # finished before they were prepared
        finish(world, make_image(world.project, seed))
    started = start_round(project=world.project, trigger="manual", created_by=world.manager)
    job = Job.objects.get(kind=jobs.RUN_ROUND)
    assert started.job_id == job.pk

    for life in range(MAX_ATTEMPTS + 1):
        die_once_seen(life + 1, job, encoder, partial(run_job, job_id=job.pk))
    sweep_jobs()

    job.refresh_from_db()
    assert job.state == "running"


def test_judging_that_dies_after_each_window_that_a_bundle_asks_for_gets_to_its_end(
    world: World, large: Image, encoder: QuickEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.annotated_images.finder_of", lambda _: Corners())
    monkeypatch.setattr("workers.evaluation.MAX_CLICKS", 1)
    bundle = ensure_pretrained(project=world.project)
    Image.objects.filter(pk=large.pk).update(is_holdout=True)
    finish(world, large, Seed(square(100, 100, 40, size_hw=SIZE_HW)))
    version = cut_version(project=world.project, created_by=world.manager)
    job = enqueue_job(kind=jobs.RUN_ROUND, project=world.project, args={"round_id": 1})

    def work() -> None:
        claim = claim_job(job_id=job.pk)
        assert claim is not None
        evaluate_pair(Lease(claim), version, bundle, bundle)

    for life in range(MAX_ATTEMPTS + 1):
        die_once_seen(life + 1, job, encoder, work)
    work()

    assert encoder.calls == 5
