"""What each part of a round's training is worth: the same images, one part left out in turn.

And what it would be worth if the encoder learned as well. As in rounds, it is learned through the
windows that the true masks ask for, and measured through those that a row's head asks for itself.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from engine.acquisition.order import with_chosen
from engine.acquisition.spread import farthest_first, pooled, standardised
from engine.bundle import ENCODER, PROMPT_HEAD
from engine.map_in_order import map_in_order
from engine.segmentation.adapted import load_any
from engine.segmentation.clicked_objects import (
    MAX_CLICKS,
    ClickMetrics,
    ClickSummary,
    ObjectClicks,
    clicks_to_good,
    iou_at_one_click,
    paired_bootstrap,
    summarise,
)
from engine.segmentation.encoder import Encoder, file_digest
from engine.segmentation.evaluation import click_images, sample_masks
from engine.segmentation.items import OBJECTS_PER_IMAGE, AnnotatedImage
from engine.segmentation.learning_encoder import LearningEncoder
from engine.segmentation.object_finder import ObjectFinder, windows_asked
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.precision import ScoredImage, average_precision
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.prompt_head import export_prompt_head
from engine.segmentation.prompt_head_training import PromptHeadConfig, train_prompt_head
from engine.segmentation.proposals import ProposalConfig, propose
from engine.segmentation.thresholds import ENOUGH_IMAGES, fit_thresholds
from engine.segmentation.trainer import PRETRAINED_SHARE, TrainConfig
from engine.segmentation.training import train_decoder
from engine.whole_file import whole_file

LEFT_TO_CHANCE: Final = 5  # of so many images one, as a project's queue does
Show: TypeAlias = Callable[[int, int, str], None]  # done, total, what


@dataclass(frozen=True, slots=True)
class Parts:
    """What a training and its proposals are made of."""

    windows: bool = True
    gate: bool = True  # that leaves images of another kind to the base
    turns: bool = True  # of the images, and mirrors
    average: bool = True  # of the weights over the last steps
    kept: bool = True  # is a part of the weights that it begins from
    redrawn: bool = True  # are some masks, tighter or looser, from the second click on
    head: bool = True  # says where to prompt; a grid otherwise
    encoder: bool = False  # its last stage learns, too

    @property
    def name(self) -> str:
        """Name a folder for it."""
        return "-".join(part for part, is_there in asdict(self).items() if is_there)

    def seen(self, images: Sequence[AnnotatedImage]) -> list[AnnotatedImage]:
        """Return images as this looks at them."""
        return [each if self.windows else replace(each, closer={}) for each in images]

    def applied_to(self, config: TrainConfig) -> TrainConfig:
        """Return how it trains."""
        config = replace(config, served_share=PRETRAINED_SHARE if self.kept else 0.0)
        config = config if self.average else replace(config, average_decay=0.0)
        return config if self.redrawn else replace(config, redrawn_share=0.0)


ROWS: Final[Mapping[str, Parts]] = MappingProxyType({
    "all": Parts(),
    "no head": Parts(head=False),
    "no windows": Parts(windows=False),
    "no gate": Parts(gate=False),
    "no turns": Parts(turns=False),
    "no average": Parts(average=False),
    "none kept": Parts(kept=False),
    "none redrawn": Parts(redrawn=False),
    "encoder learns": Parts(encoder=True),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the table, of images that nothing was trained on."""

    row: str
    clicks: ClickSummary
    by_size: Mapping[str, ClickSummary]
    ap_50: float
    ap_75: float
    proposal_s: float  # an image
    also: ClickSummary | None  # of images of another kind
    objects: tuple[ObjectClicks, ...]  # that were clicked, but for those of another kind

    def against(self, other: "Score") -> dict[str, dict[str, float]]:
        """Compare it with another row on the same objects, as the gate compares two bundles.

        Returns:
            of IoU at one click, `miou_1`, and of clicks to an IoU of 0.85, `noc_85`, the mean of
            this minus the other and its 95 % interval over images: `mean`, `low` and `high`.

        """
        measures = {"miou_1": iou_at_one_click, "noc_85": clicks_to_good}
        return {
            name: paired_bootstrap(other.objects, self.objects, seed=0, measure=measure).as_json()
            for name, measure in measures.items()
        }


@dataclass(frozen=True, slots=True)
class Sides:
    """Images to learn from and images to be measured on, of which no group is on both sides."""

    train: Sequence[AnnotatedImage]
    holdout: Sequence[AnnotatedImage]
    also: Sequence[AnnotatedImage]  # of another kind


