"""One step of the captioner's training: a few images, each with several of its captions.

All that a step draws is a function of the seed and the step, so a killed training goes on.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.captioning.facts import Inputs, leave_out
from engine.captioning.items import Caption, DescribedImage
from engine.captioning.lora import Lora
from engine.captioning.model import build, digest_of, trained_parameters
from engine.captioning.reading import Reader
from engine.captioning.rows import Row
from engine.checkpoints import load_checkpoint, save_checkpoint, tensors_under
from engine.divergence import check_finite, check_risen
from engine.masks.rle import digest
from engine.segmentation.trainer import choose_precision, learning_rate

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(frozen=True, slots=True)
class CaptionConfig:
    """A training: rates are peaks, of a linear warm-up and a half cosine to zero."""

    steps: int = 300
    images_per_step: int = 4
    captions_per_image: int = 5
    fast_lr: float = 1e-3  # of the connector
    adapter_lr: float = 4e-4
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    average_decay: float = 0.98  # EMA of what is trained
    dropped_share: float = 0.1  # of rows, in which an input is left out, each by itself
    inputs: Inputs = field(default_factory=Inputs)
    lora: Lora = field(default_factory=Lora)
    grid_side: int = 4  # cells
    most_masks: int = 8  # as tokens
    checkpoint_every: int = 10
    precision: str = "auto"  # see engine.segmentation.trainer.choose_precision
    seed: int = 0


class CaptionTrainer:
    """One training run on described images."""

    def __init__(self, images: Sequence[DescribedImage], base: Path, config: CaptionConfig) -> None:
        self.config, self.images = config, images
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.reader = Reader.of(images, config.grid_side, config.most_masks)
        self.features = self.reader.features_of(images[0])
        with _seeded(config.seed, 0):  # the connector's and the adapters' first values
            self.model = build(base, self.features, config.lora).to(self.device).train()
        self.parameters = trained_parameters(self.model)
        self.average = {name: value.detach().clone() for name, value in self.parameters.items()}
        self.optimizer = self._optimizer()
        self.precision = choose_precision(config.precision, self.device)
        self.step = 0
        self.losses: list[float] = []  # of the steps so far
        self.base_digest = digest_of(base)
        self.fingerprint = _fingerprint(images, self.base_digest, config)

    def train_step(self) -> float:
        """Take one step and return its loss.

        Raises:
            TrainingDivergedError: see engine.divergence.

        """
        config = self.config
        share = learning_rate(self.step, config.steps, config.warmup_share)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * share
        self.optimizer.zero_grad(set_to_none=True)
        rows = self._rows(np.random.default_rng([config.seed, self.step]))
        is_bf16 = self.precision == "bf16"
        with (
            _seeded(config.seed, self.step + 1),
            torch.autocast(self.device.type, torch.bfloat16, enabled=is_bf16),
        ):
            loss = self.model.loss(rows)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), config.clip_norm)
        value = float(loss.detach())
        place = f"step {self.step + 1} of {config.steps}"
        check_finite(value, float(norm), place)
        self.losses.append(value)
        check_risen(self.losses, place)
        self.optimizer.step()
        self.step += 1
        self._average()
        return value

    def save(self, folder: Path) -> None:
        """Write a checkpoint; see engine.checkpoints."""
        tensors: dict[str, Tensor] = {}
        moments = self.optimizer.state_dict()["state"]
        for index, name in enumerate(self._counted()):
            tensors[f"model.{name}"] = self.parameters[name]
            tensors[f"average.{name}"] = self.average[name]
            for moment in _MOMENTS:
                if index in moments:
                    tensors[f"{moment}.{name}"] = moments[index][moment]
        record = {
            "precision": self.precision,
            "fingerprint": self.fingerprint,
            "losses": self.losses,
        }
        save_checkpoint(folder, self.step, tensors, record)

    def load(self, folder: Path) -> None:
        """Go on from the newest checkpoint of the same training, if there is one."""
        found = load_checkpoint(folder, self.fingerprint)
        if found is None:
            return
        self.step, self.precision = found.step, found.record["precision"]
        self.losses = found.record.get("losses", [])  # older checkpoints have none
        moments = {moment: tensors_under(found.tensors, moment) for moment in _MOMENTS}
        values, averages = (tensors_under(found.tensors, kind) for kind in ("model", "average"))
        saved = self.optimizer.state_dict()
        with torch.no_grad():
            for index, name in enumerate(self._counted()):
                self.parameters[name].copy_(values[name])
                self.average[name].copy_(averages[name])
                if name in moments["step"]:
                    saved["state"][index] = {kind: moments[kind][name] for kind in _MOMENTS}
        self.optimizer.load_state_dict(saved)

    def _rows(self, rng: np.random.Generator) -> list[Row]:
        count, seed = self.config.images_per_step, self.config.seed
        turns = range(self.step * count, (self.step + 1) * count)
        return [self._row(self.images[_turn(len(self.images), seed, turn)], rng) for turn in turns]

    def _row(self, image: DescribedImage, rng: np.random.Generator) -> Row:
        """Draw captions to learn, neighbours to show, and what is left out."""
        drawn = rng.permutation(len(image.captions))[: self.config.captions_per_image]
        captions: list[Caption] = [image.captions[index] for index in drawn]
        inputs = left_out(self.config.inputs, self.config.dropped_share, rng)
        return replace(self.reader.row(image, inputs, rng), captions=captions)

    @torch.no_grad()
    def _average(self) -> None:
        """Move the EMA; early on it forgets faster, so the start leaves no trace."""
        decay = min(self.config.average_decay, self.step / (self.step + 10))
        for name, value in self.parameters.items():
            self.average[name].lerp_(value, 1 - decay)

    def _optimizer(self) -> torch.optim.Optimizer:
        """One group for each rate; checkpoints name what it counts."""
        config = self.config
        fast = {id(value) for value in self.model.fast_parameters()}
        groups: list[dict[str, Any]] = []
        for is_fast, peak in ((False, config.adapter_lr), (True, config.fast_lr)):
            chosen = [v for v in self.parameters.values() if (id(v) in fast) == is_fast]
            if chosen:
                groups.append({"params": chosen, "peak": peak})
        return torch.optim.AdamW(groups, weight_decay=config.weight_decay)

    def _counted(self) -> list[str]:
        """Names of the parameters in the order in which the optimizer counts them."""
        names = {id(value): name for name, value in self.parameters.items()}
        return [names[id(v)] for group in self.optimizer.param_groups for v in group["params"]]


def left_out(inputs: Inputs, share: float, rng: np.random.Generator) -> Inputs:
    """Leave each input out by chance, so that the captioner copes where one is missing."""
    return leave_out(inputs, [name for name in asdict(inputs) if rng.random() < share])


@contextmanager
def _seeded(seed: int, step: int) -> Iterator[None]:
    """Seed what dropout and initialisation draw, and leave torch's own state as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(int(np.random.SeedSequence([seed, step]).generate_state(1)[0]))
        yield


def _turn(count: int, seed: int, turn: int) -> int:
    """Whose turn it is: every image once in random order, then again in another."""
    order = np.random.default_rng([seed, count, turn // count]).permutation(count)
    return int(order[turn % count])


def _fingerprint(images: Sequence[DescribedImage], base: str, config: CaptionConfig) -> str:
    def lines() -> Iterator[str]:
        yield base
        yield json.dumps(asdict(config), sort_keys=True)
        for image in images:
            yield image.key
            yield from (f"{digest(mask.rle)} {mask.label}" for mask in image.masks)
            yield from (f"{caption.style} {caption.text}" for caption in image.captions)

    return hashlib.sha256("\n".join(lines()).encode()).hexdigest()
