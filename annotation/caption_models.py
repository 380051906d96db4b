"""The models that captions and labels are learned with: fetched when asked for, so maybe not."""

from pathlib import Path
from typing import Final

from django.conf import settings

from engine.weights.paths import ModelPaths

MISSING: Final = "their models are missing; run `python -m engine.weights --captions`"


def are_installed() -> bool:
    """Tell whether captions can be learned and proposed on this machine."""
    return (Path(settings.CAPTION_BASE) / "config.json").is_file() and eye_is_installed()


def eye_is_installed() -> bool:
    """Tell whether labels can be learned and proposed on this machine, where there are several."""
    return backbone_folder().is_dir()


def backbone_folder() -> Path:
    """Where the captioner's eye lies."""
    return ModelPaths(Path(settings.MODELS_DIR)).image_backbone
