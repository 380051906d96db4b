"""A round learns what masks are called; its bundle then says so of what it proposes."""

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.management import call_command

from annotation import jobs
from annotation.models import Alias, DatasetVersion, Image, Label, Proposal, Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.gate import Verdict
from annotation.services.jobs import enqueue_job
from annotation.services.labels import create_label, delete_label, update_label
from annotation.services.rounds import start_round
from annotation.services.seeds import Seed
from annotation.services.versions import cut_version
from engine.bundle import LABEL_HEAD, VERDICTS, VERIFIER
from engine.segmentation.proposals import MaskProposal
from engine.verification.cues import cues_of
from engine.verification.label_head import LabelHead, load_label_head
from engine.weights.paths import ModelPaths
from tests.annotation.verdicts import note_verdict
from tests.annotation.world import SIZE_HW, World, make_image, square
from tests.workers.conftest import finish
from tests.workers.describing import QuickBackbone
from workers import evaluation, label_training, labels, mask_training, run_round
from workers.labels import (
    NOT_LEARNED,
    Namer,
    labels_left_out,
    learn_labels,
    measure_labels,
    namer_of,
)
from workers.networks import verifier_of
from workers.tasks import run_job
from workers.verifiers import freeze_verdicts

LEASE = Mock()  # shows progress to nobody


def proposal(x: int, predicted_iou: float) -> MaskProposal:
    return MaskProposal(square(x, 3, 8), (x, 3, 8, 8), predicted_iou, 0.9, (x + 1, 4))


# What any image is proposed in one of the tests.
GOOD_AND_BAD = [
    *(proposal(3, 0.8 + number / 100) for number in range(8)),
    *(proposal(20, 0.2 + number / 100) for number in range(8)),
]


def prepare(world: World) -> None:
    job = enqueue_job(
        kind=jobs.PREPARE_IMAGES, project=world.project, args={"project_id": world.project.pk}
    )
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")


def serve(monkeypatch: pytest.MonkeyPatch, head: LabelHead) -> None:
    """Let the bundle that serves have a label head."""
    monkeypatch.setattr(labels, "label_head_of", lambda _: head)


def saying(label: Label) -> LabelHead:
    """A head that knows one label."""
    nothing = np.zeros((0, 1), np.float32)
    return LabelHead((str(label.pk),), nothing, np.ones(1, np.float32), 0.0)


def proposed(image: Image) -> set[int | None]:
    return set(Proposal.objects.filter(image=image).values_list("label", flat=True))


@pytest.fixture
def plate(world: World) -> Label:
    return create_label(project=world.project, name="plate", color="#ff0000")


@pytest.fixture
def alone(world: World, plate: Label) -> Label:
    """The only label that people can choose."""
    delete_label(label=Label.objects.get(pk=world.label_id))
    return plate


