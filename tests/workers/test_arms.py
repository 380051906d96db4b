"""Preparation keeps the arms apart: what serves proposes, the previous bundle, or nobody."""

from hashlib import sha256
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from annotation import jobs
from annotation.models import Alias, Bundle, Embedding, Image, Project, Proposal
from annotation.selectors.plan import Queue, free_in
from annotation.services.bundles import ensure_pretrained, fetch_bundle
from annotation.services.draws import arm_for
from annotation.services.images import add_image
from annotation.services.jobs import enqueue_job
from engine.segmentation.object_finder import FoundObjects
from tests.annotation.world import World, png
from tests.workers.conftest import ENCODER_DIGEST
from workers.arms import Arms
from workers.tasks import run_job

Arm = Image.Arm
SIZE_HW = (240, 320)  # so large that a window may look closer


@pytest.fixture
def images(world: World) -> dict[Arm, Image]:
    """One image of each arm."""
    Project.objects.filter(pk=world.project.pk).update(
        without_proposals_share=0.4, previous_bundle_share=0.4
    )
    world.project.refresh_from_db()
    found: dict[Arm, Image] = {}
    for seed in range(40):
        data = png(seed, SIZE_HW)
        arm = arm_for(sha256(data).hexdigest(), project=world.project)
        if arm not in found:
            added = add_image(
                project=world.project, data=data, file_name="a.png", created_by=world.manager
            )
            assert added.image is not None
            found[arm] = added.image
    return found


def run(world: World) -> None:
    args = {"project_id": world.project.pk}
    job = enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")


def promote_newer(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Bundle, Bundle]:
    """Let a bundle with the same files and another threshold serve; return old and newer."""
    old = ensure_pretrained(project=world.project)
    thresholds = {**old.manifest["thresholds"], "min_area_px": 2.0}
    manifest = {**old.manifest, "thresholds": thresholds}
    newer = Bundle.objects.create(pk="b" * 64, encoder_digest=ENCODER_DIGEST, manifest=manifest)
    Alias.objects.filter(project=world.project, name="serving").update(bundle=newer)
    Alias.objects.create(project=world.project, name="previous", bundle=old)
    monkeypatch.setattr("workers.networks.fetch_bundle", lambda _: fetch_bundle(old))
    return old, newer


def recorded(images: dict[Arm, Image]) -> dict[Arm, tuple[str, str | None, set[str]]]:
    """Return for each image the arm on its row, what proposed, and whose proposals wait."""
    rows = {}
    for drawn, image in images.items():
        image.refresh_from_db()
        pending = Proposal.objects.filter(image=image, state="pending")
        bundles = set(pending.values_list("bundle_id", flat=True))
        rows[drawn] = (image.arm, image.proposed_by_id, bundles)
    return rows


def test_nothing_is_proposed_for_the_bare_arm_which_is_corrected_as_a_whole(
    world: World, images: dict[Arm, Image]
) -> None:
    run(world)

    serving = ensure_pretrained(project=world.project).pk
    assert recorded(images) == {
        Arm.NONE: ("none", serving, set()),
        Arm.SERVING: ("serving", serving, {serving}),
        Arm.PREVIOUS: ("serving", serving, {serving}),  # there is none before it
    }
    bare = free_in(Queue.CORRECT, project_id=world.project.pk, user=world.annotator)
    assert [place.image_id for place in bare] == [images[Arm.NONE].pk]


def test_a_promotion_moves_all_arms_on_once(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    old, newer = promote_newer(world, monkeypatch)

    run(world)

    assert recorded(images) == {
        Arm.NONE: ("none", newer.pk, set()),
        Arm.SERVING: ("serving", newer.pk, {newer.pk}),
        Arm.PREVIOUS: ("previous", old.pk, {old.pk}),
    }
    assert not any(Arms.of(world.project, newer).due().values())


def test_other_shares_change_nothing_that_is_done_or_begun(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    begun = images[Arm.NONE]
    Image.objects.filter(pk=begun.pk).update(version=1)
    Image.objects.filter(pk=images[Arm.SERVING].pk).update(status="done")
    before = recorded(images)
    _, newer = promote_newer(world, monkeypatch)
    Project.objects.filter(pk=world.project.pk).update(
        without_proposals_share=0, previous_bundle_share=0
    )

    run(world)

    after = recorded(images)
    assert after[Arm.NONE] == ("none", newer.pk, set())
    assert after[Arm.SERVING] == before[Arm.SERVING]
    assert after[Arm.PREVIOUS] == ("serving", newer.pk, {newer.pk})


@pytest.mark.parametrize("change", ["encoder", "captioner"])
def test_a_previous_bundle_that_reads_other_embeddings_or_proposes_the_same_is_none(
    world: World, change: str
) -> None:
    old = ensure_pretrained(project=world.project)
    files = {**old.manifest["files"], "captioner.json": "c" * 64}
    manifest = {**old.manifest, "files": files} if change == "captioner" else old.manifest
    digest = "f" * 64 if change == "encoder" else ENCODER_DIGEST
    other = Bundle.objects.create(pk="b" * 64, encoder_digest=digest, manifest=manifest)
    Alias.objects.create(project=world.project, name="previous", bundle=other)

    assert Arms.of(world.project, old).previous is None


def test_small_objects_are_seen_closer_in_every_arm(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: Any, **__: Any) -> FoundObjects:
        box = np.array([[20, 20, 30, 32]], np.float32)
        return FoundObjects(box[:, :2] + np.float32(5), box, np.ones(1, np.float32))

    finder = Mock(find=find)
    monkeypatch.setattr("workers.prepare_images.finder_of", lambda _: finder)

    run(world)

    windows = Embedding.objects.exclude(window="").values_list("image_sha256", flat=True)
    assert set(windows) == {image.sha256 for image in images.values()}
