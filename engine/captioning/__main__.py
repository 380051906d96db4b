"""The captioner without the web: train on described images, and say what each input is worth.

python -m engine.captioning --captions FILE --images DIR [--masks FILE ...] [--rows "masks" ...]

Prints one JSON object a row: baselines first, then a training for each row that is asked for.
Run again with the same --work, a killed run goes on.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

import torch
from tqdm import tqdm

from engine.captioning.backbone import Backbone
from engine.captioning.coco_folder import Encode, read_folder
from engine.captioning.experiment import ROWS, Experiment, Score, split
from engine.captioning.facts import Inputs
from engine.captioning.features import sam_map
from engine.captioning.items import Look, Pixels
from engine.captioning.training import CaptionConfig, StepReport
from engine.segmentation.encoder import load_encoder
from engine.weights.paths import ModelPaths

_PRESET = CaptionConfig()


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            work = options.work or Path(scratch)
            cache = work / f"looks-{options.eyes.replace(',', '-')}"
            encode = _encode(options)
            images = read_folder(options.images, options.captions, options.masks, encode, cache)
            _run(split(images, options.holdout, options.seed), options, work)
    except (ValueError, OSError) as error:
        print(f"captioning: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine.captioning",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--images", type=Path, required=True, help="folder of images")
    add("--captions", type=Path, required=True, help="COCO captions")
    add("--masks", type=Path, nargs="*", default=[], help="COCO instances of the same images")
    add("--rows", nargs="*", default=["image, masks"], choices=[*ROWS], metavar="ROW")
    add("--models", type=Path, default=Path("var/models"), help="what engine.weights made")
    add("--base", type=Path, help="another language or image-to-text model's folder")
    add("--eyes", default="lite0", help="lite0, sam, or both: lite0,sam")
    add("--holdout", type=int, default=28, help="images, of those with masks")
    add("--steps", type=int, default=_PRESET.steps)
    add("--samples", type=int, default=0, help="drawn besides, to choose by consensus")
    add("--without", nargs="*", default=[], choices=[*asdict(Inputs())], metavar="INPUT",
        help="inputs that a trained captioner does without, one at a time")  # fmt: skip
    add("--seed", type=int, default=0)
    add("--threads", type=int, help="torch's own number by default")
    add("--work", type=Path, help="keeps features and checkpoints")
    add("--show", action="store_true", help="print each caption, too")
    return parser


def _encode(options: argparse.Namespace) -> Encode:
    """Load the encoders that are asked for."""
    paths, eyes = ModelPaths(options.models), options.eyes.split(",")
    if not eyes or not set(eyes) <= {"lite0", "sam"}:
        raise ValueError(f"--eyes {options.eyes}: known are lite0 and sam")
    backbone = Backbone(_fetched(paths.image_backbone)) if "lite0" in eyes else None
    encoder = load_encoder(paths.encoder) if "sam" in eyes else None

    def encode(pixels: Pixels) -> Look:
        look = backbone.look(backbone.encode(pixels)) if backbone else Look([])
        if encoder is None:
            return look
        seen = sam_map(encoder.encode(pixels), (pixels.shape[0], pixels.shape[1]))
        return Look([*look.maps, seen], look.tags)

    return encode


def _fetched(folder: Path) -> Path:
    if not folder.is_dir():
        raise ValueError(f"{folder} is not there: run `python -m engine.weights --captions`")
    return folder


def _run(experiment: Experiment, options: argparse.Namespace, work: Path) -> None:
    base = options.base or _fetched(ModelPaths(options.models).language_model)
    config = replace(_PRESET, steps=options.steps, seed=options.seed)
    for score in experiment.baselines():
        _print(score, options)
    for row in options.rows:
        with tqdm(total=config.steps, desc=row, file=sys.stderr) as progress:
            folder = work / row.replace(", ", "-").replace(" ", "-")
            show = partial(_show, progress)
            captioner = experiment.train(row, base=base, config=config, work=folder, on_step=show)
        _print(experiment.measure(row, captioner, base=base), options)
        if options.samples:
            name = f"{row}; by consensus of {options.samples}"
            score = experiment.measure(name, captioner, base=base, samples=options.samples)
            _print(score, options)
        for name in options.without:
            what = f"{row}; without {name}"
            _print(experiment.measure(what, captioner, base=base, without=[name]), options)


def _show(progress: "tqdm[NoReturn]", report: StepReport) -> None:
    progress.update(report.step - progress.n)
    progress.set_postfix(loss=f"{report.loss:.3f}")


def _print(score: Score, options: argparse.Namespace) -> None:
    shown = asdict(score)
    if not options.show:
        shown.pop("captions")
    print(json.dumps({key: _short(value) for key, value in shown.items()}), flush=True)


def _short(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    sys.exit(main())