@dataclass(frozen=True, slots=True)
class Ablation:
    """What is trained on and measured.

    Args:
        sides: what is learned has the windows that its masks ask for, what is measured on has all.
        encoder: whose embeddings `sides` has, and its file.
        seen_by: gives the sides as an encoder sees them that has learned.

    """

    sides: Sides
    photos: Sequence[AnnotatedImage]
    encoder: Encoder
    encoder_path: Path
    seen_by: Callable[[Path], Sides]
    threads: int = 2

    def pretrained(self, decoder: Path, show: Show) -> Score:
        """Measure a decoder (ONNX) as it is, with a grid."""
        return self._score("pretrained", decoder, ProposalConfig(), None, self.sides, show)

    def train(
        self,
        row: str,
        *,
        base: Path,
        config: TrainConfig,
        head_config: PromptHeadConfig,
        work: Path,
        show: Show,
    ) -> Score:
        """Train from `base` (safetensors) as a row says, and measure it.

        What a call with the same arguments has left in `work` is not made again.
        """
        parts = ROWS[row]
        images = parts.seen(self.sides.train)
        made_of = _digest(images, file_digest(base), self.encoder.digest, config, head_config)
        folder = work / f"{replace(parts, head=True).name}-{made_of}"
        decoder, head = folder / "decoder.onnx", folder / PROMPT_HEAD
        if not decoder.is_file():
            weights = train_decoder(
                images,
                base=base,
                others=self.photos if parts.gate else [],
                config=parts.applied_to(config),
                checkpoint_dir=folder,
                on_step=lambda report: show(report.step, report.steps, "training"),
                should_stop=lambda: False,
                encoder=self._encoder_of(parts),
            )
            with whole_file(decoder) as scratch:
                export_decoder(load_any(weights), scratch)
        sides = self.seen_by(folder / ENCODER) if parts.encoder else self.sides
        images = parts.seen(sides.train)
        if parts.head and not head.is_file():
            found = train_prompt_head(
                images,
                config=head_config,
                on_step=lambda step, _: show(step, head_config.steps, "learning where objects are"),
                should_stop=lambda: False,
            )
            with whole_file(head) as scratch:
                export_prompt_head(found, scratch)
        finder = ObjectFinder(head) if parts.head else None
        fitted = fit_thresholds(
            images[:ENOUGH_IMAGES],
            OnnxPredictor(decoder),
            ProposalConfig(),
            finder,
            threads=self.threads,
            report=lambda done, total: show(done, total, "fitting thresholds"),
        )
        sides = replace(sides, holdout=parts.seen(sides.holdout), also=parts.seen(sides.also))
        return self._score(row, decoder, fitted, finder, sides, show)

    def _encoder_of(self, parts: Parts) -> Encoder | LearningEncoder | None:
        if parts.encoder:
            return LearningEncoder(self.encoder_path)
        return self.encoder if parts.turns else None

    def _score(
        self,
        row: str,
        decoder: Path,
        config: ProposalConfig,
        finder: ObjectFinder | None,
        sides: Sides,
        show: Show,
    ) -> Score:
        holdout = list(_in_use(sides.holdout, config, finder, show))
        clicked = self._clicked(decoder, holdout, show)
        scored, predictor = [], OnnxPredictor(decoder)

        def find(image: AnnotatedImage) -> ScoredImage:
            found = propose(image.seen(), predictor, config, finder=finder)
            sureness = [each.predicted_iou for each in found]
            return ScoredImage([each.rle for each in found], sureness, image.masks)

        started = time.monotonic()
        for _, each in map_in_order(find, holdout, threads=self.threads):
            scored.append(each)
            show(len(scored), len(holdout), "proposing")
        proposal_s = (time.monotonic() - started) / len(holdout)
        precision = average_precision(scored)
        others = list(_in_use(sides.also, config, finder, show))
        also = self._clicked(decoder, others, show).overall if others else None
        return Score(
            row,
            clicked.overall,
            clicked.by_size,
            precision.ap_50,
            precision.ap_75,
            proposal_s,
            also,
            clicked.per_object,
        )

    def _clicked(self, decoder: Path, images: Sequence[AnnotatedImage], show: Show) -> ClickMetrics:
        few = [replace(each, masks=sample_masks(each.masks, OBJECTS_PER_IMAGE)) for each in images]
        objects = []
        predictor = OnnxPredictor(decoder, threads=1)
        clicked = click_images(few, predictor, MAX_CLICKS, self.threads)
        for done, found in enumerate(clicked, start=1):
            objects.extend(found)
            show(done, len(few), "clicking")
        return summarise(objects, MAX_CLICKS)


def _in_use(
    images: Sequence[AnnotatedImage],
    config: ProposalConfig,
    finder: ObjectFinder | None,
    show: Show,
) -> Iterator[AnnotatedImage]:
    """Yield images as people get them: through the windows that the finder, if any, asks for."""
    heat_min, most = config.heat_min, config.boxes_max
    for done, image in enumerate(images):
        show(done, len(images), "looking closer")
        asked = windows_asked(image.seen(), finder, heat_min=heat_min, most=most) if finder else []
        yield image.with_windows(asked)


def _digest(
    images: Sequence[AnnotatedImage],
    base: str,
    encoder: str,
    config: TrainConfig,
    head: PromptHeadConfig,
) -> str:
    keys = [each.key for each in images]
    record = json.dumps([keys, base, encoder, asdict(config), asdict(head)], sort_keys=True)
    return hashlib.sha256(record.encode()).hexdigest()[:12]


def split(
    groups: Mapping[str, Sequence[AnnotatedImage]], *, train: int, holdout: int, seed: int
) -> tuple[list[AnnotatedImage], list[AnnotatedImage]]:
    """Draw images to hold out and order all others by chance; a group is on one side alone.

    Raises:
        ValueError: there are not so many to hold out, or others to train on.

    """
    names = sorted(groups, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).hexdigest())
    sides: dict[str, list[AnnotatedImage]] = {"holdout": [], "train": []}
    for name in names:
        side = "holdout" if len(sides["holdout"]) < holdout else "train"
        sides[side].extend(groups[name])
    if len(sides["holdout"]) < holdout or len(sides["train"]) < train:
        count = sum(map(len, groups.values()))
        raise ValueError(f"cannot draw {train} and {holdout} of {count} images with masks")
    return sides["train"], sides["holdout"][:holdout]


def spread(images: Sequence[AnnotatedImage], count: int) -> list[AnnotatedImage]:
    """Choose images as a project that takes the unlike ones first does, nothing known of errors."""
    points = [pooled(each.load_embedding(), each.size_hw) for each in images]
    standard = standardised(np.stack(points))
    every = range(len(images))
    kept = set(every[::LEFT_TO_CHANCE])
    free = [at for at in every if at not in kept]
    far = farthest_first(standard[free], standard[:0], np.ones(len(free)), count)
    return [images[at] for at in with_chosen(every, kept, [free[at] for at in far])[:count]]
