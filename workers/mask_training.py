"""Training a round's decoder and the heads beside it on a frozen version."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Final

import torch
from django.conf import settings

from annotation.models import Bundle, DatasetVersion, Round
from annotation.services.bundles import fetch_bundle
from engine.bundle import ENCODER, PROMPT_HEAD, VERDICTS, VERIFIER
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
from engine.segmentation.trainer import PRETRAINED_SHARE, TrainConfig, choose_precision
from engine.segmentation.training import StepReport, train_decoder
from engine.threads import use_threads
from engine.whole_file import whole_file
from workers.annotated_images import annotated_images, embed_missing
from workers.bundling import BundlePart
from workers.curve import Curve
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
from workers.recipes import MaskRecipe, kept_recipe, made_by
from workers.verifiers import freeze_verdicts, learn_verifier
from workers.watch import Watch

CHECKPOINTS: Final = "checkpoints"
# A round's weights are half its own and half those that served, once a round has made these: one
# training differs from another by half a click to an IoU of 0.85, and what several left was better
# at one click than any of them. A first round keeps less, of what was there before any.
SERVED_SHARE: Final = 0.5
NO_MASK: Final = (
    "No mask to train on: all that were there as the round was started have been deleted, or their "
    "images have. Bring them back, or finish images with masks, and start a new round."
)
# Of a round's folder, in which another part has its own, too.
MADE: Final = (CHECKPOINTS, VERDICTS, f"*/{PROMPT_HEAD}", f"*/{VERIFIER}")


def train_masks(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> BundlePart:
    """Train from the round's base decoder, or go on where a killed run stopped."""
    make = partial(_recipe, current, version)
    recipe = kept_recipe(folder / "masks.json", MaskRecipe, make, MADE)
    if not (folder / VERDICTS).is_file():
        freeze_verdicts(current.project_id, folder / VERDICTS)
    curve = Curve(lease, current, Round.Part.MASKS, "Training")
    return make_masks(lease, recipe, folder, curve.add)


def make_masks(
    watch: Watch, recipe: MaskRecipe, folder: Path, on_step: Callable[[StepReport], None]
) -> BundlePart:
    """Make the part that a recipe says, with the verdicts in a folder, or go on with it there.

    Raises:
        ValueError: its version has no mask to train on.

    """
    use_threads(recipe.threads)
    base = Bundle.objects.get(pk=recipe.parent)
    version = DatasetVersion.objects.get(pk=recipe.dataset_version)
    images = annotated_images(version, "train", base.encoder_digest)
    if all(image.is_empty for image in images):  # a round takes a minute to find out otherwise
        raise ValueError(NO_MASK)
    images = embed_missing(watch.report, images, sight_of(base, watch.count_anew))
    weights = train_decoder(
        images,
        base=fetch_bundle(base) / "decoder.safetensors",
        others=_photos(watch, base, recipe),
        config=recipe.decoder,
        checkpoint_dir=folder / CHECKPOINTS,
        on_step=on_step,
        should_stop=watch.should_stop,
        encoder=_shown_to(base, recipe),
    )
    forget_networks()
    files, sight = _encoder_files(base, weights, recipe), sight_of(base)
    if recipe.learns_encoder:
        sight = sight_by(files[ENCODER], watch.count_anew)
        images = annotated_images(version, "train", sight.encoder_digest)
        images = embed_missing(watch.report, images, sight)
    onnx = weights.with_suffix(".onnx")
    export_decoder(load_any(weights), onnx)
    made = folder / sight.encoder_digest[:16]  # by whose eyes: a round may go on with another
    made.mkdir(exist_ok=True)
    head = made / PROMPT_HEAD
    if not head.is_file():  # or a killed run has made it
        _train_head(watch, recipe.head, images, head)
    predictor, finder = OnnxPredictor(onnx), ObjectFinder(head)
    config = fit_thresholds(
        sample_images(images, ENOUGH_IMAGES),
        predictor,
        proposal_config_of(base),
        finder,
        threads=recipe.threads,
        report=partial(watch.report, message="Fitting the thresholds"),
    )
    files |= {"decoder.safetensors": weights, "decoder.onnx": onnx, PROMPT_HEAD: head}
    verdicts, verifier, stop = folder / VERDICTS, made / VERIFIER, watch.should_stop
    if verifier.is_file() or learn_verifier(
        watch,
        verdicts,
        images,
        lambda image: propose(image.seen(), predictor, config, finder=finder, should_stop=stop),
        verifier,
        threads=recipe.threads,
    ):
        files[VERIFIER] = verifier
    return BundlePart(
        files | {VERDICTS: verdicts},
        {**base.manifest["thresholds"], **config.thresholds()},
        sight.encoder_digest,
        asdict(recipe),
    )


def _recipe(current: Round, version: DatasetVersion) -> MaskRecipe:
    """Say how a round is to train, by the settings as it begins."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    was_trained = Round.Part.MASKS in current.base_bundle.recipes
    decoder = TrainConfig(
        steps=settings.TRAIN_STEPS,
        served_share=SERVED_SHARE if was_trained else PRETRAINED_SHARE,
        seed=current.number,
    )
    return MaskRecipe(
        dataset_version=version.pk,
        parent=current.base_bundle_id,
        decoder=replace(decoder, precision=choose_precision(decoder.precision, device)),
        head=PromptHeadConfig(steps=settings.TRAIN_HEAD_STEPS, seed=current.number),
        turns=settings.TRAIN_TURNS,
        learns_encoder=settings.TRAIN_ENCODER,
        photos=settings.TRAIN_PHOTOS,
        threads=settings.TORCH_THREADS,
        made_by=made_by(),
    )


def _encoder_files(base: Bundle, weights: Path, recipe: MaskRecipe) -> dict[str, Path]:
    """Return the encoder that was trained beside some weights, or that of the base, if its own."""
    if recipe.learns_encoder:
        return {ENCODER: weights.with_name(ENCODER)}
    return {ENCODER: fetch_bundle(base) / ENCODER} if ENCODER in base.manifest["files"] else {}


def _shown_to(base: Bundle, recipe: MaskRecipe) -> Encoder | LearningEncoder | None:
    """Return what the steps show their images to: it learns along, or sees them turned."""
    if recipe.learns_encoder:
        return learning_encoder_of(base)
    return encoder_of(base) if recipe.turns else None


def _train_head(
    watch: Watch, config: PromptHeadConfig, images: Sequence[AnnotatedImage], path: Path
) -> None:
    """Learn where the objects are, a minute or two; written whole or not at all."""
    head = train_prompt_head(
        images,
        config=config,
        on_step=lambda step, _: watch.report(step, config.steps, "Learning where objects are"),
        should_stop=watch.should_stop,
    )
    with whole_file(path) as scratch:
        export_prompt_head(head, scratch)


def _photos(watch: Watch, base: Bundle, recipe: MaskRecipe) -> list[AnnotatedImage]:
    """Return the photos that the project's images are told apart from.

    An encoder that learns sees them for itself, so that nobody waits for them anew each round.
    """
    watch.report(0, 0, "Reading the everyday photos")
    encoder = installed_encoder() if recipe.learns_encoder else encoder_of(base)
    return load_photos(settings.MODELS_DIR / "photos", encoder, recipe.photos)
