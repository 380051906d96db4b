"""Training a round's decoder on a frozen version, and making a bundle of it."""

from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

import structlog
import torch
from django.conf import settings

from annotation.models import Bundle, DatasetVersion, Round
from annotation.selectors.versions import frozen_images
from annotation.services.bundles import fetch_bundle, register_bundle
from annotation.services.jobs import fenced
from annotation.services.rounds import record_curve
from engine.bundle import MANIFEST, write_bundle
from engine.segmentation.adapted import load_any
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.replay import load_replay
from engine.segmentation.thresholds import fit_thresholds
from engine.segmentation.training import StepReport, TrainConfig, train_decoder
from workers.lease import Lease
from workers.networks import encoder_of, load_embedding, proposal_config_of

log = structlog.get_logger(__name__)
THRESHOLD_IMAGES: Final = 4  # a grid takes some 7 s an image
SHOW_S: Final = 1.0  # between two writes of the loss curve
CODE_VERSION: Final = "anneal 0.1.0"


def train_bundle(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> Bundle:
    """Train from the round's base bundle, or go on where a killed run stopped."""
    finished = folder / "bundle"
    if not (finished / MANIFEST).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        weights = _train(lease, current, version, folder)
        lease.report(0, 0, "Making the bundle")
        _write(current, version, weights, finished)
    return register_bundle(finished)


def training_images(version: DatasetVersion, encoder_digest: str) -> list[AnnotatedImage]:
    """Return what a version lets a model train on: finished images outside the holdout."""
    return [
        AnnotatedImage(
            key=image.row["image_sha256"],
            load_embedding=partial(load_embedding, image.row["image_sha256"], encoder_digest),
            masks=[mask.rle for mask in image.masks],
            size_hw=(image.row["size_hw"][0], image.row["size_hw"][1]),
        )
        for image in frozen_images(version, "train")
        if image.masks
    ]


def _train(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> Path:
    torch.set_num_threads(settings.TORCH_THREADS)
    base = current.base_bundle
    curve: list[dict[str, Any]] = list(current.curve)
    was_at = curve[-1]["step"] if curve else 0
    shown = 0.0

    def on_step(report: StepReport) -> None:
        nonlocal shown, was_at
        if was_at:
            log.info("training_resumed", at_step=report.step, was_at_step=was_at)
            was_at = 0
        while curve and curve[-1]["step"] >= report.step:  # a killed run had come further
            curve.pop()
        curve.append({"step": report.step, "loss": report.loss})
        if monotonic() - shown >= SHOW_S or report.step == report.steps:
            shown = monotonic()
            with fenced(lease.claim):
                record_curve(round_id=current.pk, curve=curve)
        left = f"{report.seconds_left:.0f} s left"
        lease.report(report.step, report.steps, f"Training, {left}")

    return train_decoder(
        training_images(version, base.encoder_digest),
        base=fetch_bundle(base) / "decoder.safetensors",
        replay=_replay(lease, base),
        config=TrainConfig(steps=settings.TRAIN_STEPS, seed=current.number),
        checkpoint_dir=folder / "checkpoints",
        on_step=on_step,
        should_stop=lease.should_stop,
    )


def _replay(lease: Lease, base: Bundle) -> list[AnnotatedImage]:
    """Return the photos that keep what the model knew; the pretrained decoder has marked them."""
    lease.report(0, 0, "Reading the replay photos")
    pretrained = Path(settings.PRETRAINED_BUNDLE) / "decoder.onnx"
    cache, photos = settings.MODELS_DIR / "replay", settings.TRAIN_REPLAY_PHOTOS
    return load_replay(cache, encoder_of(base), pretrained, photos)


def _write(current: Round, version: DatasetVersion, weights: Path, folder: Path) -> None:
    onnx = weights.with_suffix(".onnx")
    export_decoder(load_any(weights), onnx)
    card = weights.with_name("model_card.md")
    card.write_text(_card(current, version))
    base = current.base_bundle
    images = training_images(version, base.encoder_digest)[:THRESHOLD_IMAGES]
    predictor = OnnxPredictor(onnx, settings.TORCH_THREADS)
    config = fit_thresholds(images, predictor, proposal_config_of(base))
    write_bundle(
        folder,
        files={"decoder.safetensors": weights, "decoder.onnx": onnx, "model_card.md": card},
        encoder_digest=base.encoder_digest,
        thresholds={**base.manifest["thresholds"], **config.thresholds()},
        dataset_version=version.pk,
        parent=base.pk,
        metrics={},
        code_version=CODE_VERSION,
    )


def _card(current: Round, version: DatasetVersion) -> str:
    counts = version.counts
    return (
        f"# Round {current.number} of {current.project.name}\n\n"
        f"Prompt encoder and mask decoder of Segment Anything, trained from bundle "
        f"{current.base_bundle_id} on dataset version {version.pk}: {counts['train']} images "
        f"of a project with {counts['masks']} masks. The encoder is "
        f"{current.base_bundle.encoder_digest}, unchanged. How it does on the blind "
        f"holdout is in the round's record.\n"
    )
