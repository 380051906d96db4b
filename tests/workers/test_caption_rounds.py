"""Rounds that train a captioner: alone or beside the decoder, judged apart, promoted together."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.conf import LazySettings
from django.core.management import CommandError
from safetensors.torch import save_file

from annotation import jobs, storage
from annotation.models import (
    Alias,
    Bundle,
    CaptionProposal,
    Embedding,
    Image,
    Job,
    Label,
    Round,
)
from annotation.selectors.to_learn import new_to_learn
from annotation.services.bundles import ensure_pretrained
from annotation.services.gate import Verdict
from annotation.services.jobs import claim_job
from annotation.services.rounds import start_round
from annotation.services.seeds import Seed, seed_masks
from engine.bundle import CAPTIONER_FILES, DECODER_FILES, MODEL_CARD
from engine.canonical import sha256_of_path
from engine.captioning.captioner import Captioner
from engine.captioning.proposals import propose_captions
from engine.captioning.trainer import CaptionTrainer
from tests.annotation.world import World, make_image, make_proposals, square
from tests.engine.captioning.tiny import save_language_model
from tests.workers.conftest import ENCODER_DIGEST
from tests.workers.describing import (
    QuickBackbone,
    describe,
    described_project,
    install_models,
    save_quick_bundle,
)
from tests.workers.rebuilt import altered, rebuilt
from tests.workers.test_run_round import run
from workers import caption_evaluation
from workers import run_round as module
from workers.bundling import BundlePart
from workers.captioning import captioner_of, described_image
from workers.lease import Lease
from workers.networks import forget_networks
from workers.propose_captions import propose_captions_for_images

pytestmark = pytest.mark.slow  # each trains a captioner, however small
YES = Verdict(is_promoted=True, reason="Promoted: a test says so.")
NO = Verdict(is_promoted=False, reason="Not promoted: a test says so.")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_language_model(tmp_path_factory.mktemp("language"))


@pytest.fixture
def backbone(
    world: World,
    base: Path,
    settings: LazySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> QuickBackbone:
    settings.PRETRAINED_BUNDLE = save_quick_bundle(tmp_path / "pretrained")
    ensure_pretrained(project=world.project)
    return install_models(tmp_path / "models", base, settings, monkeypatch)


@pytest.fixture
def images(world: World, backbone: QuickBackbone) -> list[Image]:
    """Three described images to train on and two of the holdout."""
    return described_project(world)


@pytest.fixture
def promoting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caption_evaluation, "judge_captions", lambda **_: YES)


def start(world: World, *parts: str) -> Round:
    return start_round(
        project=world.project, trigger="manual", created_by=world.manager, parts=parts or None
    )


def serving(world: World) -> Bundle:
    return Alias.objects.get(project=world.project, name="serving").bundle


def test_a_round_of_captions_trains_judges_and_promotes(
    world: World, images: list[Image], backbone: QuickBackbone, promoting: None
) -> None:
    before = serving(world)

    ended = run(start(world, "captions"))

    assert (ended.state, ended.decision) == ("promoted", YES.reason)
    assert serving(world) == ended.bundle != before
    assert ended.bundle is not None
    assert ended.bundle.digests_of("masks") == before.digests_of("masks")
    assert set(ended.bundle.digests_of("captions")) == {"captioner.safetensors", "captioner.json"}
    assert ended.bundle.manifest["thresholds"] == before.manifest["thresholds"]
    assert [point["step"] for point in ended.caption_curve] == [1, 2]
    assert ended.curve == []
    figures = ended.metrics["captions"]
    assert (figures["serving"]["by"], figures["candidate"]["by"]) == ("neighbours", "captioner")
    assert figures["serving"]["images"] == figures["candidate"]["images"] == 2
    assert set(figures["difference"]) == {"mean", "low", "high"}
    assert "serving" not in ended.metrics  # nobody clicked


def test_a_bundle_of_captions_is_made_again_to_the_bit(
    world: World, images: list[Image], promoting: None
) -> None:
    bundle = run(start(world, "captions")).bundle
    assert bundle is not None
    describe(world, make_image(world.project, 9), "A dog on green grass.")  # changes nothing

    said = rebuilt(bundle)

    masks = {name for name in bundle.digests_of("masks") if name != MODEL_CARD}
    assert said == dict.fromkeys({*CAPTIONER_FILES, *masks}, "equal")


def test_another_seed_makes_another_captioner_and_is_found_out(
    world: World, images: list[Image], promoting: None, tmp_path: Path
) -> None:
    bundle = run(start(world, "captions")).bundle
    assert bundle is not None
    config = bundle.manifest["recipe"]["captions"]["config"]
    other = altered(bundle, tmp_path / "other", "captions", config={**config, "seed": 77})

    with pytest.raises(CommandError, match=r"1 of \d differ: captioner\.safetensors"):
        rebuilt(other)


def test_nothing_of_the_holdout_is_trained_on_and_every_image_is_looked_at_once(
    world: World, images: list[Image], backbone: QuickBackbone, promoting: None
) -> None:
    ended = run(start(world, "captions"))

    assert ended.bundle is not None
    key = storage.bundle_key(ended.bundle.pk, "captioner.json")
    bank = json.loads(storage.get_bytes(key))["bank"]
    assert {row["key"] for row in bank} == {image.sha256 for image in images[:3]}
    assert backbone.calls == len(images)
    kept = Embedding.objects.filter(encoder_digest=backbone.digest)
    assert kept.count() == len(images)


def test_the_next_round_is_compared_with_the_captioner_that_serves(
    world: World, images: list[Image], promoting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(start(world, "captions"))
    describe(world, make_image(world.project, 9), "A dog on green grass.")
    monkeypatch.setattr(caption_evaluation, "judge_captions", lambda **_: NO)

    before = serving(world)
    ended = run(start(world))

    assert ended.parts == ["captions"]
    assert ended.metrics["captions"]["serving"]["by"] == "captioner"
    assert (ended.state, serving(world)) == ("refused", before)


def test_few_described_images_of_the_holdout_are_too_few_to_judge(
    world: World, images: list[Image]
) -> None:
    ended = run(start(world, "captions"))

    assert ended.state == "refused"
    assert "2 described holdout images are too few" in ended.decision
    assert "describe at least 10 of them" in ended.decision


def test_a_killed_training_goes_on(
    world: World,
    images: list[Image],
    promoting: None,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
) -> None:
    settings.CAPTION_STEPS = 3
    taken: list[int] = []
    train_step = CaptionTrainer.train_step
    started = start(world, "captions")

    def dying_once(trainer: CaptionTrainer) -> float:
        taken.append(trainer.step + 1)
        loss = train_step(trainer)
        if taken == [1, 2]:
            raise SystemExit
        return loss

    monkeypatch.setattr(CaptionTrainer, "train_step", dying_once)
    with pytest.raises(SystemExit):
        run(started)
    ended = run(started)

    assert ended.state == "promoted"
    assert taken == [1, 2, 2, 3]  # the second step had no checkpoint yet
    assert [point["step"] for point in ended.caption_curve] == [1, 2, 3]


def test_a_training_of_captions_that_diverges_fails_the_round_and_keeps_what_serves(
    world: World, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, honest = serving(world), Captioner.loss
    monkeypatch.setattr(
        Captioner, "loss", lambda captioner, rows: honest(captioner, rows) * float("nan")
    )

    ended = run(start(world, "captions"))

    assert ended.state == "failed"
    assert "The loss is nan at step 1 of 2. Start a new round" in ended.decision
    assert (ended.bundle, serving(world)) == (None, before)


def test_without_models_a_round_of_captions_says_what_to_run(
    world: World, images: list[Image], settings: LazySettings, tmp_path: Path
) -> None:
    started = start(world, "captions")
    settings.CAPTION_BASE = tmp_path / "nowhere"

    ended = run(started)

    assert ended.state == "failed"
    assert "python -m engine.weights --captions" in ended.decision


@pytest.fixture
def better_decoder(
    world: World, images: list[Image], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Path]:
    """Let a round's masks end with these files, which pass."""
    seed_masks(image=images[0], seeds=[Seed(square(3, 3))], author=world.manager)
    files = {name: tmp_path / name for name in DECODER_FILES}
    save_file({"weight": torch.ones(1)}, files["decoder.safetensors"])
    files["decoder.onnx"].write_bytes(b"a better one")
    part = BundlePart(files, {"min_area_px": 2.0}, ENCODER_DIGEST)
    monkeypatch.setattr("workers.mask_training.train_masks", lambda *_: part)
    monkeypatch.setattr(module, "judge", lambda **_: YES)
    return files


