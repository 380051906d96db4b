"""Training a round's decoder and the heads beside it on a frozen version."""

from collections.abc import Sequence
from pathlib import Path

import torch
from django.conf import settings

from annotation.models import Bundle, DatasetVersion, Round
from annotation.services.bundles import fetch_bundle
from engine.bundle import ENCODER, LABEL_HEAD, PROMPT_HEAD, VERIFIER
from engine.segmentation.adapted import load_any
from engine.segmentation.encoder import Encoder
from engine.segmentation.items import AnnotatedImage, sample_images
from engine.segmentation.learning_encoder import LearningEncoder
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.photos import load_photos
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.prompt_head import export_prompt_head
from engine.segmentation.prompt_head_training import PromptHeadConfig, train_prompt_head
from engine.segmentation.proposals import propose
from engine.segmentation.thresholds import ENOUGH_IMAGES, fit_thresholds
from engine.segmentation.trainer import TrainConfig
from engine.segmentation.training import train_decoder
from engine.whole_file import whole_file
from workers.annotated_images import annotated_images, embed_missing
from workers.bundling import BundlePart
from workers.curve import Curve
from workers.labels import learn_labels
from workers.lease import Lease
from workers.networks import (
    encoder_of,
    forget_networks,
    installed_encoder,
    learning_encoder_of,
    proposal_config_of,
    sight_by,
    sight_of,
)
from workers.verifiers import learn_verifier


def train_masks(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> BundlePart:
    """Train from the round's base decoder, or go on where a killed run stopped."""
    torch.set_num_threads(settings.TORCH_THREADS)
    base = current.base_bundle
    images = annotated_images(version, "train", base.encoder_digest)
    images = embed_missing(lease, images, sight_of(base))
    weights = _train(lease, current, images, folder)
    forget_networks()
    files, sight = _encoder_files(base, weights), sight_of(base)
    if settings.TRAIN_ENCODER:
        sight = sight_by(files[ENCODER])
        images = annotated_images(version, "train", sight.encoder_digest)
        images = embed_missing(lease, images, sight)
    onnx = weights.with_suffix(".onnx")
    export_decoder(load_any(weights), onnx)
    made = folder / sight.encoder_digest[:16]  # by whose eyes: a round may go on with another
    made.mkdir(exist_ok=True)
    head = made / PROMPT_HEAD
    if not head.is_file():  # or a killed run has made it
        _train_head(lease, current, images, head)
    lease.report(0, 0, "Fitting the thresholds")
    predictor = OnnxPredictor(onnx, settings.TORCH_THREADS)
    finder = ObjectFinder(head)
    sample = sample_images(images, ENOUGH_IMAGES)
    config = fit_thresholds(sample, predictor, proposal_config_of(base), finder)
    files |= {"decoder.safetensors": weights, "decoder.onnx": onnx, PROMPT_HEAD: head}
    labels = folder / LABEL_HEAD
    if labels.is_file() or learn_labels(lease, version, labels):
        files[LABEL_HEAD] = labels
    verifier, stop = made / VERIFIER, lease.should_stop
    if verifier.is_file() or learn_verifier(
        lease,
        current.project_id,
        images,
        lambda image: propose(image.seen(), predictor, config, finder=finder, should_stop=stop),
        verifier,
    ):
        files[VERIFIER] = verifier
    return BundlePart(
        files,
        {**base.manifest["thresholds"], **config.thresholds()},
        sight.encoder_digest,
    )


def _encoder_files(base: Bundle, weights: Path) -> dict[str, Path]:
    """Return the encoder that was trained beside some weights, or that of the base, if its own."""
    if settings.TRAIN_ENCODER:
        return {ENCODER: weights.with_name(ENCODER)}
    return {ENCODER: fetch_bundle(base) / ENCODER} if ENCODER in base.manifest["files"] else {}


def _train(lease: Lease, current: Round, images: Sequence[AnnotatedImage], folder: Path) -> Path:
    base = current.base_bundle
    return train_decoder(
        images,
        base=fetch_bundle(base) / "decoder.safetensors",
        others=_photos(lease, base),
        config=TrainConfig(steps=settings.TRAIN_STEPS, seed=current.number),
        checkpoint_dir=folder / "checkpoints",
        on_step=Curve(lease, current, Round.Part.MASKS, "Training").add,
        should_stop=lease.should_stop,
        encoder=_shown_to(base),
    )


def _shown_to(base: Bundle) -> Encoder | LearningEncoder | None:
    """Return what the steps show their images to: it learns along, or sees them turned."""
    if settings.TRAIN_ENCODER:
        return learning_encoder_of(base)
    return encoder_of(base) if settings.TRAIN_TURNS else None


def _train_head(lease: Lease, current: Round, images: Sequence[AnnotatedImage], path: Path) -> None:
    """Learn where the objects are, a minute or two; written whole or not at all."""
    config = PromptHeadConfig(steps=settings.TRAIN_HEAD_STEPS, seed=current.number)
    head = train_prompt_head(
        images,
        config=config,
        on_step=lambda step, _: lease.report(step, config.steps, "Learning where objects are"),
        should_stop=lease.should_stop,
    )
    with whole_file(path) as scratch:
        export_prompt_head(head, scratch)


def _photos(lease: Lease, base: Bundle) -> list[AnnotatedImage]:
    """Return the photos that the project's images are told apart from.

    An encoder that learns sees them for itself, so that nobody waits for them anew each round.
    """
    lease.report(0, 0, "Reading the everyday photos")
    encoder = installed_encoder() if settings.TRAIN_ENCODER else encoder_of(base)
    return load_photos(settings.MODELS_DIR / "photos", encoder, settings.TRAIN_PHOTOS)
