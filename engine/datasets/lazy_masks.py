"""An image's masks that are decoded when they are asked for: some, or all."""

from collections.abc import Sequence
from typing import overload

import numpy as np
import torch
from torch import Tensor

from engine.masks.rle import RLE, decode


class LazyMasks(Sequence[Tensor]):
    """Masks in the order of their objects, each a bool (H, W) tensor of its own.

    They stay encoded between processes, so that a worker hands them over in no time. Of an object
    that is a box alone the mask is empty.
    """

    def __init__(self, rles: Sequence[RLE | None], size_hw: tuple[int, int]) -> None:
        self.rles = tuple(rles)
        self.size_hw = size_hw

    def __len__(self) -> int:
        return len(self.rles)

    @overload
    def __getitem__(self, index: int) -> Tensor: ...
    @overload
    def __getitem__(self, index: slice) -> "LazyMasks": ...
    def __getitem__(self, index: int | slice) -> "Tensor | LazyMasks":
        if isinstance(index, slice):
            return LazyMasks(self.rles[index], self.size_hw)
        rle = self.rles[index]
        return (
            torch.zeros(self.size_hw, dtype=torch.bool)
            if rle is None
            else torch.from_numpy(decode(rle))
        )

    def decode(self) -> Tensor:
        """Decode all: bool (M, H, W)."""
        masks = np.zeros((len(self.rles), *self.size_hw), np.bool_)
        for mask, rle in zip(masks, self.rles, strict=True):
            if rle is not None:
                mask[:] = decode(rle)
        return torch.from_numpy(masks)
