"""Making a bundle again from its recipes, to prove that its weights follow from them.

Nothing of the bundle itself goes into it but the verdicts that its verifier learned from, as they
were then. Its card is left out: it names the round, not the weights.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from django.conf import settings
from django.utils.module_loading import import_string

from annotation.models import Bundle
from annotation.services.bundles import fetch_bundle
from engine.bundle import VERDICTS
from engine.canonical import canonical_json, sha256_of_path
from workers.bundling import BundlePart
from workers.recipes import made_by, read_recipe, recipes_of
from workers.watch import Watch

Part = Bundle.Part
# By name: what captions are trained with takes seconds to import.
MAKE: Final = {
    Part.MASKS: ("workers.recipes.MaskRecipe", "workers.mask_training.make_masks"),
    Part.LABELS: ("workers.recipes.LabelRecipe", "workers.label_training.make_labels"),
    Part.CAPTIONS: (
        "workers.caption_training.CaptionRecipe",
        "workers.caption_training.make_captions",
    ),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One file of a bundle beside what was made again; digests, or None where there is none."""

    name: str
    recorded: str | None
    made: str | None
    note: str = ""

    @property
    def is_equal(self) -> bool:
        return self.recorded == self.made


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again, and each file beside that of the bundle."""

    files: list[Compared] = field(default_factory=list)
    made: dict[str, BundlePart] = field(default_factory=dict)  # by part, those that have a recipe
    different: set[str] = field(default_factory=set)  # of these


def rebuild(bundle: Bundle, folder: Path, watch: Watch) -> Rebuilt:
    """Make each part of a bundle again in an empty folder, and compare it file by file.

    What a killed run of the same has left in the folder is gone on with.

    Raises:
        ValueError: no part has a recipe, or this machine is not set up as a recipe says.

    """
    recipes = recipes_of(bundle)
    if not recipes:
        raise ValueError(
            f"bundle {bundle.pk[:12]} has no recipe: it came ready, or was made before it was kept"
        )
    rebuilt = Rebuilt()
    for part in Part.values:
        if part not in recipes:
            rebuilt.files.extend(_taken_over(bundle, part))
            continue
        made = _make_again(bundle, part, recipes[part], folder, watch)
        compared = list(_compared(bundle, part, made))
        rebuilt.files.extend(compared)
        rebuilt.made[part] = made
        if not all(each.is_equal for each in compared):
            rebuilt.different.add(part)
    return rebuilt


def changes_since(bundle: Bundle) -> list[str]:
    """Say what is not as it was when the bundle was made: code, libraries, the machine."""
    now = made_by()
    told = {
        (name, str(value))
        for recipe in bundle.recipes.values()
        for name, value in recipe["made_by"].items()
    }
    return [
        f"{name} was {value[:40]}, is {now.get(name, 'not here')[:40]}"
        for name, value in sorted(told)
        if now.get(name) != value
    ]


def _make_again(
    bundle: Bundle, part: str, told: Mapping[str, Any], folder: Path, watch: Watch
) -> BundlePart:
    kind, make = map(import_string, MAKE[Part(part)])
    recipe = read_recipe(kind, told)
    if told["threads"] != settings.TORCH_THREADS:
        raise ValueError(
            f"It was made with TORCH_THREADS={told['threads']}, here it is {settings.TORCH_THREADS}"
        )
    if part == Part.MASKS:
        shutil.copyfile(fetch_bundle(bundle) / VERDICTS, folder / VERDICTS)
    made: BundlePart = make(
        watch, recipe, folder, lambda step: watch.report(step.step, step.steps, f"Training {part}")
    )
    return made


def _compared(bundle: Bundle, part: str, made: BundlePart) -> Iterator[Compared]:
    recorded = bundle.digests_of(part)
    for name in sorted({*recorded, *made.files} - {VERDICTS}):
        digest = sha256_of_path(made.files[name]) if name in made.files else None
        yield Compared(name, recorded.get(name), digest)
    if part == Part.MASKS:
        thresholds = bundle.manifest["thresholds"], dict(made.thresholds)
        yield Compared("thresholds", *map(_digest_of, thresholds))
        yield Compared("encoder", bundle.encoder_digest, made.encoder_digest)


def _taken_over(bundle: Bundle, part: str) -> Iterator[Compared]:
    """Compare a part that no round has made with that of the bundle which this one began from."""
    parent = Bundle.objects.filter(pk=bundle.manifest["parent"]).first()
    known = parent.digests_of(part) if parent else {}
    for name, digest in sorted(bundle.digests_of(part).items()):
        note = "not made by a round: compared with the bundle before"
        yield Compared(name, digest, known.get(name), note)


def _digest_of(thresholds: Mapping[str, float]) -> str:
    return hashlib.sha256(canonical_json(cast("dict[str, float]", thresholds))).hexdigest()
