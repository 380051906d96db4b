"""`python -m engine.segmentation ablate`: what each part of a round's training is worth."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import torch
from tqdm import tqdm

from engine.segmentation.ablation import ROWS, Ablation, Score, split, spread
from engine.segmentation.coco_folder import read_groups
from engine.segmentation.encoder import Encoder
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.prompt_head_training import PromptHeadConfig
from engine.segmentation.replay import load_replay
from engine.segmentation.trainer import TrainConfig

PRETRAINED: Final = "pretrained"  # a row that trains nothing
MOST_ALSO: Final = 100  # images, as a round's other sets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that no other command has."""
    add = parser.add_argument
    add("--rows", nargs="+", default=[*ROWS], choices=[PRETRAINED, *ROWS], metavar="ROW")
    add("--train", type=int, default=60, help="images")
    add("--choose", choices=["chance", "spread"], default="chance", help="which images")
    add("--holdout", type=int, default=30, help="images")
    add("--steps", type=int, default=TrainConfig().steps)
    add("--base", type=Path, help="weights to go on from; default: the bundle's")
    add("--also", type=Path, nargs=2, metavar=("DIR", "FILE"),
        help="images of another kind and their COCO file, to click on")  # fmt: skip
    add("--work", type=Path, required=True,
        help="keeps embeddings and weights: run again with it, a killed run goes on")  # fmt: skip
    add("--threads", type=int, default=2)


def ablate(options: argparse.Namespace, encoder: Encoder) -> Iterator[Score]:
    """Yield each row as soon as it is known; half an hour or more on two cores.

    Raises:
        DatasetError: a COCO file is not what it should be.
        ValueError: there are not so many images, or one is not in the folder.

    """
    groups = read_groups(options.images, options.coco, encoder.encode, options.work / "looks")
    others, holdout = split(groups, train=options.train, holdout=options.holdout, seed=options.seed)
    is_spread = options.choose == "spread"
    ablation = Ablation(
        spread(others, options.train) if is_spread else others[: options.train],
        holdout,
        also=_also(options, encoder),
        replay=load_replay(options.work / "replay", encoder, options.bundle / "decoder.onnx"),
        threads=options.threads,
    )
    torch.set_num_threads(options.threads)
    train = partial(
        ablation.train,
        base=options.base or options.bundle / "decoder.safetensors",
        config=TrainConfig(steps=options.steps, seed=options.seed),
        head_config=PromptHeadConfig(seed=options.seed),
        work=options.work / f"{options.choose}-{options.train}",
    )
    for row in options.rows:
        with tqdm(desc=row, file=sys.stderr) as progress:
            show = partial(_show, progress)
            if row == PRETRAINED:
                score = ablation.pretrained(options.bundle / "decoder.onnx", show)
            else:
                score = train(row, show=show)
        yield score


def _also(options: argparse.Namespace, encoder: Encoder) -> list[AnnotatedImage]:
    if options.also is None:
        return []
    folder, coco = options.also
    groups = read_groups(folder, coco, encoder.encode, options.work / "also")
    return [image for group in groups.values() for image in group][:MOST_ALSO]


def _show(progress: "tqdm[NoReturn]", done: int, total: int, what: str) -> None:
    progress.total, progress.n = total, done
    progress.set_postfix_str(what)
