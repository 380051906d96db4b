"""What a round holds of many images, beside one of few: small networks, so that it takes minutes.

All of a round runs in one process: it embeds, looks closer, trains, makes a bundle and judges it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import torch

from engine.segmentation.decoder import build_decoder
from engine.segmentation.encoder import file_digest
from tests.bench.inside import run_inside
from tests.bench.rows import Row
from tests.engine.segmentation.tiny_encoder import DIM, write_tiny_encoder
from tests.random_bundle import write_random_bundle
from tests.stack import running_stack

SIZES: Final = (20, 200)  # images, of which one in five is held out
STEPS: Final = 12
HEAD_STEPS: Final = 30
BOXES: Final = 16  # of a look: a head of so few steps finds objects all over
FLAT: Final = 1.1


def measure_memory() -> list[Row]:
    with TemporaryDirectory(prefix="anneal-bench-") as folder:
        models = Path(folder) / "models"
        models.mkdir()
        encoder = write_tiny_encoder(models / "encoder.onnx")
        torch.manual_seed(0)
        decoder = build_decoder(dim=DIM, mlp_dim=64)
        settings = {
            "MODELS_DIR": models,
            "SAM_ENCODER": encoder,
            "PRETRAINED_BUNDLE": write_random_bundle(
                models, decoder, file_digest(encoder), boxes_max=BOXES
            ),
            "TRAIN_STEPS": STEPS,
            "TRAIN_HEAD_STEPS": HEAD_STEPS,
            "TRAIN_PHOTOS": 1,
        }
        told = {name: str(value) for name, value in settings.items()}
        with running_stack(Path(folder) / "data", **told) as stack:
            few, many = (run_inside(stack, "learning.tiny_round", f"run({size})") for size in SIZES)
    ratio = many["peak_mib"] / few["peak_mib"]
    grown_kib = 1024 * (many["peak_mib"] - few["peak_mib"]) / (SIZES[1] - SIZES[0])
    figures = {
        "images": list(SIZES),
        "masks": [each["masks"] for each in (few, many)],
        "peak_mib": [each["peak_mib"] for each in (few, many)],
        "ratio": round(ratio, 3),
        "kib_an_image": round(grown_kib, 1),
        "seconds": [each["seconds"] for each in (few, many)],
    }
    what = f"memory of a round of {SIZES[1]} images, beside one of {SIZES[0]}, tiny networks"
    return [Row(what, figures, f"{FLAT} times", ratio <= FLAT)]
