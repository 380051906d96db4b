"""Masks for benches, in numpy alone, so that programs of other tools can have the same."""

from typing import Final

import numpy as np
import numpy.typing as npt

SIZE_HW: Final = (512, 512)
MASKS: Final = 50  # of an image
LABELS: Final = ("cell", "nucleus", "debris")


def discs(count: int, size_hw: tuple[int, int], seed: int = 0) -> list[npt.NDArray[np.bool_]]:
    """Draw discs at random, 20 to 80 pixels wide on 512."""
    height, width = size_hw
    rng = np.random.default_rng(seed)
    y, x = np.ogrid[:height, :width]
    radii = rng.uniform(0.02, 0.08, count) * min(size_hw)
    centres = rng.uniform(0.1, 0.9, (count, 2)) * size_hw
    pairs = zip(centres, radii, strict=True)
    return [(y - cy) ** 2 + (x - cx) ** 2 < radius**2 for (cy, cx), radius in pairs]
