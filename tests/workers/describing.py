"""What rounds of captions need: a tiny base model, a quick eye, and people who describe."""

from functools import lru_cache, partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import torch
from django.conf import LazySettings
from safetensors.torch import save_file

from annotation.models import Image
from annotation.services.assignments import claim_image, finish_image
from annotation.services.captions import save_caption
from engine.bundle import REQUIRED_FILES, write_bundle
from engine.captioning.items import Look
from engine.captioning.lora import Lora
from engine.captioning.trainer import CaptionConfig
from engine.weights.paths import ModelPaths
from tests.annotation.world import World, make_image
from tests.engine.captioning.tiny import SENTENCES
from workers import caption_training, captioning

QUICK = partial(
    CaptionConfig,
    images_per_step=2,
    captions_per_image=1,
    lora=Lora(rank=2),
    grid_side=2,
    checkpoint_every=1,
    precision="fp32",
)


class QuickBackbone:
    """Stands for the loaded eye: the map follows from the pixels, in no time."""

    map_hw = (2, 2)

    def __init__(self) -> None:
        self.digest = uuid4().hex  # its own: the store outlives a test
        self.calls = 0

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        self.calls += 1
        rng = np.random.default_rng(int(pixels.sum()))
        return rng.normal(size=(6, *self.map_hw)).astype(np.float16)

    def encode_square(self, square: np.ndarray) -> np.ndarray:
        return self.encode(square).astype(np.float32)

    def look(self, seen: np.ndarray) -> Look:
        return Look([seen], ["mortar"])


def install_models(
    folder: Path, base: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> QuickBackbone:
    """Let captions be learned on a tiny model, in two steps."""
    backbone = QuickBackbone()
    ModelPaths(folder).image_backbone.mkdir(parents=True)
    settings.MODELS_DIR, settings.CAPTION_BASE, settings.CAPTION_STEPS = folder, base, 2
    monkeypatch.setattr(caption_training, "CaptionConfig", QUICK)
    monkeypatch.setattr(captioning, "load_backbone", lru_cache(lambda _: backbone))
    return backbone


def save_quick_bundle(folder: Path) -> Path:
    """Write a bundle whose decoder nobody loads."""
    parts = folder / "parts"
    parts.mkdir(parents=True)
    save_file({"weight": torch.zeros(1)}, parts / "decoder.safetensors")
    for name in ("decoder.onnx", "model_card.md"):
        (parts / name).write_text("Nothing.")
    write_bundle(
        folder / "bundle",
        files={name: parts / name for name in REQUIRED_FILES},
        encoder_digest="e" * 64,
        thresholds={"min_area_px": 1},
        dataset_version=None,
        parent=None,
        metrics={},
        code_version="test",
    )
    return folder / "bundle"


def describe(world: World, image: Image, *texts: str) -> None:
    """Let one person after another describe an image, and finish it."""
    people = (world.annotator, world.reviewer, world.manager)
    for person, text in zip(people, texts, strict=False):
        save_caption(caption_id=uuid4(), image=image, author=person, text=text)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=5)


def described_project(world: World, count: int = 3, held_out: int = 2) -> list[Image]:
    """Make described images, the last ones of the holdout."""
    images = []
    for seed in range(count + held_out):
        image = make_image(world.project, seed, is_holdout=seed >= count)
        describe(world, image, SENTENCES[seed % 4], SENTENCES[(seed + 1) % 4])
        images.append(image)
    return images
