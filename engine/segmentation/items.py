"""An image with its masks, as training and evaluation take it. Light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.masks.rle import RLE

Embedding: TypeAlias = NDArray[np.float16] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AnnotatedImage:
    """One image; its 2 MiB embedding is only read when it is needed."""

    key: str
    load_embedding: Callable[[], Embedding]  # (256, 64, 64)
    masks: Sequence[RLE]  # at image size
    size_hw: tuple[int, int]
