"""Proposals where a prompt head says to look, against a grid of points over the whole image.

And all that a prepare job does for an image with such a head, part by part.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import torch

from engine.bundle import PROMPT_HEAD
from engine.masks.rle import iou_matrix
from engine.segmentation.encoder import load_encoder
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import ProposalConfig, propose
from engine.weights.paths import ModelPaths
from tests.bench.inside import run_inside
from tests.bench.learning.nuclei import encoded_images, finder_taught_by
from tests.bench.memory import measured_alone
from tests.bench.rows import Row
from tests.stack import running_stack

TAUGHT_BY: Final = 24  # images
PROPOSED: Final = 6
GRID: Final = 32  # points a side, as Segment Anything's own generator has
MOST_SHARE: Final = 1 / 5
FOUND_IOU: Final = 0.5


def measure_proposing(models: Path, threads: int) -> list[Row]:
    with TemporaryDirectory(prefix="anneal-bench-") as folder:
        head = Path(folder) / PROMPT_HEAD
        found = measured_alone(_propose, models, threads, head)
        settings = {"MODELS_DIR": str(models.resolve()), "TORCH_THREADS": str(threads)}
        with running_stack(Path(folder) / "data", **settings) as stack:
            prepared = run_inside(
                stack, "learning.prepared_images", f"run({str(head)!r}, {PROPOSED})"
            )
    return [
        Row(
            f"proposals by a prompt head, against a grid of {GRID} x {GRID} points: time, recall",
            {**found, "threads": threads},
            f"{MOST_SHARE:.2f} of the time, no less recall at IoU {FOUND_IOU}",
            float(str(found["share_of_time"])) <= MOST_SHARE
            and float(str(found["recall"])) >= float(str(found["recall_by_grid"])),
        ),
        *(_prepared_row(when, figures, threads) for when, figures in prepared.items()),
    ]


def _prepared_row(when: str, figures: dict[str, Any], threads: int) -> Row:
    """Tell what a job did; its parts, in seconds of an image, run beside each other in threads."""
    what = f"what a prepare job does for an image, {when}: wall clock, and each part of it"
    a_day = round(24 * 3600 / figures["seconds_an_image"])
    return Row(what, {**figures, "a_day": a_day, "threads": threads}, "no goal", is_within=True)


def _propose(models: Path, threads: int, head: Path) -> dict[str, object]:
    torch.set_num_threads(threads)
    encoder = load_encoder(ModelPaths(models).encoder, threads=threads)
    images = encoded_images(encoder, TAUGHT_BY + PROPOSED)
    finder = finder_taught_by(images[PROPOSED:], head)
    predictor = OnnxPredictor(ModelPaths(models).pretrained / "decoder.onnx", threads)
    images, config = images[:PROPOSED], ProposalConfig()
    with_head = _measured(images, predictor, finder, config)
    by_grid = _measured(images, predictor, None, replace(config, points_per_side=GRID))
    by_own_grid = _measured(images, predictor, None, config)
    return {
        "images": PROPOSED,
        "seconds_an_image": round(with_head[0], 2),
        "seconds_by_grid": round(by_grid[0], 2),
        "share_of_time": round(with_head[0] / by_grid[0], 3),
        "recall": round(with_head[1], 3),
        "recall_by_grid": round(by_grid[1], 3),
        # The grid that the product proposes by as long as it has no head: a quarter of the points.
        "own_grid": config.points_per_side,
        "share_of_own_grid": round(with_head[0] / by_own_grid[0], 3),
        "recall_by_own_grid": round(by_own_grid[1], 3),
        "a_day": round(24 * 3600 / with_head[0]),  # images, by `propose` alone
    }


def _measured(
    images: Sequence[AnnotatedImage],
    predictor: OnnxPredictor,
    finder: ObjectFinder | None,
    config: ProposalConfig,
) -> tuple[float, float]:
    """Return seconds an image, and the share of objects that some proposal lies on."""
    began = time.perf_counter()
    found = [propose(image.seen(), predictor, config, finder=finder) for image in images]
    spent_s = time.perf_counter() - began
    closest = [
        iou_matrix(image.masks, [each.rle for each in proposals]).max(axis=1, initial=0)
        for image, proposals in zip(images, found, strict=True)
    ]
    return spent_s / len(images), float(np.mean(np.concatenate(closest) >= FOUND_IOU))
