"""The pictures of the demonstration: what installed packages carry, nothing downloaded.

Credits, as the packages state them. scikit-image: astronaut (NASA), rocket (SpaceX), public domain;
camera (Lav Varshney), chelsea (Stefan van der Walt), coffee (Rachel Michetti), cell, CC0; coins
(Brooklyn Museum) and ihc (CMMI), no known restrictions; motorcycle, Middlebury stereo
2014. scikit-learn: china (danielbuechele) and flower (vultilion), CC BY 2.0. stardist: nuclei and
their masks, CC0 (BBBC038).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from engine.masks.rle import RLE, encode


@dataclass(frozen=True, slots=True)
class Sample:
    """A project of the demonstration."""

    name: str
    description: str
    labels: tuple[tuple[str, str], ...]  # name, color
    pictures: tuple[tuple[str, str], ...]  # package, path inside it


PHOTOGRAPHS: Final = Sample(
    name="Photographs",
    description="Sample photographs of scikit-image and scikit-learn. The model knows such things: "
    "click on one, or accept what it proposes.",
    labels=(
        ("person", "#e64980"),
        ("animal", "#fd7e14"),
        ("vehicle", "#228be6"),
        ("building", "#7950f2"),
        ("plant", "#40c057"),
        ("coin", "#fab005"),
        ("thing", "#15aabf"),
    ),
    pictures=(
        ("skimage", "data/astronaut.png"),
        ("skimage", "data/chelsea.png"),
        ("skimage", "data/coffee.png"),
        ("skimage", "data/coins.png"),
        ("skimage", "data/motorcycle_left.png"),
        ("sklearn", "datasets/images/china.jpg"),
        ("skimage", "data/camera.png"),
        ("skimage", "data/rocket.jpg"),
        ("sklearn", "datasets/images/flower.jpg"),
    ),
)
NUCLEI: Final = Sample(
    name="Nuclei",
    description="Microscopy, where the pretrained model is weak. One image is finished, with 125 "
    "masks, so that there is something to retrain on.",
    labels=(("nucleus", "#12b886"), ("cell", "#be4bdb")),
    pictures=(("skimage", "data/ihc.png"), ("skimage", "data/cell.png")),
)


def picture_path(package: str, path: str) -> Path:
    """Find a package's file without importing the package, which would take seconds."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{package} is not installed")
    return Path(spec.origin).parent / path


def read_instances(path: Path) -> Iterator[RLE]:
    """Read a picture whose pixels hold an object's number, 0 for none."""
    with Image.open(path) as image:
        numbers = np.asarray(image)
    for number in np.unique(numbers[numbers > 0]):
        yield encode(numbers == number)
