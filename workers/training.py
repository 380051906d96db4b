"""Training what a round trains, part by part, and making a bundle of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from django.utils.module_loading import import_string

from annotation import caption_models
from annotation.models import Bundle, DatasetVersion, Round
from engine.bundle import MANIFEST
from engine.checkpoints import CheckpointNotWrittenError
from engine.divergence import TrainingDivergedError
from workers.bundling import BundlePart, has_own, register_made, write_round_bundle
from workers.lease import Lease

Part = Bundle.Part
# By name: what captions are trained with takes seconds to import.
TRAIN: Final = {
    Part.MASKS: "workers.mask_training.train_masks",
    Part.LABELS: "workers.label_training.train_labels",
    Part.CAPTIONS: "workers.caption_training.train_captions",
}
DRAW_ANEW: Final = (
    "Start a new round: it draws its steps anew, where this one, run again, takes the same ones."
)
MODELS_MISSING: Final = f"{caption_models.MISSING}."
LEFT_OUT: Final = "captions-left-out.txt"  # in the round's folder: why
MAKE_ROOM: Final = "Make room there, then run it again: it goes on from its last checkpoint."
log = structlog.get_logger(__name__)


def train_bundle(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> Bundle:
    """Train the round's parts from its base bundle, or go on where a killed run stopped.

    Descriptions whose training diverges are left out, and keep no masks from being judged.

    Raises:
        ValueError: training was stopped, or what a killed run had made was altered since.

    """
    finished = folder / "bundle"
    if not (finished / MANIFEST).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        trained = _trained(lease, current, version, folder)
        lease.report(0, 0, "Making the bundle")
        write_round_bundle(finished, current, version, trained=trained, others=current.base_bundle)
    return register_made(finished)


def _trained(
    lease: Lease, current: Round, version: DatasetVersion, folder: Path
) -> dict[str, BundlePart]:
    """Train part by part. What diverges after another is done is left out, each time anew."""
    trained: dict[str, BundlePart] = {}
    for part in _trainable(current, folder):
        try:
            made = _train(part, lease, current, version, folder)
            trained |= {part: made} if made else {}
        except TrainingDivergedError as error:
            if not trained:
                raise ValueError(f"{error} {DRAW_ANEW}") from error
            _leave_out(folder, f"{error} {DRAW_ANEW}")
            log.warning("part_diverged", round_id=current.pk, part=part, error=str(error))
    return trained


def _train(
    part: str, lease: Lease, current: Round, version: DatasetVersion, folder: Path
) -> BundlePart | None:
    """Train one part; None: there is nothing to learn. What stops it says what a person can do.

    Raises:
        TrainingDivergedError: it diverged.
        ValueError: there is no room for its checkpoints.

    """
    train = import_string(TRAIN[Part(part)])
    try:
        trained: BundlePart | None = train(lease, current, version, folder)
    except CheckpointNotWrittenError as error:
        raise ValueError(f"{error} {MAKE_ROOM}") from error
    return trained


def trained_parts(current: Round, candidate: Bundle) -> list[str]:
    """Return the parts that are the candidate's own; captions may have been left out.

    See `why_left_out`.
    """
    return [
        part for part in current.parts if part == Part.MASKS or has_own(current, candidate, part)
    ]


def why_left_out(folder: Path) -> str:
    """Say why a round that was to train captions has none of its own."""
    path = folder / LEFT_OUT
    return f"Not trained: {path.read_text() if path.is_file() else MODELS_MISSING}"


def _leave_out(folder: Path, why: str) -> None:
    """Keep why captions are not trained, until the round is judged."""
    (folder / LEFT_OUT).write_text(why)


def _trainable(current: Round, folder: Path) -> list[str]:
    """Return what to train, labels after masks; captions are left out without their models.

    Raises:
        ValueError: nothing else was wanted.

    """
    if caption_models.are_installed():
        return _with_labels(current.parts)
    parts = [part for part in current.parts if part != Part.CAPTIONS]
    if not parts:
        raise ValueError(f"Descriptions were not trained: {MODELS_MISSING}")
    _leave_out(folder, MODELS_MISSING)
    return _with_labels(parts)


def _with_labels(parts: Sequence[str]) -> list[str]:
    wanted = {*parts, Part.LABELS} if Part.MASKS in parts else {*parts}
    return [part for part in Part.values if part in wanted]
