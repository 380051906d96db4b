"""One step of training, as people will use the decoder.

A step takes masks of one annotated image through simulated clicks (Segment Anything, appendix A).

Steps take turns at how long their chains of clicks are: short ones teach the first click, long ones
the last ones. The result is the moving average of the weights and, once a round has learned from a
project, the mean of that and of the weights that served.
"""

import copy
import hashlib
import json
import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.divergence import check_finite, check_risen
from engine.map_in_order import map_in_order
from engine.masks.rle import area, digest
from engine.segmentation.adapted import load_any, tuned_of
from engine.segmentation.checkpoint import TrainerState
from engine.segmentation.encoder import Encoder, file_digest
from engine.segmentation.items import TURNS, AnnotatedImage, Encode
from engine.segmentation.learner import Learner
from engine.segmentation.learning_encoder import LearningEncoder
from engine.segmentation.losses import decoder_loss
from engine.segmentation.outlines import redrawn
from engine.segmentation.predictor import CLEARLY_SURER
from engine.segmentation.prompts import (
    TOP_LEFT,
    Prompts,
    corrections,
    first_prompts,
    grid_target,
)

Floats: TypeAlias = NDArray[np.float32]
FAR_SLOWER = 8  # a product in bf16, without units for it


@dataclass(frozen=True, slots=True)
class Chain:
    """How long a step's chains of clicks are, and what its loss weighs: see decoder_loss."""

    clicks: int  # at the most
    surest_weight: float = 0.0
    iou_weight: float = 1.0


# What is kept of weights that knew everything a little, by whoever trains from these: a dozen
# images do not show all kinds of objects, and those that they lack keep what was known of them.
# After Wortsman et al. 2022, arXiv:2109.01903 (WiSE-FT), section 3.
PRETRAINED_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How a decoder is trained; a step takes 4 to 8 s of one core in bf16, a look at it 1.7.

    Chains and weights were found on nuclei.
    """

    steps: int = 120
    chains: tuple[Chain, ...] = (Chain(11, 0.25, 2.0), Chain(4, 0.5, 5.0), Chain(8, 0.5, 2.0))
    masks_per_step: int = 12
    learned_max: int = 4  # clicks of a chain that the loss is taken after; the first is one
    box_share: float = 0.2  # of first prompts
    centre_share: float = 0.5  # of points, at the centre of the error; the rest anywhere in it
    redrawn_share: float = 0.5  # of masks, tighter or looser from the second click on
    redrawn_most: float = 0.15  # of the root of their area
    lr: float = 4e-4
    warmup_share: float = 0.1
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    average_decay: float = 0.95  # EMA of the weights
    served_share: float = 0.0  # that the result keeps of the weights that training began from
    # Steps, half a minute of work; writing one takes a part of a second.
    checkpoint_every: int = 5
    precision: str = "auto"  # "bf16", "fp32", or by what this machine does faster
    seed: int = 0

    def chain_of(self, step: int) -> Chain:
        return self.chains[step % len(self.chains)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a step learns from."""

    seen: Floats  # (C, S, S): the embedding, or the features that the encoder's stage learns from
    targets: Floats  # (B, 256, 256), the share of a cell that a mask covers
    wanted: Floats  # the same, of what is asked for from the second click on
    rng: np.random.Generator  # for the clicks


