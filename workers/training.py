"""Training what a round trains, part by part, and making a bundle of it."""

from pathlib import Path
from typing import Final

from django.utils.module_loading import import_string

from annotation import caption_models
from annotation.models import Bundle, DatasetVersion, Round
from engine.bundle import MANIFEST
from engine.checkpoints import CheckpointNotWrittenError
from engine.divergence import TrainingDivergedError
from workers.bundling import BundlePart, register_made, write_round_bundle
from workers.lease import Lease

Part = Round.Part
# By name: what captions are trained with takes seconds to import.
TRAIN: Final = {
    Part.MASKS: "workers.mask_training.train_masks",
    Part.CAPTIONS: "workers.caption_training.train_captions",
}
DRAW_ANEW: Final = (
    "Start a new round: it draws its steps anew, where this one, run again, takes the same ones."
)
MAKE_ROOM: Final = "Make room there, then run it again: it goes on from its last checkpoint."


def train_bundle(lease: Lease, current: Round, version: DatasetVersion, folder: Path) -> Bundle:
    """Train the round's parts from its base bundle, or go on where a killed run stopped.

    Raises:
        ValueError: training was stopped, or what a killed run had made was altered since.

    """
    finished = folder / "bundle"
    if not (finished / MANIFEST).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        trained: dict[str, BundlePart] = {
            part: _train(part, lease, current, version, folder) for part in _trainable(current)
        }
        lease.report(0, 0, "Making the bundle")
        write_round_bundle(finished, current, version, trained=trained, others=current.base_bundle)
    return register_made(finished)


def _train(
    part: str, lease: Lease, current: Round, version: DatasetVersion, folder: Path
) -> BundlePart:
    """Train one part. What stops it says what a person can do.

    Raises:
        ValueError: it diverged, or there is no room for its checkpoints.

    """
    train = import_string(TRAIN[Part(part)])
    try:
        trained: BundlePart = train(lease, current, version, folder)
    except TrainingDivergedError as error:
        raise ValueError(f"{error} {DRAW_ANEW}") from error
    except CheckpointNotWrittenError as error:
        raise ValueError(f"{error} {MAKE_ROOM}") from error
    return trained


def trained_parts(current: Round, candidate: Bundle) -> list[str]:
    """Return the parts that are the candidate's own; captions may have been left out."""
    return [
        part
        for part in current.parts
        if part == Part.MASKS or candidate.digests_of(part) != current.base_bundle.digests_of(part)
    ]


def _trainable(current: Round) -> list[str]:
    """Leave captions out where their models are missing.

    Raises:
        ValueError: nothing else was wanted.

    """
    if caption_models.are_installed():
        return list(current.parts)
    parts = [part for part in current.parts if part != Part.CAPTIONS]
    if not parts:
        raise ValueError(f"Descriptions were not trained: {caption_models.MISSING}.")
    return parts
