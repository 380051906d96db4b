"""What a caption's proposal and a captioner's training cost, on the shared photographs."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import torch

from engine.captioning.backbone import Backbone
from engine.captioning.coco_folder import read_folder
from engine.captioning.items import DescribedImage, Look, Pixels
from engine.captioning.proposals import propose_captions
from engine.captioning.stored import load_captioner
from engine.captioning.training import CaptionConfig, StepReport, train_captioner
from engine.weights.paths import ModelPaths
from tests.bench.captions.sources import PHOTOS
from tests.bench.memory import measured_alone
from tests.bench.rows import Row

PROPOSED: Final = 6  # images
STEPS_BEFORE: Final = 4  # enough to write words; how long a text is follows from people's
MOST_PROPOSAL_S: Final = 5.0
TRAINED, CAPTIONS_EACH = 150, 5
MOST_TRAINING_S: Final = 20 * 60.0
MOST_MIB: Final = 6 * 1024.0


def measure_proposals(models: Path, threads: int) -> list[Row]:
    found = measured_alone(_propose, models, threads)
    return [
        Row(
            "a caption's proposal, from pixels to text: seconds an image",
            {**found, "threads": threads},
            f"{MOST_PROPOSAL_S} s, {MOST_MIB:.0f} MiB",
            float(str(found["seconds_an_image"])) <= MOST_PROPOSAL_S
            and float(str(found["peak_mib"])) <= MOST_MIB,
        )
    ]


def measure_training(models: Path, threads: int) -> list[Row]:
    found = measured_alone(_train, models, threads)
    return [
        Row(
            f"a captioner's training on {TRAINED} images with {CAPTIONS_EACH} captions each",
            {**found, "threads": threads},
            f"{MOST_TRAINING_S:.0f} s, {MOST_MIB:.0f} MiB",
            float(str(found["seconds"])) <= MOST_TRAINING_S
            and float(str(found["peak_mib"])) <= MOST_MIB,
        )
    ]


def _propose(models: Path, threads: int) -> dict[str, object]:
    torch.set_num_threads(threads)
    images = _images(models, cache=None)
    described, held_out = images[PROPOSED : 2 * PROPOSED], images[:PROPOSED]
    base = ModelPaths(models).language_model
    with TemporaryDirectory() as folder:
        config = replace(CaptionConfig(), steps=STEPS_BEFORE)
        captioner = load_captioner(_trained(described, config, base, Path(folder)), base)
        began = time.perf_counter()
        found = list(propose_captions(held_out, captioner=captioner, base=base))
        spent_s = time.perf_counter() - began
    words = sum(len(proposal.text.split()) for proposal in found)
    return {
        "images": len(found),
        "seconds_an_image": round(spent_s / len(found), 2),
        "words_an_image": round(words / len(found), 1),
    }


def _train(models: Path, threads: int) -> dict[str, object]:
    torch.set_num_threads(threads)
    with TemporaryDirectory() as folder:
        images = _images(models, cache=Path(folder) / "maps")
        described = [image for image in images if len(image.captions) >= CAPTIONS_EACH][:TRAINED]
        base = ModelPaths(models).language_model
        began = time.perf_counter()
        _trained(described, CaptionConfig(), base, Path(folder) / "run")
        spent_s = time.perf_counter() - began
    captions = sum(len(image.captions) for image in described)
    return {
        "images": len(described),
        "captions": captions,
        "steps": CaptionConfig().steps,
        "seconds": round(spent_s),  # reading the images' features among it, as in a round
    }


def _trained(
    images: Sequence[DescribedImage], config: CaptionConfig, base: Path, work: Path
) -> Path:
    return train_captioner(
        images,
        base=base,
        config=config,
        checkpoint_dir=work,
        on_step=_say_nothing,
        should_stop=lambda: False,
    )


def _say_nothing(_: StepReport) -> None:
    pass


def _images(models: Path, cache: Path | None) -> list[DescribedImage]:
    backbone = Backbone(ModelPaths(models).image_backbone)

    def encode(pixels: Pixels) -> Look:
        return backbone.look(backbone.encode(pixels))

    return read_folder(
        PHOTOS / "images", PHOTOS / "captions.json", [PHOTOS / "instances.json"], encode, cache
    )
