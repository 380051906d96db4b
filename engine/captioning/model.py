"""Which caption model a folder holds, and what is trained of it."""

import hashlib
from pathlib import Path
from typing import TypeAlias

from torch import nn
from transformers import AutoConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES

from engine.canonical import sha256_of_path
from engine.captioning.captioner import Captioner
from engine.captioning.image_to_text import ImageToText
from engine.captioning.lora import Lora

CaptionModel: TypeAlias = Captioner | ImageToText


def build(base: Path, features: int, lora: Lora) -> CaptionModel:
    """Build what a Hugging Face folder holds, with adapters that change nothing yet.

    Args:
        base: an image-to-text model, or a causal language model that shall become one.
        features: channels of a seen token, for the latter.
        lora: adapters of either.

    Raises:
        ValueError: the folder holds no model.

    """
    if not (base / "config.json").is_file():
        raise ValueError(f"{base} holds no model: config.json is missing")
    kind = AutoConfig.from_pretrained(base).model_type
    if kind in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        return ImageToText(base, lora)
    return Captioner(base, features, lora)


def trained_parameters(model: nn.Module) -> dict[str, nn.Parameter]:
    """Return what training changes, by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def digest_of(base: Path) -> str:
    """Return the sha256 over the digests of a model's weights.

    Raises:
        ValueError: the folder holds no safetensors.

    """
    files = sorted(base.glob("*.safetensors"))
    if not files:
        raise ValueError(f"{base} holds no safetensors")
    digests = " ".join(sha256_of_path(path) for path in files)
    return hashlib.sha256(digests.encode()).hexdigest()
