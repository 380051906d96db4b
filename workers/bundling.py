"""Bundles made of parts: what a round trained, and the rest from a bundle that is there."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from annotation.models import Bundle, DatasetVersion, Round
from annotation.services.bundles import fetch_bundle, register_bundle
from engine.bundle import MANIFEST, MODEL_CARD, BundleError, write_bundle
from workers.recipes import recipes_of

CODE_VERSION: Final = "anneal 0.1.0"
MAKE_ANEW: Final = "It was altered there and is deleted: run the round again, and it makes it anew."
Part = Bundle.Part


@dataclass(frozen=True, slots=True)
class BundlePart:
    """The files of one part, and what else of a bundle belongs to it."""

    files: Mapping[str, Path]
    thresholds: Mapping[str, float]
    encoder_digest: str = ""  # of the part of masks: whose embeddings these need
    recipe: Mapping[str, object] = field(default_factory=dict)  # see workers/recipes.py


def part_of(bundle: Bundle, part: str) -> BundlePart:
    """Fetch a part; a bundle without captioner has an empty one."""
    folder = fetch_bundle(bundle)
    thresholds = cast("dict[str, float]", bundle.manifest["thresholds"])
    return BundlePart(
        {name: folder / name for name in bundle.digests_of(part)},
        thresholds if part == Part.MASKS else {},
        bundle.encoder_digest if part == Part.MASKS else "",
        recipes_of(bundle).get(part, {}),
    )


def write_round_bundle(
    folder: Path,
    current: Round,
    version: DatasetVersion,
    *,
    trained: Mapping[str, BundlePart],
    others: Bundle,
) -> None:
    """Write a bundle at `folder`, of what a round trained and another bundle's other parts."""
    parts = {part: trained.get(part) or part_of(others, part) for part in Part.values}
    card = _card(current, version, trained, parts[Part.MASKS].encoder_digest)
    write_parts(folder, parts, card=card, version=version, parent=current.base_bundle_id)


def write_parts(
    folder: Path,
    parts: Mapping[str, BundlePart],
    *,
    card: str,
    version: DatasetVersion,
    parent: str | None,
) -> None:
    """Write a bundle of all its parts at `folder`, which must not exist."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.with_name(f"{folder.name}.md")
    path.write_text(card)
    files = {name: path for part in parts.values() for name, path in part.files.items()}
    write_bundle(
        folder,
        files={**files, MODEL_CARD: path},
        encoder_digest=parts[Part.MASKS].encoder_digest,
        thresholds={n: value for part in parts.values() for n, value in part.thresholds.items()},
        dataset_version=version.pk,
        parent=parent,
        metrics={},
        code_version=CODE_VERSION,
        recipe={name: part.recipe for name, part in parts.items() if part.recipe},
    )


def register_made(folder: Path) -> Bundle:
    """Register the bundle that a round has made at `folder`. Safe to repeat.

    Raises:
        ValueError: it was altered since. It is deleted, so that the next run makes it anew.

    """
    try:
        return register_bundle(folder)
    except BundleError as error:
        shutil.rmtree(folder)
        raise ValueError(f"{error}. {MAKE_ANEW}") from error


def has_own(current: Round, candidate: Bundle, part: str) -> bool:
    """Tell whether a candidate has a part that is not of the bundle which its round began from."""
    return candidate.digests_of(part) != current.base_bundle.digests_of(part)


def compose(
    current: Round,
    version: DatasetVersion,
    candidate: Bundle,
    *,
    serving: Bundle,
    passed: Collection[str],
    folder: Path,
) -> Bundle:
    """Return the candidate with what serves now in the place of the parts that did not pass.

    Nor of those that it did not train: what serves may have newer ones than the base. It is the
    candidate itself where that makes no difference, or where nothing passed.

    Raises:
        ValueError: one that a killed run had made was altered since.

    """
    own = [part for part in passed if has_own(current, candidate, part)]
    replaced = [part for part in Part.values if part not in own]
    is_same = all(serving.digests_of(part) == candidate.digests_of(part) for part in replaced)
    if is_same or not own:
        return candidate
    made = folder / f"composed-{serving.pk[:12]}-{'-'.join(sorted(own))}"
    if not (made / MANIFEST).is_file():
        trained = {part: part_of(candidate, part) for part in own}
        write_round_bundle(made, current, version, trained=trained, others=serving)
    return register_made(made)


def _card(
    current: Round, version: DatasetVersion, parts: Collection[str], encoder_digest: str
) -> str:
    counts = {"masks": 0, "captions": 0, **version.counts}
    what = {
        Part.MASKS: "Prompt encoder and mask decoder of Segment Anything, and small heads",
        Part.LABELS: "A head that names masks",
        Part.CAPTIONS: "Connector and adapters of a captioner",
    }
    trained = "; ".join(text for part, text in what.items() if part in parts)
    return (
        f"# Round {current.number} of {current.project.name}\n\n"
        f"{trained}: trained from bundle "
        f"{current.base_bundle_id} on dataset version {version.pk}: {counts['train']} images "
        f"of a project with {counts['masks']} masks and {counts['captions']} captions. "
        f"{_seen_by(current, encoder_digest)} "
        "How it does on the blind holdout is in the round's record.\n"
    )


def _seen_by(current: Round, digest: str) -> str:
    before = current.base_bundle.encoder_digest
    if digest == before:
        return f"The encoder is {digest}, unchanged."
    return f"The encoder is {digest}, whose last stage was trained, too, and not {before}."
