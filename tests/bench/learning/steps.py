"""What a step of training costs beside its network: drawing clicks, averaging, reading masks.

And, where it turns its image as rounds do, showing that to the encoder.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from engine.segmentation.encoder import Encoder, load_encoder
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.prompts import Prompts
from engine.segmentation.trainer import TrainConfig, Trainer
from engine.weights.paths import ModelPaths
from tests.bench.learning.nuclei import encoded_images
from tests.bench.memory import measured_alone
from tests.bench.rows import Row

IMAGES: Final = 4
STEPS: Final = 12
MOST_RATIO: Final = 1.15


@dataclass(frozen=True, slots=True)
class Call:
    """What the network was asked once."""

    embedding: Tensor
    prompts: Prompts
    previous: Tensor | None
    is_learned: bool


class RecordingTrainer(Trainer):
    """Keeps what its network is asked, so that the same can be asked again without the rest."""

    calls: list[Call]

    def _decode(
        self, embedding: Tensor, prompts: Prompts, previous: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        self.calls.append(Call(embedding, prompts, previous, torch.is_grad_enabled()))
        return super()._decode(embedding, prompts, previous)

    def ask_again(self, calls: list[Call]) -> None:
        """Do the forward and backward passes of a step, and nothing else of it."""
        for call in calls:
            with torch.set_grad_enabled(call.is_learned):
                logits, iou = super()._decode(call.embedding, call.prompts, call.previous)
            if call.is_learned:
                (logits.float().mean() + iou.float().mean()).backward()  # type: ignore[no-untyped-call]  # torch leaves it so


def measure_steps(models: Path, threads: int) -> list[Row]:
    return [
        Row(
            f"{what}, against the passes of its network alone",
            {**found, "threads": threads},
            f"{MOST_RATIO} times",
            float(str(found["ratio"])) <= MOST_RATIO,
        )
        for what, found in (
            ("a step of training", measured_alone(_upright, models, threads)),
            ("a step that turns its image", measured_alone(_turned, models, threads)),
        )
    ]


def _upright(models: Path, threads: int) -> dict[str, object]:
    encoder = load_encoder(ModelPaths(models).encoder, threads=threads)
    return _steps(models, threads, encoded_images(encoder, IMAGES), None)


def _turned(models: Path, threads: int) -> dict[str, object]:
    encoder = load_encoder(ModelPaths(models).encoder, threads=threads)
    return _steps(models, threads, encoded_images(encoder, IMAGES), encoder)


def _steps(
    models: Path, threads: int, images: Sequence[AnnotatedImage], encoder: Encoder | None
) -> dict[str, object]:
    torch.set_num_threads(threads)
    base = ModelPaths(models).pretrained / "decoder.safetensors"
    # One more than are taken: each reads what the next one learns from, and is done with it by
    # the time that its network is asked again.
    trainer = RecordingTrainer(images, base, TrainConfig(steps=STEPS + 1), encoder)
    step_s = bare_s = 0.0
    for number in range(STEPS):
        trainer.calls = []
        began = time.perf_counter()
        trainer.train_step()
        between = time.perf_counter()
        trainer.ask_again(trainer.calls)
        ended = time.perf_counter()
        if number:  # the first warms up
            step_s, bare_s = step_s + between - began, bare_s + ended - between
    return {
        "steps": STEPS - 1,
        "precision": trainer.state.precision,
        "step_s": round(step_s / (STEPS - 1), 2),
        "network_s": round(bare_s / (STEPS - 1), 2),
        "ratio": round(step_s / bare_s, 3),
    }
