"""What people decide on proposals teaches a verifier, and its bundle's proposals carry its word."""

from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from annotation import jobs
from annotation.api.image_detail import image_detail
from annotation.models import Bundle, Image, Job, Mask, Proposal
from annotation.selectors.images import image_to_show
from annotation.selectors.verdicts import judged_proposals
from annotation.services.bundles import (
    ensure_pretrained,
    fetch_bundle,
    promote_bundle,
    register_bundle,
)
from annotation.services.jobs import enqueue_job
from annotation.services.projects import update_project
from annotation.services.rounds import start_round
from annotation.services.versions import cut_version
from engine.bundle import VERIFIER, read_bundle, write_bundle
from engine.verification.additive_model import AdditiveModel
from engine.verification.cues import CUES
from engine.verification.verifier import Verdicts, Verifier
from tests.annotation.world import World, make_image, square
from tests.engine.verification.people import judged
from tests.workers.conftest import ENCODER_DIGEST, finish
from workers import evaluation
from workers.networks import verifier_of
from workers.tasks import run_job

SURE = 1 / (1 + exp(-2.0))
CERTAIN = dict.fromkeys(CUES, 1.0)
# Of 200 scores the upper half was right, so that a promise of 0.9 is kept by those.
HALF_RIGHT = Verdicts(np.linspace(0, 1, 200, dtype=np.float32), np.arange(200) >= 100)
Verdict = tuple[Mapping[str, float], float | None]  # cues, IoU with what became of it


def run(world: World) -> None:
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")


def serve_with(world: World, verifier: Verifier, tmp_path: Path) -> Bundle:
    """Let the project serve its bundle with a verifier in it."""
    old = ensure_pretrained(project=world.project)
    folder, path = fetch_bundle(old), tmp_path / VERIFIER
    verifier.save(path)
    manifest = read_bundle(folder)
    write_bundle(
        tmp_path / "verified",
        files={**{name: folder / name for name in manifest.files}, VERIFIER: path},
        encoder_digest=manifest.encoder_digest,
        thresholds=manifest.thresholds,
        dataset_version=None,
        parent=old.pk,
        metrics={},
        code_version="test",
    )
    bundle = register_bundle(tmp_path / "verified")
    promote_bundle(project=world.project, expected=old.pk, to=bundle, reason="", by=None)
    return bundle


def trained_bundle(world: World) -> Bundle:
    """Register a bundle as one that a round has trained."""
    version = cut_version(project=world.project, created_by=world.manager)
    return Bundle.objects.create(
        pk="c" * 64, encoder_digest=ENCODER_DIGEST, manifest={}, dataset_version=version
    )


def decide(world: World, image: Image, bundle: Bundle, verdicts: Sequence[Verdict]) -> None:
    """Note a person's verdicts on a bundle's proposals, of each the IoU with what was made of it.

    None is a proposal that was rejected.
    """
    proposals = [
        Proposal(
            pk=uuid4(),
            image=image,
            bundle=bundle,
            rle=square(1, 1),
            predicted_iou=0.9,
            stability=0.9,
            point_xy=[2, 2],
            cues=cues,
            state="rejected" if final_iou is None else "accepted",
            mask=None if final_iou is None else Mask.objects.create(pk=uuid4(), image=image),
            decided_by=world.annotator,
            decided_at=timezone.now(),
            final_iou=final_iou,
        )
        for cues, final_iou in verdicts
    ]
    Proposal.objects.bulk_create(proposals)


def test_a_proposal_keeps_what_was_known_of_it(world: World, image: Image) -> None:
    run(world)

    proposals = Proposal.objects.filter(image=image)
    assert proposals
    for proposal in proposals:
        assert set(proposal.cues) == set(CUES)
        assert proposal.cues["company"] == len(proposals)
        assert proposal.verifier_score is None


