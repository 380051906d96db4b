"""Networks in memory: loaded when first needed, kept until the job forgets them.

Not `models`: Django imports the module of that name in every process that has the app."""

from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from annotation.models import Bundle
from annotation.services.bundles import fetch_bundle
from engine.bundle import ENCODER, LABEL_HEAD, PROMPT_HEAD, VERIFIER
from engine.segmentation.encoder import Encoder, file_digest, load_encoder
from engine.segmentation.learning_encoder import LearningEncoder
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import ProposalConfig
from engine.verification.label_head import LabelHead, load_label_head
from engine.verification.verifier import Verifier
from workers.embeddings import OnStored, Sight, nobody_hears

if TYPE_CHECKING:
    from engine.captioning.backbone import Backbone
    from engine.captioning.stored import StoredCaptioner


def encoder_of(bundle: Bundle) -> Encoder:
    """Return the encoder whose embeddings the bundle decodes.

    Raises:
        ValueError: this worker is set up with another encoder.

    """
    encoder = _encoder(str(encoder_path_of(bundle)))
    _check(encoder.digest, bundle)
    return encoder


def learning_encoder_of(bundle: Bundle) -> LearningEncoder:
    """Return the same with its last stage in torch.

    Raises:
        ValueError: this worker is set up with another encoder, or it cannot learn.

    """
    encoder = LearningEncoder(encoder_path_of(bundle))
    _check(encoder.digest, bundle)
    return encoder


def _check(digest: str, bundle: Bundle) -> None:
    if digest != bundle.encoder_digest:
        raise ValueError(
            f"The serving bundle reads embeddings of encoder {bundle.encoder_digest[:12]}, but "
            f"SAM_ENCODER is {digest[:12]}: set the one that the bundle was trained with."
        )


def has_encoder(bundle: Bundle) -> bool:
    """Tell whether this worker can see as the bundle does; nothing is loaded for it."""
    if ENCODER in bundle.manifest["files"]:
        return True
    installed = Path(settings.SAM_ENCODER)
    return installed.is_file() and file_digest(installed) == bundle.encoder_digest


def encoder_path_of(bundle: Bundle) -> Path:
    """Return the encoder that a round has trained with the bundle, or else the installed one."""
    if ENCODER in bundle.manifest["files"]:
        return fetch_bundle(bundle) / ENCODER
    return Path(settings.SAM_ENCODER)


def installed_encoder() -> Encoder:
    """Return the encoder that bundles share which bring none of their own."""
    return _encoder(str(settings.SAM_ENCODER))


def sight_of(bundle: Bundle, on_stored: OnStored = nobody_hears) -> Sight:
    """Return what sees images as the bundle does; its files are proved once, not for each look."""
    return Sight(bundle.encoder_digest, cache(partial(encoder_of, bundle)), on_stored)


def sight_by(encoder: Path, on_stored: OnStored) -> Sight:
    """Return what sees images by an encoder that no bundle has yet."""
    return Sight(file_digest(encoder), partial(_encoder, str(encoder)), on_stored)


def predictor_of(bundle: Bundle) -> OnnxPredictor:
    """Return the bundle's decoder; threads may share it."""
    return _predictor(fetch_bundle(bundle) / "decoder.onnx")


def finder_of(bundle: Bundle) -> ObjectFinder | None:
    """Return what tells where objects are; a bundle that was not trained here has none."""
    if PROMPT_HEAD not in bundle.manifest["files"]:
        return None
    return _finder(fetch_bundle(bundle) / PROMPT_HEAD)


def verifier_of(bundle: Bundle) -> Verifier | None:
    """Return what tells how likely people accept a proposal; None before there were verdicts."""
    if VERIFIER not in bundle.manifest["files"]:
        return None
    return _verifier(fetch_bundle(bundle) / VERIFIER)


def label_head_of(bundle: Bundle) -> LabelHead | None:
    """Return what names masks; a bundle whose round learned no labels has none."""
    if LABEL_HEAD not in bundle.manifest["files"]:
        return None
    return load_label_head(fetch_bundle(bundle) / LABEL_HEAD)


def proposal_config_of(bundle: Bundle) -> ProposalConfig:
    """Read the bundle's thresholds; what it does not name has its default."""
    return ProposalConfig().with_thresholds(bundle.manifest["thresholds"])


def forget_networks() -> None:
    """Let their memory go: onnxruntime keeps, for each, what its largest run needed (1.2 GB)."""
    _encoder.cache_clear()
    _predictor.cache_clear()
    _finder.cache_clear()
    _verifier.cache_clear()
    load_backbone.cache_clear()
    load_captioner.cache_clear()


# Their libraries take seconds to import, so that who has no use for them does not wait.
@lru_cache(maxsize=1)
def load_backbone(folder: Path) -> "Backbone":
    """Load the eye of the captioner."""
    backbone: Backbone = import_string("engine.captioning.backbone.Backbone")(folder)
    return backbone


@lru_cache(maxsize=1)
def load_captioner(folder: Path, base: Path) -> "StoredCaptioner":
    """Load a captioner onto its base model.

    Raises:
        ValueError: it was trained on another base, or by another version.

    """
    load = import_string("engine.captioning.stored.load_captioner")
    captioner: StoredCaptioner = load(folder, base)
    return captioner


@lru_cache(maxsize=1)
def _encoder(path: str) -> Encoder:
    return load_encoder(path, threads=settings.TORCH_THREADS)


@lru_cache(maxsize=2)
def _predictor(path: Path) -> OnnxPredictor:
    return OnnxPredictor(path, threads=1)


@lru_cache(maxsize=2)
def _finder(path: Path) -> ObjectFinder:
    return ObjectFinder(path)


@lru_cache(maxsize=2)
def _verifier(path: Path) -> Verifier:
    return Verifier.load(path)
