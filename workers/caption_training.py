"""Training a round's captioner on what a frozen version has of people's words."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import Final

import torch
from django.conf import settings

from annotation.models import DatasetVersion, Round
from engine.bundle import CAPTIONER_FILES
from engine.captioning.training import CaptionConfig, StepReport, train_captioner
from engine.segmentation.trainer import choose_precision
from engine.threads import use_threads
from workers.bundling import BundlePart
from workers.captioning import described_images, look_at
from workers.curve import Curve
from workers.lease import Lease
from workers.recipes import kept_recipe, made_by
from workers.watch import Watch

MADE: Final = "captions"  # of a round's folder, in which another part has its own, too
MOST_PASSES: Final = 30  # over few images: more takes long, and learns them by heart


@dataclass(frozen=True, slots=True)
class CaptionRecipe:
    """How a round makes its part of captions: anew, on the base model that is installed."""

    dataset_version: str
    config: CaptionConfig  # its precision is no "auto"
    threads: int
    made_by: dict[str, str]  # see workers/recipes.py


def train_captions(
    lease: Lease, current: Round, version: DatasetVersion, folder: Path
) -> BundlePart:
    """Train a captioner on the base model, or go on where a killed run stopped.

    It begins anew each round: what it learned before it learns again, with what is new.
    """
    make = partial(_recipe, current, version)
    recipe = kept_recipe(folder / "captions.json", CaptionRecipe, make, (MADE,))
    curve = Curve(lease, current, Round.Part.CAPTIONS, "Training descriptions")
    return make_captions(lease, recipe, folder, curve.add)


def make_captions(
    watch: Watch, recipe: CaptionRecipe, folder: Path, on_step: Callable[[StepReport], None]
) -> BundlePart:
    """Make the part that a recipe says in a folder, or go on with it there."""
    use_threads(recipe.threads)
    version = DatasetVersion.objects.get(pk=recipe.dataset_version)
    images = described_images(version, "train")
    look_at(watch, images)
    trained = train_captioner(
        images,
        base=Path(settings.CAPTION_BASE),
        config=recipe.config,
        checkpoint_dir=folder / MADE,
        on_step=on_step,
        should_stop=watch.should_stop,
    )
    files = {name: trained / name for name in CAPTIONER_FILES}
    return BundlePart(files, {}, recipe=asdict(recipe))


def _recipe(current: Round, version: DatasetVersion) -> CaptionRecipe:
    """Say how a round is to train, by the settings as it begins."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = CaptionConfig(seed=current.number)
    images = len(described_images(version, "train"))
    enough = ceil(MOST_PASSES * images / config.images_per_step)
    config = replace(
        config,
        steps=min(settings.CAPTION_STEPS, enough),
        precision=choose_precision(config.precision, device),
    )
    return CaptionRecipe(version.pk, config, settings.TORCH_THREADS, made_by())