def test_a_bundle_with_a_verifier_says_how_likely_its_proposals_are_accepted(
    world: World, image: Image, tmp_path: Path
) -> None:
    run(world)
    found = Proposal.objects.filter(image=image).count()
    bundle = serve_with(world, Verifier(AdditiveModel({}, bias=2.0)), tmp_path)

    run(world)

    shown = image_to_show(world.annotator, image.pk)
    assert shown is not None
    proposals = image_detail(shown, world.annotator)["proposals"]
    assert {each["bundle"] for each in proposals} == {bundle.pk}
    assert [each["verifier_score"] for each in proposals] == pytest.approx(
        [0.881] * found, abs=1e-3
    )


def test_what_nobody_would_want_is_not_shown(world: World, image: Image, tmp_path: Path) -> None:
    run(world)
    assert Proposal.objects.filter(image=image, state="pending").exists()
    bundle = serve_with(
        world, Verifier(AdditiveModel({}, bias=2.0), wanted=AdditiveModel({}, bias=-5.0)), tmp_path
    )

    run(world)

    assert not Proposal.objects.filter(image=image, state="pending").exists()
    image.refresh_from_db()
    assert image.proposed_by_id == bundle.pk


@pytest.mark.parametrize(("bias", "is_sure"), [(4.0, True), (-1.0, False)])
def test_what_keeps_the_promise_is_accepted_and_the_rest_waits_for_people(
    world: World,
    image: Image,
    bias: float,
    is_sure: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotation.services.auto_accept.AUDITED_SHARE", 0)
    serve_with(world, Verifier(AdditiveModel({}, bias), held_out=HALF_RIGHT), tmp_path)
    update_project(project=world.project, changes={"auto_accept_precision": 0.9})

    run(world)

    assert Proposal.objects.filter(is_auto_accepted=True).exists() is is_sure
    assert Proposal.objects.filter(state="pending").exists() is not is_sure


def test_nothing_is_accepted_where_nobody_wants_it_or_too_few_verdicts_are_known(
    world: World, image: Image, tmp_path: Path
) -> None:
    serve_with(world, Verifier(AdditiveModel({}, 4.0), held_out=HALF_RIGHT), tmp_path)

    run(world)
    update_project(  # takes 299 without a fault
        project=world.project, changes={"auto_accept_precision": 0.99}
    )
    Image.objects.update(proposed_by=None)
    run(world)

    assert not Proposal.objects.filter(is_auto_accepted=True).exists()


def test_it_learns_from_what_people_decided_on_finished_images(world: World) -> None:
    bundle = trained_bundle(world)
    finished, unfinished = make_image(world.project, 0), make_image(world.project, 1)
    Image.objects.filter(pk=finished.pk).update(status="done")
    for image in (finished, unfinished):
        decide(world, image, bundle, [(CERTAIN, 1.0), (CERTAIN, 0.9), (CERTAIN, None), ({}, 1.0)])
    decide(world, finished, ensure_pretrained(project=world.project), [(CERTAIN, 1.0)])

    verdicts = list(judged_proposals(world.project.pk))

    assert [(image, cues) for image, cues, *_ in verdicts] == [(finished.pk, CERTAIN)] * 3
    said = sorted((is_accepted, is_wanted) for *_, is_accepted, is_wanted in verdicts)
    assert said == [(False, False), (False, True), (True, True)]


@pytest.mark.slow
def test_a_round_after_enough_verdicts_makes_a_bundle_with_a_verifier(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)
    for seed in range(3):
        make_image(world.project, seed, is_holdout=seed == 0)
    run(world)
    for each in Image.objects.order_by("pk"):
        finish(world, each)
    bundle = trained_bundle(world)
    people = judged(150, images=5)
    for number in range(5):
        image = make_image(world.project, 10 + number)
        Image.objects.filter(pk=image.pk).update(status="done")
        own = [each for each in people if each.image == str(number)]
        decide(world, image, bundle, [(p.cues, 1.0 if p.is_accepted else None) for p in own])
    started = start_round(project=world.project, trigger="manual", created_by=world.manager)

    run_job(job_id=Job.objects.get(kind=jobs.RUN_ROUND).pk)

    started.refresh_from_db()
    assert started.bundle is not None, started.decision
    assert verifier_of(started.bundle) is not None
    assert verifier_of(started.base_bundle) is None
