"""Train a captioner on described images: a run from start to two files that hold the result.

The result is what was trained alone, some 20 MB; the base model lies beside it and is not copied.
"""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.captioning.items import DescribedImage
from engine.captioning.stored import CaptionerRecord, save_captioner
from engine.captioning.trainer import CaptionConfig, CaptionTrainer
from engine.segmentation.allocation import freed_memory_kept
from engine.segmentation.training import StepReport, TrainingCancelled

__all__ = ["CaptionConfig", "StepReport", "TrainingCancelled", "train_captioner"]


def train_captioner(  # the contract between a worker and the engine
    images: Sequence[DescribedImage],
    *,
    base: Path,
    config: CaptionConfig,
    checkpoint_dir: Path,
    on_step: Callable[[StepReport], None],
    should_stop: Callable[[], bool],
) -> Path:
    """Train on a base model's folder and return the captioner's, in `checkpoint_dir`.

    Every image needs a caption; masks are optional. Called again after a kill it goes on from the
    last checkpoint of the same images, base and config, and ends, on the same device with as many
    threads, with the same values as if it had never been interrupted.

    Raises:
        TrainingCancelled: should_stop returned true; the state is saved.
        TrainingDivergedError: see engine.divergence.
        CheckpointNotWrittenError: see engine.checkpoints; once there is room it goes on, too.
        ValueError: there is nothing to learn from, or the base holds no model.

    """
    trainer = CaptionTrainer(images, base, config)
    trainer.load(checkpoint_dir)
    with freed_memory_kept():
        _take_steps(trainer, checkpoint_dir, on_step, should_stop)
    result, scratch = checkpoint_dir / "captioner", checkpoint_dir / ".captioner"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    record = CaptionerRecord.of(images, config, trainer.features, trainer.base_digest)
    save_captioner(scratch, record, trainer.average, trainer.reader.neighbours.bank)
    shutil.rmtree(result, ignore_errors=True)
    return scratch.replace(result)


def _take_steps(
    trainer: CaptionTrainer,
    checkpoint_dir: Path,
    on_step: Callable[[StepReport], None],
    should_stop: Callable[[], bool],
) -> None:
    config = trainer.config
    started, first = time.monotonic(), trainer.step
    while trainer.step < config.steps:
        if should_stop():
            trainer.save(checkpoint_dir)
            raise TrainingCancelled
        trainer.train_step()
        is_kept = trainer.step % config.checkpoint_every == 0 or trainer.step == config.steps
        if is_kept:
            trainer.save(checkpoint_dir)
        pace = (time.monotonic() - started) / (trainer.step - first)
        left = pace * (config.steps - trainer.step)
        losses = tuple(trainer.losses)
        on_step(StepReport(trainer.step, config.steps, losses, left, is_kept))
