"""Everyday photos that a project's images are told apart from: see engine.segmentation.adapted.

They come with scikit-image and scikit-learn, so nothing is downloaded; what the encoder sees of
them is cached.
"""

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from skimage import data
from sklearn.datasets import load_sample_image

from engine.segmentation.encoder import Encoder
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.windows import Window, whole_of

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
WINDOWS = 2  # beside the whole photo, so that scenes appear at several scales
SHARES = (0.4, 0.7)  # of the photo's sides


def load_photos(cache: Path, encoder: Encoder, count: int = len(PHOTOS)) -> list[AnnotatedImage]:
    """Return the first photos with windows and without masks, embedding them at first use.

    All of them take half a minute on two cores, and 60 MB.
    """
    photos = list(_photos(PHOTOS[:count]))
    folder = cache / f"{encoder.digest[:16]}-{count}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=cache) as scratch:
            made = Path(scratch) / "photos"
            made.mkdir()
            for name, pixels, windows in photos:
                for window in windows:
                    np.save(_file(made, name, window), encoder.encode(window.crop(pixels)))
            try:
                made.replace(folder)
            except OSError:  # another worker may have been first
                if not folder.is_dir():
                    raise
    return [
        AnnotatedImage(
            key=f"photo/{name}",
            load_embedding=partial(np.load, _file(folder, name, whole)),
            masks=[],
            size_hw=(pixels.shape[0], pixels.shape[1]),
            closer={window: partial(np.load, _file(folder, name, window)) for window in parts},
            load_pixels=partial(np.asarray, pixels),
        )
        for name, pixels, (whole, *parts) in photos
    ]


def _file(folder: Path, name: str, window: Window) -> Path:
    return folder / f"{name}-{window.name}.npy"


def _photos(names: Sequence[str]) -> Iterator[tuple[str, Pixels, list[Window]]]:
    """Yield each photo, the window that is all of it and two more, the same ones at every call."""
    rng = np.random.default_rng(0)
    for name in names:
        pixels = _photo(name)
        height, width = pixels.shape[:2]
        windows = [whole_of((height, width))]
        for _ in range(WINDOWS):
            share = rng.uniform(*SHARES)
            part_h, part_w = int(height * share), int(width * share)
            top, left = int(rng.integers(height - part_h)), int(rng.integers(width - part_w))
            windows.append(Window(left, top, part_w, part_h))
        yield name, pixels, windows


def _photo(name: str) -> Pixels:
    if name in {"china", "flower"}:
        return np.asarray(load_sample_image(f"{name}.jpg"), np.uint8)
    if name == "motorcycle":
        return np.asarray(data.stereo_motorcycle()[0], np.uint8)  # type: ignore[no-untyped-call]  # no types
    pixels = getattr(data, name)()
    if pixels.ndim == len("HW"):
        pixels = np.stack([pixels] * 3, axis=-1)
    return np.asarray(pixels, np.uint8)
