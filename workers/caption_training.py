"""Training a round's captioner on what a frozen version has of people's words."""

from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Final

import torch
from django.conf import settings

from annotation.models import DatasetVersion, Round
from engine.bundle import CAPTIONER_FILES
from engine.captioning.training import CaptionConfig, train_captioner
from workers.bundling import BundlePart
from workers.captioning import described_images, look_at
from workers.curve import Curve
from workers.lease import Lease

MOST_PASSES: Final = 30  # over few images: more takes long, and learns them by heart


def train_captions(
    lease: Lease, current: Round, version: DatasetVersion, folder: Path
) -> BundlePart:
    """Train a captioner on the base model, or go on where a killed run stopped.

    It begins anew each round: what it learned before it learns again, with what is new.
    """
    torch.set_num_threads(settings.TORCH_THREADS)
    images = described_images(version, "train")
    look_at(lease, images)
    config = CaptionConfig(seed=current.number)
    enough = ceil(MOST_PASSES * len(images) / config.images_per_step)
    trained = train_captioner(
        images,
        base=Path(settings.CAPTION_BASE),
        config=replace(config, steps=min(settings.CAPTION_STEPS, enough)),
        checkpoint_dir=folder / "captions",
        on_step=Curve(lease, current, Round.Part.CAPTIONS, "Training descriptions").add,
        should_stop=lease.should_stop,
    )
    return BundlePart({name: trained / name for name in CAPTIONER_FILES}, {})
