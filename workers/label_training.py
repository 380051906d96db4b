"""Training what a round's masks are called on a frozen version, whatever becomes of its masks."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from annotation.models import DatasetVersion, Round
from engine.bundle import LABEL_HEAD
from engine.threads import use_threads
from workers.bundling import BundlePart
from workers.labels import NOT_LEARNED, learn_labels
from workers.lease import Lease
from workers.recipes import LabelRecipe, kept_recipe, made_by
from workers.watch import Watch


def train_labels(
    lease: Lease, _: Round, version: DatasetVersion, folder: Path
) -> BundlePart | None:
    """Learn what a version's masks are called; None where nobody says so, or it cannot be."""
    make = partial(LabelRecipe, version.pk, settings.TORCH_THREADS, made_by())
    return _made(
        lease, kept_recipe(folder / "labels.json", LabelRecipe, make, (LABEL_HEAD,)), folder
    )


def make_labels(
    watch: Watch, recipe: LabelRecipe, folder: Path, _: Callable[[Any], None]
) -> BundlePart:
    """Make the part that a recipe says, in no steps to tell of.

    Raises:
        ValueError: what tells labels apart is not here.

    """
    made = _made(watch, recipe, folder)
    if made is None:
        raise ValueError(NOT_LEARNED)
    return made


def _made(watch: Watch, recipe: LabelRecipe, folder: Path) -> BundlePart | None:
    use_threads(recipe.threads)
    version, path = DatasetVersion.objects.get(pk=recipe.dataset_version), folder / LABEL_HEAD
    if not path.is_file() and not learn_labels(watch, version, path):
        return None
    return BundlePart({LABEL_HEAD: path}, {}, recipe=asdict(recipe))
