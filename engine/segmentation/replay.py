"""Photos that every round trains on beside its own images, so that nothing old is forgotten.

They come with scikit-image and scikit-learn, so nothing is downloaded; their masks are the base
decoder's own answers (self-distillation), found once and cached.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from skimage import data
from sklearn.datasets import load_sample_image

from engine.segmentation.encoder import Encoder, file_digest
from engine.segmentation.items import AnnotatedImage, SeenImage
from engine.segmentation.predictor import OnnxPredictor
from engine.segmentation.proposals import ProposalConfig, propose

Pixels: TypeAlias = NDArray[np.uint8]

PHOTOS = (
    "astronaut",
    "camera",
    "cat",
    "coffee",
    "coins",
    "rocket",
    "motorcycle",
    "china",
    "flower",
)
LAYOUT = 2  # of the cached files: a new number has them made anew
CROPS = 2  # beside the whole photo, so that scenes appear at several scales
CROP_SHARES = (0.4, 0.7)  # of the photo's sides
_CONFIG = ProposalConfig(
    points_per_side=7, predicted_iou_min=0.7, stability_min=0.7, min_area_px=64
)


def load_replay(
    cache: Path, encoder: Encoder, decoder_onnx: Path, photos: int = len(PHOTOS)
) -> list[AnnotatedImage]:
    """Return the first photos with their crops, making them at first use.

    All of them take about 2 minutes on two cores, and 80 MB.
    """
    name = f"{encoder.digest[:16]}-{file_digest(decoder_onnx)[:16]}-{photos}-{LAYOUT}"
    folder = cache / name
    if not (folder / "index.json").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=cache) as scratch:
            made = Path(scratch) / name
            made.mkdir()
            _make(made, PHOTOS[:photos], encoder, OnnxPredictor(decoder_onnx, threads=2))
            shutil.rmtree(folder, ignore_errors=True)
            made.replace(folder)
    return [
        AnnotatedImage(
            key=f"replay/{row['name']}",
            load_embedding=partial(np.load, folder / f"{row['name']}.npy"),
            masks=row["masks"],
            size_hw=(row["size_hw"][0], row["size_hw"][1]),
            load_pixels=partial(np.load, folder / f"{row['name']}-pixels.npy"),
        )
        for row in json.loads((folder / "index.json").read_text())
    ]


def _make(folder: Path, photos: Sequence[str], encoder: Encoder, predictor: OnnxPredictor) -> None:
    rows = []
    for name, pixels in _views(photos):
        size_hw = (pixels.shape[0], pixels.shape[1])
        embedding = encoder.encode(pixels)
        masks = [each.rle for each in propose(SeenImage(size_hw, embedding), predictor, _CONFIG)]
        if masks:
            np.save(folder / f"{name}.npy", embedding)
            np.save(folder / f"{name}-pixels.npy", pixels)
            rows.append({"name": name, "size_hw": size_hw, "masks": masks})
    (folder / "index.json").write_text(json.dumps(rows))


def _views(photos: Sequence[str]) -> Iterator[tuple[str, Pixels]]:
    """Each photo whole, then crops of it, the same ones at every call."""
    rng = np.random.default_rng(0)
    for name in photos:
        pixels = _photo(name)
        yield name, pixels
        height, width = pixels.shape[:2]
        for index in range(CROPS):
            share = rng.uniform(*CROP_SHARES)
            crop_h, crop_w = int(height * share), int(width * share)
            top, left = rng.integers(height - crop_h), rng.integers(width - crop_w)
            crop = pixels[top : top + crop_h, left : left + crop_w]
            yield f"{name}-{index}", np.ascontiguousarray(crop)


def _photo(name: str) -> Pixels:
    if name in {"china", "flower"}:
        return np.asarray(load_sample_image(f"{name}.jpg"), np.uint8)
    if name == "motorcycle":
        return np.asarray(data.stereo_motorcycle()[0], np.uint8)  # type: ignore[no-untyped-call]  # no types
    pixels = getattr(data, name)()
    if pixels.ndim == len("HW"):
        pixels = np.stack([pixels] * 3, axis=-1)
    return np.asarray(pixels, np.uint8)
