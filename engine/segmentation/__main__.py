"""The engine without the web.

python -m engine.segmentation evaluate BUNDLE --coco FILE --images DIR [--json OUT]
python -m engine.segmentation propose BUNDLE --images DIR --out FILE
python -m engine.segmentation ablate BUNDLE --coco FILE --images DIR --work DIR [--rows ROW ...]
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from tqdm import tqdm

from engine.bundle import PROMPT_HEAD, BundleError, BundleManifest, read_bundle
from engine.datasets.coco import DatasetError, write_coco
from engine.media.images import DecodedImage, MediaError, decode_image
from engine.segmentation.ablation_command import ablate, add_arguments, encoder_path
from engine.segmentation.clicked_objects import summarise
from engine.segmentation.coco_folder import read_groups
from engine.segmentation.encoder import Encoder, load_encoder
from engine.segmentation.evaluation import click_images
from engine.segmentation.items import AnnotatedImage, Embedding, SeenImage
from engine.segmentation.object_finder import ObjectFinder
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import ProposalConfig, propose
from engine.segmentation.windows import Window, windows_of

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        manifest = read_bundle(options.bundle)
        encoder = _encoder_of(options, manifest)
        if options.command == "evaluate":
            _evaluate(options, encoder)
        elif options.command == "ablate":
            for row in ablate(options, encoder):
                print(json.dumps(row), flush=True)
        else:
            _propose(options, encoder, manifest)
    except (BundleError, DatasetError, ValueError, OSError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine.segmentation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    evaluate = commands.add_parser("evaluate", help="click every object and count")
    proposing = commands.add_parser("propose", help="write automatic masks as COCO JSON")
    ablating = commands.add_parser("ablate", help="train without each part in turn, and compare")
    add_arguments(ablating)
    for command in (evaluate, proposing, ablating):
        command.add_argument("bundle", type=Path, help="a bundle folder")
        command.add_argument("--images", type=Path, required=True, help="folder of images")
        command.add_argument(
            "--encoder", type=Path, help="default: encoder.onnx in the bundle, or beside it"
        )
    for command in (evaluate, proposing):
        command.add_argument("--max-images", type=int, default=None)
    for command in (evaluate, ablating):
        command.add_argument("--coco", type=Path, required=True, help="the truth")
        command.add_argument("--seed", type=int, default=0)
    evaluate.add_argument("--json", type=Path, help="write the figures, per object too")
    evaluate.add_argument("--per-image", type=int, default=5, help="objects of an image at most")
    evaluate.add_argument("--max-clicks", type=int, default=20)
    proposing.add_argument("--out", type=Path, required=True, help="COCO JSON file")
    proposing.add_argument("--points-per-side", type=int, default=ProposalConfig().points_per_side)
    return parser


def _encoder_of(options: argparse.Namespace, manifest: BundleManifest) -> Encoder:
    encoder = load_encoder(encoder_path(options))
    if encoder.digest != manifest.encoder_digest:
        raise ValueError(f"the bundle was trained for another encoder than {encoder.digest}")
    return encoder


def _evaluate(options: argparse.Namespace, encoder: Encoder) -> None:
    images = list(_annotated(options, encoder))
    predictor = OnnxPredictor(options.bundle / "decoder.onnx")
    clicked = click_images(images, predictor, options.max_clicks)
    progress = tqdm(clicked, total=len(images), desc="clicking", unit="image")
    metrics = summarise([one for objects in progress for one in objects], options.max_clicks)
    for name, summary in {"all": metrics.overall, **metrics.by_size}.items():
        figures = "  ".join(f"{key} {value:.3f}" for key, value in asdict(summary).items())
        print(f"{name:7} {figures}")
    if options.json:
        options.json.write_text(json.dumps(asdict(metrics), indent=1) + "\n")


def _annotated(options: argparse.Namespace, encoder: Encoder) -> Iterator[AnnotatedImage]:
    """Whole images of a COCO file with a few of their objects, embedded when they are clicked."""
    groups = read_groups(options.images, options.coco, encode=encoder.encode)
    images = [image for group in groups.values() for image in group]
    for image in images[: options.max_images]:
        chosen = list(image.masks)
        if len(chosen) > options.per_image:
            chosen = random.Random(f"{options.seed} {image.key}").sample(chosen, options.per_image)  # noqa: S311
        yield replace(image, masks=chosen, closer={})


def _propose(options: argparse.Namespace, encoder: Encoder, manifest: BundleManifest) -> None:
    predictor = OnnxPredictor(options.bundle / "decoder.onnx", threads=2)
    config = ProposalConfig().with_thresholds(manifest.thresholds)
    config = replace(config, points_per_side=options.points_per_side)
    has_head = PROMPT_HEAD in manifest.files
    finder = ObjectFinder(options.bundle / PROMPT_HEAD) if has_head else None
    paths = sorted(path for path in options.images.iterdir() if path.suffix.lower() in _SUFFIXES)
    images: list[Mapping[str, object]] = []
    annotations: list[Mapping[str, object]] = []
    for number, path in enumerate(tqdm(paths[: options.max_images], unit="image"), start=1):
        decoded = _decoded(path)
        if decoded is None:
            continue
        height, width = decoded.size_hw
        images.append({"id": number, "file_name": path.name, "height": height, "width": width})
        found = propose(_seen(decoded, encoder), predictor, config, finder=finder)
        annotations.extend(
            {
                "id": len(annotations) + offset,
                "image_id": number,
                "category_id": 1,
                "segmentation": one.rle,
                "predicted_iou": one.predicted_iou,
                "stability": one.stability,
            }
            for offset, one in enumerate(found, start=1)
        )
    with options.out.open("wb") as out:
        write_coco(
            out,
            info={"description": f"proposals of bundle {manifest.id}"},
            categories=[{"id": 1, "name": "object"}],
            images=images,
            annotations=annotations,
        )


def _seen(image: DecodedImage, encoder: Encoder) -> SeenImage:
    def look(window: Window) -> Embedding:
        return encoder.encode(window.crop(image.pixels))

    closer = {window: partial(look, window) for window in windows_of(image.size_hw)}
    return SeenImage(image.size_hw, encoder.encode(image.pixels), closer)


def _decoded(path: Path) -> DecodedImage | None:
    """One bad file does not stop the others."""
    try:
        return decode_image(path.read_bytes())
    except MediaError as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return None


if __name__ == "__main__":
    sys.exit(main())
