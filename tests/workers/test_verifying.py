"""A verifier learns what people would accept, and its bundle's proposals carry its word."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from annotation import jobs
from annotation.api.image_detail import image_detail
from annotation.models import Bundle, Image, Proposal
from annotation.selectors.images import image_to_show
from annotation.selectors.verdicts import judged_proposals
from annotation.services.bundles import (
    ensure_pretrained,
    fetch_bundle,
    promote_bundle,
    register_bundle,
)
from annotation.services.jobs import enqueue_job
from annotation.services.labels import create_label, delete_label
from annotation.services.projects import update_project
from engine.bundle import VERDICTS, VERIFIER, read_bundle, write_bundle
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.proposals import MaskProposal
from engine.verification.additive_model import AdditiveModel
from engine.verification.cues import CUES
from engine.verification.verifier import Verdicts, Verifier
from tests.annotation.verdicts import CERTAIN, note_verdict, trained_bundle
from tests.annotation.world import SIZE_HW, World, make_image, square
from workers import verifiers
from workers.tasks import run_job
from workers.verifiers import freeze_verdicts, learn_verifier

# Of 200 scores the upper half was right, so that a promise of 0.9 is kept by those.
HALF_RIGHT = Verdicts(np.linspace(0, 1, 200, dtype=np.float32), np.arange(200) >= 100)
# Of 200 sure ones every other had a label, of which a fifth were wrong.
FIFTH_MISNAMED = Verdicts(
    np.full(200, 0.9, np.float32), np.arange(200) % 10 != 0, named=np.arange(200) % 2 == 0
)


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
    shown_of = Proposal.objects.filter(pk__in=[each["id"] for each in proposals])
    assert {each.bundle for each in shown_of} == {bundle}
    assert [each["score"] for each in proposals] == pytest.approx([0.881] * found, abs=1e-3)


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


@pytest.mark.parametrize(
    ("labels", "held_out", "is_accepted"),
    [
        pytest.param(1, FIFTH_MISNAMED, True, id="one label"),
        pytest.param(2, FIFTH_MISNAMED, False, id="several, a fifth of the names wrong"),
        pytest.param(2, HALF_RIGHT, False, id="several, and it is untold what was named"),
        pytest.param(1, HALF_RIGHT, True, id="one, and it is untold what was named"),
        pytest.param(
            2,
            replace(HALF_RIGHT, named=np.ones(200, np.bool_)),
            True,
            id="several, all of them named",
        ),
    ],
)
def test_among_several_labels_a_promise_is_kept_by_what_was_named(
    world: World,
    image: Image,
    labels: int,
    held_out: Verdicts,
    is_accepted: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("annotation.services.auto_accept.AUDITED_SHARE", 0)
    namer = Mock(labels=lambda _, masks: [world.label_id] * len(masks))
    monkeypatch.setattr("workers.prepare_images.namer_of", lambda _: namer)
    for number in range(1, labels):
        create_label(project=world.project, name=f"ring {number}", color="#ff8787")
    serve_with(world, Verifier(AdditiveModel({}, 4.0), held_out=held_out), tmp_path)
    update_project(project=world.project, changes={"auto_accept_precision": 0.8})

    run(world)

    assert Proposal.objects.filter(is_auto_accepted=True).exists() is is_accepted


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


def test_it_is_trusted_by_what_people_decided_on_finished_images(world: World) -> None:
    bundle, pretrained = trained_bundle(world.project), ensure_pretrained(project=world.project)
    finished = make_image(world.project, 0, status="done")
    unfinished = make_image(world.project, 1)
    for image in (finished, unfinished):
        for final_iou in (1.0, 0.9, None):
            note_verdict(world.annotator, image, bundle, final_iou)
        note_verdict(world.annotator, image, bundle, 1.0, cues={})
    note_verdict(world.annotator, finished, pretrained, 1.0)

    verdicts = list(judged_proposals(world.project.pk))

    assert [(each.image, each.cues) for each in verdicts] == [(finished.sha256, CERTAIN)] * 3
    said = sorted((each.is_accepted, each.is_wanted) for each in verdicts)
    assert said == [(False, False), (False, True), (True, True)]


@pytest.mark.parametrize("others", [0, 1])
def test_a_verdict_tells_of_a_name_where_its_bundle_names_several_things(
    world: World, others: int
) -> None:
    bundle = trained_bundle(world.project)
    finished = make_image(world.project, 0, status="done")
    rings = [
        create_label(project=world.project, name=name, color="#ff8787") for name in ("ring", "rod")
    ]
    for label in (world.label_id, None, *(each.pk for each in rings[:others])):
        note_verdict(world.annotator, finished, bundle, 1.0, label=label)

    named = [each.is_named for each in judged_proposals(world.project.pk)]

    assert sum(named) == (2 if others else 0)
    assert len(named) == 2 + others


def test_what_is_named_by_a_label_that_is_gone_is_not_named(world: World) -> None:
    bundle = trained_bundle(world.project)
    finished = make_image(world.project, 0, status="done")
    ring = create_label(project=world.project, name="ring", color="#ff8787")
    for label in (world.label_id, ring.pk):
        note_verdict(world.annotator, finished, bundle, 1.0, label=label)
    delete_label(label=ring)

    assert sum(each.is_named for each in judged_proposals(world.project.pk)) == 1


def test_what_was_sent_on_to_be_corrected_was_wanted_and_not_right(world: World) -> None:
    bundle = trained_bundle(world.project)
    note_verdict(world.annotator, make_image(world.project, 0, status="done"), bundle, None)
    Proposal.objects.update(state="needs_work")

    [verdict] = judged_proposals(world.project.pk)

    assert (verdict.is_accepted, verdict.is_wanted) == (False, True)


def test_who_is_doubted_has_their_images_left_out(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifiers, "distrusted_images", lambda _: {"b"})
    seen: list[str] = []

    def propose(image: AnnotatedImage) -> list[MaskProposal]:
        seen.append(image.key)
        return []

    images = [AnnotatedImage(key, Mock(), [square(1, 1)], SIZE_HW) for key in "abc"]
    path, verdicts = tmp_path / VERIFIER, tmp_path / VERDICTS
    freeze_verdicts(world.project.pk, verdicts)

    assert not learn_verifier(Mock(), verdicts, images, propose, path, threads=2)
    assert sorted(seen) == ["a", "c"]
    assert not path.exists()  # nothing was proposed that could be learned from