class Trainer:
    """One training run; all that a step draws is a function of the seed and the step.

    Args:
        images: with masks; with their pixels, too, where there is an encoder.
        encoder: what made the embeddings, or what learns along. Each step shows it a view turned or
            mirrored, of which it makes another embedding: so few images teach more.

    Raises:
        ValueError: an image that is to be turned has no pixels.

    """

    def __init__(
        self,
        images: Sequence[AnnotatedImage],
        base: Path,
        config: TrainConfig,
        encoder: Encoder | LearningEncoder | None = None,
    ) -> None:
        self.config = config
        self.learning: LearningEncoder | None = None
        self.encode: Encode | None = None
        if isinstance(encoder, LearningEncoder):
            self.learning, self.encode = encoder, encoder.features
        elif encoder is not None:
            self.encode = encoder.encode
        self.images = images
        for image in images if self.encode else []:
            if image.load_pixels is None:
                raise ValueError(f"image {image.key} cannot be turned: it has no pixels")
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # Every round goes on from what serves, with all data so far: what its few minutes teach
        # adds up. Trained a second time on the same 60 images of nuclei a decoder took 3.1 clicks
        # to an IoU of 0.85 instead of 3.6, and AP75 rose from 0.67 to 0.69.
        stage = copy.deepcopy(self.learning.stage) if self.learning else None
        self.model = Learner(tuned_of(load_any(base)), stage).to(self.device).train()
        precision = choose_precision(config.precision, self.device)
        average = {name: value.detach().clone() for name, value in self.model.named_parameters()}
        self.served = copy.deepcopy(average) if config.served_share else {}
        optimizer = self.model.optimizer(config.lr, config.weight_decay)
        self.state = TrainerState(self.model, average, optimizer, precision)
        self.fingerprint = _fingerprint(images, base, config, encoder)
        self._ahead: Generator[tuple[int, Drawn]] | None = None

    def train_step(self) -> float:
        """Take one step and return its loss.

        Raises:
            TrainingDivergedError: see engine.divergence.

        """
        config, state = self.config, self.state
        drawn = self._next()
        for group in state.optimizer.param_groups:
            rate = config.lr * learning_rate(state.step, config.steps, config.warmup_share)
            group["lr"] = rate * group["share"]
        state.optimizer.zero_grad(set_to_none=True)
        loss = self._learn(drawn, config.chain_of(state.step))
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_norm)
        place = f"step {state.step + 1} of {config.steps}"
        check_finite(loss, float(norm), place)
        state.losses.append(loss)
        check_risen(state.losses, place)
        state.optimizer.step()
        state.step += 1
        self._average()
        return loss

    @torch.no_grad()
    def _average(self) -> None:
        """Move the EMA; early on it forgets faster, so the start leaves no trace."""
        step = self.state.step
        decay = min(self.config.average_decay, step / (step + 10))
        for name, value in self.model.named_parameters():
            self.state.average[name].lerp_(value, 1 - decay)

    def image_of(self, step: int) -> AnnotatedImage:
        return self.images[whose_turn(len(self.images), self.config.seed, step)]

    def _next(self) -> Drawn:
        """Read what this step learns from; that of the next one is read while this one learns."""
        if self._ahead is None:
            steps = range(self.state.step, self.config.steps)
            self._ahead = map_in_order(self._draw, steps, threads=1)
        return next(self._ahead)[1]

    def stop_reading(self) -> None:
        """Let go of what reads ahead, and so of the encoder: nothing else would for a while."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def _draw(self, step: int) -> Drawn:
        rng = np.random.default_rng([self.config.seed, step])
        image = self.image_of(step).drawn_view(rng)
        if self.learning is not None:
            image = image.seen_by(self.learning.features)
        if self.encode is not None:
            image = image.turned(int(rng.integers(TURNS)), self.encode)
        seen = np.asarray(image.load_embedding(), np.float32)
        targets = _targets(image, self.config.masks_per_step, rng)
        wanted = redrawn(
            targets,
            image.size_hw,
            share=self.config.redrawn_share,
            most=self.config.redrawn_most,
            rng=rng,
        )
        return Drawn(seen, targets, wanted, rng)

    def _learn(self, drawn: Drawn, chain: Chain) -> float:
        """Click through masks of one image; gradients are added up click by click.

        The first answer is judged by the masks as they are. Who clicks again may want them
        otherwise, and nothing but the clicks says so; who began with a box has said where they end.
        """
        config, rng = self.config, drawn.rng
        made = self.model.embed(torch.from_numpy(drawn.seen)[None].to(self.device))
        # Of its own, so that each click's graph goes with its click; the encoder's is used once.
        embedding = made.detach().requires_grad_(made.requires_grad)
        prompts = first_prompts(drawn.targets, rng, config.box_share, config.centre_share)
        is_box = prompts.labels[:, :1, None] == TOP_LEFT  # (B, 1, 1)
        wanted = np.where(is_box, drawn.targets, drawn.wanted)
        first_aim, aim = (
            torch.from_numpy(each).to(self.device) for each in (drawn.targets, wanted)
        )
        learned = learned_clicks(int(rng.integers(1, chain.clicks + 1)), config.learned_max, rng)
        previous: Tensor | None = None
        total = 0.0
        for click in range(learned[-1] + 1):
            is_learned = click in learned
            with torch.set_grad_enabled(is_learned):
                logits, iou = self._decode(embedding, prompts, previous)
            if is_learned:
                truth = aim if click else first_aim
                loss = decoder_loss(logits, iou, truth, chain.surest_weight, chain.iou_weight)
                loss = loss / len(learned)
                loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
                total += float(loss.detach())
            if click < learned[-1]:
                previous = chosen(logits.detach(), iou.detach(), prompts.labels)
                wrong = (previous[:, 0] > 0).cpu().numpy()
                prompts = prompts.add(*corrections(wanted, wrong, rng, config.centre_share))
        if embedding.grad is not None:
            made.backward(embedding.grad)  # type: ignore[no-untyped-call]  # torch leaves it so
        return total

    def _decode(
        self, embedding: Tensor, prompts: Prompts, previous: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        is_bf16 = self.state.precision == "bf16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=is_bf16):
            answer: tuple[Tensor, Tensor] = self.model.decoder(
                embedding.to(torch.bfloat16) if is_bf16 else embedding,
                torch.from_numpy(prompts.points).to(self.device),
                torch.from_numpy(prompts.labels).to(self.device),
                previous,
            )
        return answer

    @torch.no_grad()
    def result(self) -> Learner:
        """Return the model with its averaged weights, and its share of those that served."""
        for name, value in self.model.named_parameters():
            value.copy_(self.state.average[name])
            if self.served:
                value.lerp_(self.served[name], self.config.served_share)
        return self.model.cpu()


def learned_clicks(clicks: int, most: int, rng: np.random.Generator) -> list[int]:
    """Draw which clicks of a chain to learn from: the first, and others in order."""
    others = rng.permutation(clicks - 1)[: most - 1] + 1
    return [0, *sorted(others.tolist())]


def chosen(logits: Tensor, iou: Tensor, labels: Floats) -> Tensor:
    """The answer that the editor would show, (B, 1, H, W): see Prediction.best."""
    is_point = torch.from_numpy((labels >= 0).sum(axis=1) == 1).to(logits.device)
    surest = iou[:, 1:].max(dim=1)
    is_shown = is_point & (surest.values > iou[:, 0] + CLEARLY_SURER)
    best = torch.where(is_shown, 1 + surest.indices, 0)
    return logits[torch.arange(len(best), device=best.device), best].unsqueeze(1).float()


def learning_rate(step: int, steps: int, warmup_share: float) -> float:
    """Share of the peak: linear warm-up, then a half cosine to zero."""
    warmup = max(1, round(warmup_share * steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def choose_precision(wanted: str, device: torch.device) -> str:
    """Resolve "auto": bf16 wherever the machine has units for it.

    Products need not be faster in it: on two cores with AVX-512 and no tiles they take twice as
    long, and a step of training still 0.78 times, as there is half to read and write. A GPU without
    units emulates bf16, which torch takes for support if it is not told otherwise.
    """
    if wanted in {"bf16", "fp32"}:
        return wanted
    if wanted != "auto":
        raise ValueError(f"precision {wanted!r} is none of auto, bf16, fp32")
    if device.type == "cuda":
        is_supported = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bf16" if is_supported else "fp32"
    return "bf16" if has_bf16_units() else "fp32"


@cache
def has_bf16_units() -> bool:
    """Time one product of the decoder's commonest shape: without units it takes sixty times."""
    return _product_s(torch.bfloat16) < FAR_SLOWER * _product_s(torch.float32)


