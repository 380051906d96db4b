"""Training a round's decoder on a frozen version."""

from pathlib import Path
from typing import Final

import torch
from django.conf import settings

from annotation.models import Bundle, DatasetVersion, Round
from annotation.services.bundles import fetch_bundle
from engine.segmentation.adapted import load_any
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.replay import load_replay
from engine.segmentation.thresholds import fit_thresholds
from engine.segmentation.training import TrainConfig, train_decoder
from workers.annotated_images import annotated_images
from workers.bundling import BundlePart
from workers.curve import Curve
from workers.lease import Lease
from workers.networks import encoder_of, proposal_config_of

THRESHOLD_IMAGES: Final = 4  # a grid takes some 7 s an image


def train_masks(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> BundlePart:
    """Train from the round's base decoder, or go on where a killed run stopped."""
    weights = _train(lease, current, version, folder)
    lease.report(0, 0, "Fitting the thresholds")
    onnx = weights.with_suffix(".onnx")
    export_decoder(load_any(weights), onnx)
    base = current.base_bundle
    images = annotated_images(version, "train", base.encoder_digest)[:THRESHOLD_IMAGES]
    predictor = OnnxPredictor(onnx, settings.TORCH_THREADS)
    config = fit_thresholds(images, predictor, proposal_config_of(base))
    return BundlePart(
        {"decoder.safetensors": weights, "decoder.onnx": onnx},
        {**base.manifest["thresholds"], **config.thresholds()},
    )


def _train(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> Path:
    torch.set_num_threads(settings.TORCH_THREADS)
    base = current.base_bundle
    return train_decoder(
        annotated_images(version, "train", base.encoder_digest),
        base=fetch_bundle(base) / "decoder.safetensors",
        replay=_replay(lease, base),
        config=TrainConfig(steps=settings.TRAIN_STEPS, seed=current.number),
        checkpoint_dir=folder / "checkpoints",
        on_step=Curve(lease, current, Round.Part.MASKS, "Training").add,
        should_stop=lease.should_stop,
    )


def _replay(lease: Lease, base: Bundle) -> list[AnnotatedImage]:
    """Return the photos that keep what the model knew; the pretrained decoder has marked them."""
    lease.report(0, 0, "Reading the replay photos")
    pretrained = Path(settings.PRETRAINED_BUNDLE) / "decoder.onnx"
    cache, photos = settings.MODELS_DIR / "replay", settings.TRAIN_REPLAY_PHOTOS
    return load_replay(cache, encoder_of(base), pretrained, photos)
