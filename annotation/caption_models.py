"""The models that captions are learned with: fetched when asked for, so they may be missing."""

from pathlib import Path
from typing import Final

from django.conf import settings

from engine.weights.paths import ModelPaths

MISSING: Final = "their models are missing; run `python -m engine.weights --captions`"


def are_installed() -> bool:
    """Tell whether captions can be learned and proposed on this machine."""
    return (Path(settings.CAPTION_BASE) / "config.json").is_file() and backbone_folder().is_dir()


def backbone_folder() -> Path:
    """Where the captioner's eye lies."""
    return ModelPaths(Path(settings.MODELS_DIR)).image_backbone