def _product_s(dtype: torch.dtype) -> float:
    a, b = torch.ones(1024, 256, dtype=dtype), torch.ones(256, 384, dtype=dtype)
    times = []
    for _ in range(4):
        started = time.perf_counter()
        _ = a @ b
        times.append(time.perf_counter() - started)
    return min(times)


def whose_turn(count: int, seed: int, step: int) -> int:
    """Whose turn of `count` it is: every image once in random order, then again in another."""
    order = np.random.default_rng([seed, count, step // count]).permutation(count)
    return int(order[step % count])


def _targets(image: AnnotatedImage, count: int, rng: np.random.Generator) -> Floats:
    masks = [mask for mask in image.masks if area(mask)]
    drawn = rng.permutation(len(masks))[:count]
    return np.stack([grid_target(masks[index]) for index in drawn])  # (B, 256, 256)


def _fingerprint(
    images: Sequence[AnnotatedImage],
    base: Path,
    config: TrainConfig,
    encoder: Encoder | LearningEncoder | None,
) -> str:
    def lines() -> Iterator[str]:
        yield file_digest(base)
        yield encoder.digest if encoder else ""
        yield "learns" if isinstance(encoder, LearningEncoder) else ""
        yield json.dumps(asdict(config), sort_keys=True)
        for image in images:
            windows = sorted(window.name for window in image.closer)
            yield " ".join([image.key, *(digest(mask) for mask in image.masks), *windows])

    return hashlib.sha256("\n".join(lines()).encode()).hexdigest()