def test_a_refused_captioner_leaves_the_serving_one_beside_a_better_decoder(
    world: World,
    images: list[Image],
    promoting: None,
    better_decoder: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(start(world, "captions"))
    first = serving(world)
    describe(world, make_image(world.project, 9), "A dog on green grass.")
    monkeypatch.setattr(caption_evaluation, "judge_captions", lambda **_: NO)

    ended = run(start(world, "masks", "captions"))

    served = serving(world)
    assert (ended.state, ended.bundle) == ("promoted", served)
    assert ended.metrics["passed"] == ["masks", "labels"]
    assert ended.decision == (
        "Masks promoted: a test says so. Descriptions not promoted: a test says so."
    )
    assert served.digests_of("masks") == {
        name: sha256_of_path(path) for name, path in better_decoder.items()
    }
    assert served.digests_of("captions") == first.digests_of("captions")
    assert served.manifest["thresholds"] == {"min_area_px": 2.0}
    assert Alias.objects.get(project=world.project, name="previous").bundle == first


def test_without_models_masks_are_trained_and_the_decision_says_what_to_run(
    world: World,
    images: list[Image],
    better_decoder: dict[str, Path],
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    started = start(world, "masks", "captions")
    settings.CAPTION_BASE = tmp_path / "nowhere"

    ended = run(started)

    assert (ended.state, ended.parts) == ("promoted", ["masks"])
    assert ended.decision.endswith(
        "Descriptions not trained: their models are missing; "
        "run `python -m engine.weights --captions`."
    )


def test_descriptions_that_diverge_keep_no_better_masks_from_serving(
    world: World,
    images: list[Image],
    better_decoder: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = Captioner.loss
    monkeypatch.setattr(
        Captioner, "loss", lambda captioner, rows: honest(captioner, rows) * float("nan")
    )

    ended = run(start(world, "masks", "captions"))

    assert (ended.state, ended.parts) == ("promoted", ["masks"])
    assert ended.bundle == serving(world)
    assert (
        "Descriptions not trained: The loss is nan at step 1 of 2. Start a new round"
        in ended.decision
    )
    assert new_to_learn(world.project.pk)["captions"] > 0


def test_a_worker_that_dies_before_the_verdict_composes_the_same_bundle(
    world: World,
    images: list[Image],
    better_decoder: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(caption_evaluation, "judge_captions", lambda **_: NO)
    started = start(world, "masks", "captions")

    def die(**_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(module, "finish_round", die)
        with pytest.raises(SystemExit):
            run(started)
    made = set(Bundle.objects.values_list("pk", flat=True))
    ended = run(started)

    assert ended.state == "promoted"
    assert set(Bundle.objects.values_list("pk", flat=True)) == made
    assert ended.bundle is not None
    assert ended.bundle.digests_of("captions") == {}


def test_a_bundle_without_captioner_has_none(world: World, backbone: QuickBackbone) -> None:
    assert captioner_of(serving(world)) is None


def test_a_captioner_proposes_for_images_of_the_project(
    world: World,
    images: list[Image],
    base: Path,
    promoting: None,
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    run(start(world, "captions"))
    image = make_image(world.project, 9)

    captioner = captioner_of(serving(world))
    assert captioner is not None
    [found] = propose_captions([described_image(image)], captioner=captioner, base=base)

    assert found.key == image.sha256
    forget_networks()
    settings.CAPTION_BASE = save_language_model(tmp_path / "other", seed=2)
    assert captioner_of(serving(world)) is None  # it was trained on another


def test_a_captioner_reads_an_images_masks_else_its_proposals(
    world: World, backbone: QuickBackbone
) -> None:
    image = make_image(world.project)
    make_proposals(image, serving(world), 2)
    before = described_image(image)
    label = Label.objects.get(pk=world.label_id)
    seed_masks(image=image, seeds=[Seed(square(12, 12), label)], author=world.manager)
    after = described_image(image)

    assert [mask.label for mask in before.masks] == [None, None]
    assert [mask.label for mask in after.masks] == ["cell"]
    assert np.array_equal(before.look().maps[0], after.look().maps[0])
    assert backbone.calls == 1
    assert before.load_pixels().shape == (*image.size_hw, 3)


def test_the_captioner_of_a_promoted_round_proposes_where_nobody_has_described(
    world: World, images: list[Image], promoting: None
) -> None:
    ended = run(start(world, "captions"))
    fresh = make_image(world.project, 9)
    prepare = claim_job(job_id=Job.objects.get(kind=jobs.PREPARE_IMAGES).pk)
    assert prepare is not None

    for _ in range(2):
        propose_captions_for_images(Lease(prepare), world.project, serving(world))

    made = CaptionProposal.objects.values_list("image", "bundle")
    assert list(made) == [(fresh.pk, ended.bundle_id)]
