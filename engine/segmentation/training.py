"""Train prompt encoder and mask decoder: a run from start to result."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import torch
from torch import nn

from engine.bundle import ENCODER
from engine.segmentation.adapted import adapted, fit_familiarity, save_any
from engine.segmentation.allocation import freed_memory_kept
from engine.segmentation.checkpoint import load_state, save_state
from engine.segmentation.encoder import Encoder, OnnxEncoder
from engine.segmentation.items import AnnotatedImage, sample_images
from engine.segmentation.learning_encoder import LearningEncoder
from engine.segmentation.trainer import TrainConfig, Trainer
from engine.whole_file import whole_file

ENOUGH_TO_KNOW: Final = 200  # images with masks that tell what is familiar, and empty ones
WINDOWS_TO_KNOW: Final = 4  # of each of them
ENOUGH_TO_SEE: Final = 40  # where the encoder learned: it takes two seconds for each look at them


class TrainingCancelled(Exception):  # noqa: N818  # a request, not an error
    """should_stop said so; the state is saved, and the same call goes on from it."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a progress bar and a loss curve need."""

    step: int
    steps: int
    losses: tuple[float, ...]  # of all steps so far, as the checkpoints know them
    seconds_left: float
    is_kept: bool  # in a checkpoint: a killed run goes on after this step

    @property
    def loss(self) -> float:
        return self.losses[-1]


def train_decoder(  # the contract between a worker and the engine
    images: Sequence[AnnotatedImage],
    *,
    base: Path,
    others: Sequence[AnnotatedImage],
    config: TrainConfig,
    checkpoint_dir: Path,
    on_step: Callable[[StepReport], None],
    should_stop: Callable[[], bool],
    encoder: Encoder | LearningEncoder | None = None,
) -> Path:
    """Train from `base` and return the new decoder.safetensors, in `checkpoint_dir`.

    `encoder` is what made the embeddings, if images are to be turned for it: they need their
    pixels then. One that learns is written beside the decoder, which then reads the embeddings of
    encoder.onnx there, and the others need their pixels, too.

    What is like the others, and not like the images, is answered as `base` does. All is for all
    images where there are none.

    Called again after a kill it goes on from the last checkpoint of the same images, base, encoder
    and config, and ends, on the same device with as many threads, with the same bytes as if it had
    never been interrupted. Empty images only tell what is familiar, no more of them than others.

    Raises:
        TrainingCancelled: should_stop returned true.
        TrainingDivergedError: see engine.divergence.
        CheckpointNotWrittenError: see engine.checkpoints; once there is room it goes on, too.
        ValueError: there is no mask to train on.

    """
    with_masks = [image for image in images if not image.is_empty]
    if not with_masks:
        raise ValueError("no mask to train on: every image is empty")
    result = checkpoint_dir / "decoder.safetensors"
    trainer = Trainer(with_masks, base, config, encoder)
    load_state(trainer.state, checkpoint_dir, trainer.fingerprint)

    try:
        with freed_memory_kept():
            _take_steps(trainer, checkpoint_dir, on_step, should_stop)
    finally:
        trainer.stop_reading()
    learned = trainer.result()
    learning = trainer.learning
    enough = ENOUGH_TO_SEE if learning else ENOUGH_TO_KNOW
    known = [
        replace(image, closer=dict(islice(image.closer.items(), WINDOWS_TO_KNOW)))
        for image in sample_images(images, min(len(with_masks), enough))
    ]
    if learning is not None:
        path = checkpoint_dir / ENCODER
        with whole_file(path) as scratch:
            learning.export(learned.stage, _familiarity(known, others, learning), scratch)
        encode = OnnxEncoder(path, torch.get_num_threads()).encode
        known, others = ([each.seen_by(encode) for each in some] for some in (known, others))
    with whole_file(result) as scratch:
        save_any(adapted(base, learned.decoder, known, others), scratch)
    return result


def _familiarity(
    images: Sequence[AnnotatedImage], others: Sequence[AnnotatedImage], encoder: LearningEncoder
) -> nn.Linear | None:
    """Tell images from others by what the encoder's stage reads; None where there are no others."""
    if not others:
        return None
    seen, unlike = ([each.seen_by(encoder.features) for each in some] for some in (images, others))
    return fit_familiarity(seen, unlike)


def _take_steps(
    trainer: Trainer,
    checkpoint_dir: Path,
    on_step: Callable[[StepReport], None],
    should_stop: Callable[[], bool],
) -> None:
    config = trainer.config
    started, first = time.monotonic(), trainer.state.step
    while (step := trainer.state.step) < config.steps:
        if should_stop():
            save_state(trainer.state, checkpoint_dir, trainer.fingerprint)
            raise TrainingCancelled
        trainer.train_step()
        step += 1
        is_kept = step % config.checkpoint_every == 0 and step < config.steps
        if is_kept:
            save_state(trainer.state, checkpoint_dir, trainer.fingerprint)
        pace = (time.monotonic() - started) / (step - first)
        left, losses = pace * (config.steps - step), tuple(trainer.state.losses)
        on_step(StepReport(step, config.steps, losses, left, is_kept))