@pytest.fixture
def eye(
    world: World, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> QuickBackbone:
    """Let masks be looked at here."""
    settings.MODELS_DIR = tmp_path / "models"
    ModelPaths(settings.MODELS_DIR).image_backbone.mkdir(parents=True)
    eye = QuickBackbone()
    monkeypatch.setattr(labels, "load_backbone", lambda _: eye)
    return eye


@pytest.fixture
def version(world: World, plate: Label) -> DatasetVersion:
    """Three images and a fourth of the holdout, each with a cup, a plate and what has no label."""
    cup = Label.objects.get(pk=world.label_id)
    for seed in range(4):
        image = make_image(world.project, seed, is_holdout=seed == 3)
        small, large = Seed(square(3, 3, 3), cup), Seed(square(10, 10, 14), plate)
        finish(world, image, small, large, Seed(square(19, 2, 3)))
    return cut_version(project=world.project, created_by=world.manager)


def test_what_people_labelled_is_learned_and_measured_on_the_holdout(
    version: DatasetVersion,
    world: World,
    plate: Label,
    eye: QuickBackbone,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "label_head.safetensors"

    assert learn_labels(LEASE, version, path)
    head = load_label_head(path)
    serve(monkeypatch, head)
    naming = measure_labels(LEASE, version, ensure_pretrained(project=world.project))

    assert set(head.labels) == {str(world.label_id), str(plate.pk)}
    assert naming is not None
    assert naming.masks == 2  # the third has no label
    assert naming.named_right <= naming.named <= 2
    assert naming.named_right <= naming.right <= 2


def test_where_nothing_can_tell_labels_apart_a_round_learns_none_and_says_so(
    version: DatasetVersion, world: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    path = tmp_path / "label_head.safetensors"

    assert not learn_labels(LEASE, version, path)
    assert not path.exists()
    assert labels_left_out(version)


def test_a_single_label_is_learned_without_looking(
    world: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    cup = Label.objects.get(pk=world.label_id)
    finish(world, make_image(world.project), Seed(square(3, 3, 8), cup), Seed(square(19, 2, 3)))
    version = cut_version(project=world.project, created_by=world.manager)
    path = tmp_path / "label_head.safetensors"

    assert learn_labels(LEASE, version, path)
    assert load_label_head(path).labels == (str(cup.pk),)


def test_of_what_people_called_two_things_at_once_a_head_is_not_sure(
    world: World, plate: Label, eye: QuickBackbone, tmp_path: Path
) -> None:
    cup = Label.objects.get(pk=world.label_id)
    both = [Seed(square(3, 3, 8), cup), Seed(square(3, 3, 8), plate)]
    for seed in range(3):
        finish(world, make_image(world.project, seed), *both)
    version = cut_version(project=world.project, created_by=world.manager)
    path = tmp_path / "label_head.safetensors"

    assert learn_labels(LEASE, version, path)

    namer = Namer(load_label_head(path), eye)
    image = Image.objects.order_by("pk")[0]
    assert set(namer.head.labels) == {str(cup.pk), str(plate.pk)}
    assert namer.labels(image.sha256, [square(3, 3, 8)]) == [None]


def test_without_a_labelled_mask_there_is_no_head(world: World, tmp_path: Path) -> None:
    finish(world, make_image(world.project, 0), Seed(square(3, 3, 8)))
    version = cut_version(project=world.project, created_by=world.manager)
    bundle = ensure_pretrained(project=world.project)

    assert not learn_labels(LEASE, version, tmp_path / "label_head.safetensors")
    assert not labels_left_out(version)
    assert measure_labels(LEASE, version, bundle) is None


def test_proposals_come_with_their_label(
    world: World, image: Image, alone: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, saying(alone))

    prepare(world)

    assert proposed(image) == {alone.pk}


def test_who_learned_one_label_of_several_names_nothing(
    world: World, version: DatasetVersion, plate: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image(world.project, 9)
    serve(monkeypatch, saying(plate))

    prepare(world)

    assert proposed(image) == {None}
    assert measure_labels(LEASE, version, ensure_pretrained(project=world.project)) is None


def test_a_proposal_that_nothing_is_sure_of_has_no_label(
    world: World, image: Image, alone: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, replace(saying(alone), surest_min=2.0))

    prepare(world)

    assert proposed(image) == {None}


def test_a_label_that_is_gone_is_proposed_no_more_and_one_of_another_name_is(
    world: World, image: Image, alone: Label, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, saying(alone))
    prepare(world)
    update_label(label=alone, changes={"name": "dish"})
    renamed = make_image(world.project, 1)
    prepare(world)
    before = proposed(renamed)
    delete_label(label=alone)
    later = make_image(world.project, 2)

    prepare(world)

    assert before == {alone.pk}
    assert proposed(later) == {None}
    assert proposed(image) == {alone.pk}  # it may come back: until then nobody is shown it


@pytest.mark.parametrize("is_installed", [False, True])
def test_without_the_eye_that_a_head_was_trained_on_proposals_have_no_label(
    version: DatasetVersion,
    world: World,
    eye: QuickBackbone,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_installed: bool,  # noqa: FBT001  # parametrised
) -> None:
    path = tmp_path / "label_head.safetensors"
    learn_labels(LEASE, version, path)
    serve(monkeypatch, load_label_head(path))
    eye.digest = "another"
    if not is_installed:
        settings.MODELS_DIR = tmp_path / "elsewhere"
    image = make_image(world.project, 9)

    prepare(world)

    assert namer_of(ensure_pretrained(project=world.project)) is None
    assert proposed(image) == {None}


@pytest.fixture
def ended(
    version: DatasetVersion, world: World, eye: QuickBackbone, monkeypatch: pytest.MonkeyPatch
) -> Round:
    """A round that had labels, and proposals to judge."""
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)
    for seed in range(4, 8):
        finish(world, make_image(world.project, seed), Seed(square(3, 3, 8)))
    prepare(world)
    monkeypatch.setattr(mask_training, "propose", lambda *_, **__: GOOD_AND_BAD)
    begun = start_round(project=world.project, trigger="manual", created_by=world.manager)
    run_job(job_id=cast("int", begun.job_id))
    return Round.objects.get(pk=begun.pk)


@pytest.fixture
def masks_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a round's labels pass and its masks not, whatever they are."""
    monkeypatch.setattr(run_round, "judge", lambda **_: Verdict(False, "Not promoted: worse."))  # noqa: FBT003
    monkeypatch.setattr(run_round, "judge_labels", lambda _: Verdict(True, "Promoted: better."))  # noqa: FBT003


@pytest.mark.slow
def test_labels_that_pass_serve_beside_the_masks_that_served(
    world: World, masks_refused: None, ended: Round
) -> None:
    served = Alias.objects.get(project=world.project, name="serving").bundle
    trained, base = ended.trained_bundle, ended.base_bundle
    assert trained is not None, ended.decision
    assert (ended.state, ended.bundle) == ("promoted", served)
    assert ended.decision.startswith("Masks not promoted: worse. Labels promoted: better.")
    assert ended.metrics["passed"] == ["labels"]
    assert served.digests_of("masks") == base.digests_of("masks") != trained.digests_of("masks")
    assert served.digests_of("labels") == trained.digests_of("labels") != {}

    call_command("rebuild_bundle", served.pk, stdout=(out := StringIO()), stderr=StringIO())

    assert dict(line.split()[:2] for line in out.getvalue().splitlines())[LABEL_HEAD] == "equal"


@pytest.fixture
def nothing_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a round learn no labels."""
    monkeypatch.setattr(label_training, "learn_labels", lambda *_: False)


@pytest.mark.slow
def test_a_round_that_learned_no_labels_is_not_promoted_for_them(
    world: World, masks_refused: None, nothing_learned: None, ended: Round
) -> None:
    assert ended.state == "refused", ended.decision
    assert (ended.decision, ended.metrics["passed"]) == ("Not promoted: worse.", [])
    served = Alias.objects.get(project=world.project, name="serving").bundle_id
    assert served == ended.base_bundle_id


@pytest.mark.slow
def test_labels_that_the_holdout_shows_to_be_right_pass_the_gate(
    world: World, plate: Label, eye: QuickBackbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large masks are plates and small ones cups, which an eye can tell by their shapes alone."""
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)
    where_cells_are = np.eye(16, dtype=np.float32).reshape(16, 4, 4)
    monkeypatch.setattr(eye, "encode_square", lambda _: where_cells_are)
    cup = Label.objects.get(pk=world.label_id)
    large = [Seed(square(x, 1, 10), plate) for x in (1, 13)]
    small = [Seed(square(26, y, 3), cup) for y in (2, 8, 14)]
    for seed in range(10):
        finish(world, make_image(world.project, seed, is_holdout=seed >= 6), *large, *small)
    prepare(world)
    begun = start_round(project=world.project, trigger="manual", created_by=world.manager)

    run_job(job_id=cast("int", begun.job_id))

    ended = Round.objects.get(pk=begun.pk)
    assert ended.state == "promoted", ended.decision
    assert "abels promoted: +1.000 right labels less wrong ones a mask" in ended.decision
    assert "labels" in ended.metrics["passed"]
    difference = ended.metrics["difference"]["labels"]
    assert (difference["mean"], difference["images"]) == (1.0, 4)


@pytest.mark.slow
def test_what_people_called_masks_and_decided_is_learned_by_the_next_round(ended: Round) -> None:
    assert ended.bundle is not None, ended.decision
    assert {LABEL_HEAD, VERIFIER} <= set(ended.bundle.manifest["files"])
    assert NOT_LEARNED not in ended.decision
    assert "labels" not in ended.metrics["serving"]
    assert ended.metrics["candidate"]["labels"]["masks"] == 2
    verifier = verifier_of(ended.bundle)
    assert verifier is not None
    good, *_, bad = verifier.accepted.score(cues_of(GOOD_AND_BAD, SIZE_HW))
    assert good > bad
    assert verifier_of(ended.base_bundle) is None


@pytest.mark.slow
def test_what_people_decide_later_changes_no_verifier_that_is_made_again(
    world: World, ended: Round, tmp_path: Path
) -> None:
    assert ended.bundle is not None, ended.decision
    path = tmp_path / VERDICTS
    freeze_verdicts(world.project.pk, path)
    frozen = path.read_bytes()
    image = Image.objects.filter(is_holdout=False, status__in=Image.FINISHED)[0]
    note_verdict(world.annotator, image, ended.bundle, 1.0)
    freeze_verdicts(world.project.pk, path)
    assert path.read_bytes() != frozen

    out = StringIO()
    call_command("rebuild_bundle", ended.bundle.pk, stdout=out, stderr=StringIO())

    said = dict(line.split()[:2] for line in out.getvalue().splitlines())
    assert said[LABEL_HEAD] == said[VERIFIER] == "equal"
