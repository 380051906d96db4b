"""Preparation finds its own work: twice changes nothing, and what is done stays done."""

from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from django.db.models.functions import Now

from annotation import jobs, storage
from annotation.models import Alias, Bundle, Embedding, Image, Job, Project, Proposal
from annotation.services.assignments import claim_image
from annotation.services.bundles import ensure_pretrained, fetch_bundle
from annotation.services.jobs import MAX_ATTEMPTS, cancel_job, enqueue_job
from annotation.services.preparation import propose_again
from engine.acquisition.spread import pooled
from engine.segmentation.object_finder import FoundObjects
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import PROCEDURE
from tests.annotation.world import World, make_image
from tests.workers.conftest import ENCODER_DIGEST, QuickEncoder
from workers import boxed_proposals, prepare_images
from workers.arms import Arms
from workers.embed_images import Unreadable, embed_images
from workers.embeddings import load_embedding
from workers.lease import Lease
from workers.networks import predictor_of, verifier_of
from workers.tasks import run_job


def run(world: World) -> Job:
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def test_an_image_gets_its_embedding_and_proposals(world: World, image: Image) -> None:
    job = run(world)

    assert (job.state, job.error) == ("succeeded", "")
    key = storage.embedding_key(ENCODER_DIGEST, image.sha256)
    assert len(storage.get_bytes(key)) == 256 * 64 * 64 * 2
    proposals = Proposal.objects.filter(image=image, state="pending")
    assert proposals.exists()
    image.refresh_from_db()
    assert image.proposed_by_id == ensure_pretrained(project=world.project).pk


def test_the_mean_of_an_embedding_is_kept_beside_it(world: World, image: Image) -> None:
    run(world)

    row = Embedding.objects.get(image_sha256=image.sha256, window="")
    embedding = load_embedding(image.sha256, ENCODER_DIGEST)
    assert row.pooled is not None
    assert bytes(row.pooled) == pooled(embedding, image.size_hw).astype("<f2").tobytes()


def test_a_new_project_serves_the_pretrained_bundle(world: World, image: Image) -> None:
    run(world)

    serving = Alias.objects.get(project=world.project, name="serving").bundle
    assert serving.dataset_version is None


def test_the_holdout_is_embedded_and_never_proposed_for(world: World) -> None:
    image = make_image(world.project, is_holdout=True)

    run(world)

    assert Embedding.objects.filter(image_sha256=image.sha256).exists()
    assert not Proposal.objects.filter(image=image).exists()


def test_running_twice_changes_nothing(world: World, image: Image, encoder: QuickEncoder) -> None:
    run(world)
    before = list(Proposal.objects.order_by("pk").values())

    run(world)

    assert list(Proposal.objects.order_by("pk").values()) == before
    assert encoder.calls == 1


