"""`python -m engine.segmentation ablate`: what each part of a round's training is worth."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import torch
from tqdm import tqdm

from engine.bundle import ENCODER
from engine.segmentation.ablation import ROWS, Ablation, Score, Sides, split, spread
from engine.segmentation.coco_folder import read_groups
from engine.segmentation.encoder import Encoder, load_encoder
from engine.segmentation.items import AnnotatedImage, Encode
from engine.segmentation.photos import load_photos
from engine.segmentation.prompt_head_training import PromptHeadConfig
from engine.segmentation.trainer import TrainConfig
from engine.segmentation.windows import windows_of_masks

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


def ablate(options: argparse.Namespace, encoder: Encoder) -> Iterator[dict[str, object]]:
    """Yield each row as soon as it is known; half an hour or more on two cores.

    All but the first are compared with the first.

    Raises:
        DatasetError: a COCO file is not what it should be.
        ValueError: there are not so many images, or one is not in the folder.

    """
    sides = _sides(options, encoder)
    ablation = Ablation(
        sides,
        photos=load_photos(options.work / "photos", encoder),
        encoder=encoder,
        encoder_path=encoder_path(options),
        seen_by=partial(_seen_by, options, sides),
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
    first: Score | None = None
    for row in options.rows:
        with tqdm(desc=row, file=sys.stderr) as progress:
            show = partial(_show, progress)
            if row == PRETRAINED:
                score = ablation.pretrained(options.bundle / "decoder.onnx", show)
            else:
                score = train(row, show=show)
        first = first or score
        yield _told(score, first)


def _told(score: Score, first: Score) -> dict[str, object]:
    """Return a row of the table, without its single objects."""
    row = asdict(score)
    del row["objects"]
    return row | {"against_first": None if score is first else score.against(first)}


def encoder_path(options: argparse.Namespace) -> Path:
    """Return the encoder that was asked for, the bundle's own, or that beside the bundle."""
    own: Path = options.bundle / ENCODER
    path: Path = options.encoder or (own if own.is_file() else options.bundle.parent / ENCODER)
    return path


def _sides(options: argparse.Namespace, encoder: Encoder) -> Sides:
    seen = options.work / encoder.digest[:16]
    groups = read_groups(options.images, options.coco, encoder.encode, seen / "looks")
    others, holdout = split(groups, train=options.train, holdout=options.holdout, seed=options.seed)
    is_spread = options.choose == "spread"
    train = spread(others, options.train) if is_spread else others[: options.train]
    learned = list(map(_as_learned, train))
    return Sides(learned, holdout, _also(options, encoder.encode, seen))


def _seen_by(options: argparse.Namespace, sides: Sides, encoder: Path) -> Sides:
    """Return the same images as an encoder sees them that has learned; it is kept beside that."""
    encode, work = load_encoder(encoder, options.threads).encode, encoder.parent
    images = _images(options.images, options.coco, encode, work / "looks")
    known = {each.key: each for each in images}
    return Sides(
        [_as_learned(known[image.key]) for image in sides.train],
        [known[image.key] for image in sides.holdout],
        _also(options, encode, work),
    )


def _as_learned(image: AnnotatedImage) -> AnnotatedImage:
    """Return an image with the windows that rounds learn from."""
    return image.with_windows(windows_of_masks(image.masks, image.size_hw))


def _also(options: argparse.Namespace, encode: Encode, work: Path) -> list[AnnotatedImage]:
    if options.also is None:
        return []
    folder, coco = options.also
    return _images(folder, coco, encode, work / "also")[:MOST_ALSO]


def _images(folder: Path, coco: Path, encode: Encode, cache: Path) -> list[AnnotatedImage]:
    groups = read_groups(folder, coco, encode, cache)
    return [image for group in groups.values() for image in group]


def _show(progress: "tqdm[NoReturn]", done: int, total: int, what: str) -> None:
    progress.total, progress.n = total, done
    progress.set_postfix_str(what)