def test_what_a_bundle_finds_by_another_procedure_takes_the_place_of_what_it_had_found(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    proposals = Proposal.objects.filter(image=image)
    before = set(proposals.values_list("pk", flat=True))
    monkeypatch.setattr(boxed_proposals, "PROCEDURE", PROCEDURE + 1)
    propose_again([image.pk])

    run(world)

    assert set(proposals.filter(state="superseded").values_list("pk", flat=True)) == before
    assert proposals.filter(state="pending").count() == len(before)


def test_a_new_serving_bundle_proposes_again_where_nobody_has_begun(
    world: World, image: Image
) -> None:
    finished = make_image(world.project, seed=1)
    claimed = make_image(world.project, seed=2)
    run(world)
    old = ensure_pretrained(project=world.project)
    newer = _successor(old, thresholds={**old.manifest["thresholds"], "min_area_px": 2.0})
    Image.objects.filter(pk=finished.pk).update(status="done")
    claim_image(project=world.project, user=world.annotator, image_id=claimed.pk)
    Alias.objects.filter(project=world.project, name="serving").update(bundle=newer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workers.networks.fetch_bundle", lambda _: fetch_bundle(old))
        run(world)

    pending = Proposal.objects.filter(state="pending")
    assert set(pending.filter(image=image).values_list("bundle", flat=True)) == {newer.pk}
    for untouched in (finished, claimed):
        bundles = pending.filter(image=untouched).values_list("bundle", flat=True)
        assert set(bundles) == {old.pk}


def test_a_bundle_with_another_captioner_alone_does_not_propose_masks_again(
    world: World, image: Image
) -> None:
    run(world)
    old = ensure_pretrained(project=world.project)
    newer = _successor(old, files={**old.manifest["files"], "captioner.json": "c" * 64})

    assert not any(Arms.of(world.project, newer).due().values())


def test_it_says_that_it_proposes_before_the_first_image_is_done(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, int]] = []

    def look(bundle: Bundle) -> object:
        job = Job.objects.get(kind=jobs.PREPARE_IMAGES)
        seen.append((job.message, job.progress_done, job.progress_total))
        return predictor_of(bundle)

    monkeypatch.setattr("workers.prepare_images.predictor_of", look)

    run(world)

    assert seen == [("Proposing masks", 0, 1)]


def test_a_cancelled_job_stops_and_says_so(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )

    def embed_and_cancel(lease: Lease, project: Project, bundle: Bundle) -> Unreadable:
        unreadable = embed_images(lease, project, bundle)
        cancel_job(job_id=job.pk)
        return unreadable

    monkeypatch.setattr("workers.prepare_images.embed_images", embed_and_cancel)

    run_job(job_id=job.pk)

    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.fixture
def alone(world: World) -> None:
    """Let what serves propose on every image."""
    Project.objects.filter(pk=world.project.pk).update(
        without_proposals_share=0, previous_bundle_share=0
    )


class Finder:
    """Stands for a prompt head that sees one object wherever it looks."""

    def find(self, *_: Any, **__: Any) -> FoundObjects:
        box = np.array([[4, 4, 24, 24]], np.float32)
        return FoundObjects(box[:, :2] + np.float32(10), box, np.ones(1, np.float32))


def test_people_get_the_first_proposals_before_the_last_images_are_looked_at(
    world: World, alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [make_image(world.project, seed) for seed in range(4)]
    served: list[int] = []
    shown: list[tuple[str, int, int]] = []
    honest = Lease.report

    def look(*_: object, **__: object) -> None:
        served.append(Image.objects.exclude(proposed_by=None).count())

    def report(lease: Lease, done: int, total: int, message: str = "") -> None:
        honest(lease, done, total, message)
        shown.append((message, done, total))

    monkeypatch.setattr(prepare_images, "SLICE", 2)
    monkeypatch.setattr(prepare_images, "finder_of", lambda _: Finder())
    monkeypatch.setattr(prepare_images, "windows_asked", look)
    monkeypatch.setattr(Lease, "report", report)

    run(world)

    assert served == [0, 0, 2, 2]
    looked = [done for message, done, total in shown if (message, total) == ("Looking closer", 4)]
    assert looked == [0, 1, 2, 3]
    assert ("Proposing masks", len(images), len(images)) in shown


def test_a_slice_loads_and_proves_what_it_needs_once_however_many_images_it_has(
    world: World, alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.objects.filter(pk=world.project.pk).update(
        auto_accept_precision=0.9, auto_accept_since=Now()
    )
    loads = [Mock(side_effect=each) for each in (OnnxPredictor, fetch_bundle, verifier_of)]
    monkeypatch.setattr("workers.networks.OnnxPredictor", loads[0])
    monkeypatch.setattr("workers.networks.fetch_bundle", loads[1])
    monkeypatch.setattr("workers.prepare_images.verifier_of", loads[2])

    def loaded_for(*seeds: int) -> list[int]:
        for seed in seeds:
            make_image(world.project, seed)
        for load in loads:
            load.reset_mock()
        assert run(world).error == ""
        return [load.call_count for load in loads]

    for_one, for_three = loaded_for(1), loaded_for(2, 3, 4)

    assert for_one == for_three
    assert for_one[0] == 1


def test_a_job_that_dies_after_each_image_gets_to_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [make_image(world.project, seed) for seed in range(2)]
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    honest = Lease.report

    def die(lease: Lease, done: int, total: int, message: str = "") -> None:
        honest(lease, done, total, message)
        if done:
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Lease, "report", die)
        for _ in range(MAX_ATTEMPTS + 1):  # each is embedded, and each proposed for
            with pytest.raises(SystemExit):
                run_job(job_id=job.pk)
            Job.objects.filter(pk=job.pk).update(lease_until=Now())

    run_job(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    assert Image.objects.exclude(proposed_by=None).count() == len(images)


def test_an_image_that_cannot_be_read_keeps_no_other_from_its_proposals_and_is_told(
    world: World, image: Image
) -> None:
    gone, damaged, last = (make_image(world.project, seed) for seed in range(1, 4))
    storage.delete(storage.original_key(gone.sha256))
    storage.put_bytes(storage.original_key(damaged.sha256), b"no picture")

    job = run(world)

    assert job.state == "failed"
    assert job.error.startswith("2 of the project's images could not be read")
    assert all(f"{each.file_name}: " in job.error for each in (gone, damaged))
    assert list(Image.objects.exclude(proposed_by=None).order_by("pk")) == [image, last]
    gone.delete()
    Image.objects.filter(pk=damaged.pk).update(deleted_at=Now())
    assert run(world).state == "succeeded"


def test_a_worker_with_another_encoder_says_what_to_do(
    world: World, image: Image, encoder: QuickEncoder
) -> None:
    encoder.digest = "f" * 64

    job = run(world)

    assert job.state == "failed"
    assert "SAM_ENCODER" in job.error


def _successor(old: Bundle, **changes: object) -> Bundle:
    manifest = {**old.manifest, **changes}
    return Bundle.objects.create(pk="b" * 64, encoder_digest=ENCODER_DIGEST, manifest=manifest)


def test_an_image_that_arrives_meanwhile_is_left_to_the_next_job(
    world: World, image: Image
) -> None:
    run(world)
    late = make_image(world.project)
    bundle = ensure_pretrained(project=world.project)

    assert not any(Arms.of(world.project, bundle).due().values())

    run(world)
    late.refresh_from_db()
    assert late.proposed_by_id == bundle.pk
