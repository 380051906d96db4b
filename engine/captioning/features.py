"""Feature maps to the few tokens that a captioner reads: cells of a grid, and masks.

A map covers its image from edge to edge, whatever the image's shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # everybody's name for it

from engine.captioning.items import DescribedImage, FeatureMap, LabelledMask
from engine.masks.rle import area, bbox_xywh, decode
from engine.segmentation.frame import SIDE, scaled_size

PLACE: Final = 5  # numbers of a token's place: centre x, y, width, height, covered share

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SeenTokens:
    """What was seen, and where, in shares of the image's sides and of its area.

    Shapes:
        grid: (G, C) for G cells, row by row; grid_places: (G, 5).
        masks: (M, C), the largest first; mask_places: (M, 5).
        whole: (K,) of length one; images are alike when their product is near one.

    `tags` are names that a classifier would give the whole image.
    """

    grid: Tensor
    grid_places: Tensor
    masks: Tensor
    mask_places: Tensor
    whole: Tensor
    tags: Sequence[str] = ()


def see(image: DescribedImage, grid_side: int, mask_count: int) -> SeenTokens:
    """Pool an image's maps over a grid's cells and over its largest masks."""
    look = image.look()
    maps = [torch.from_numpy(np.asarray(one, np.float32)) for one in look.maps]
    if not maps or any(one.dim() != len("CHW") for one in maps):
        raise ValueError(f"image {image.key} needs maps of shape (C, h, w)")
    grid = [F.adaptive_avg_pool2d(one, grid_side).flatten(1).T for one in maps]
    masks = largest(image.masks, mask_count)
    whole = maps[0].mean(dim=(1, 2))
    return SeenTokens(
        _side_by_side(grid),
        _cells(grid_side),
        _side_by_side([_under(one, masks) for one in maps]),
        torch.tensor([_place(mask, image.size_hw) for mask in masks]).reshape(-1, PLACE),
        whole / whole.norm().clamp_min(1e-6),
        look.tags,
    )


def sam_map(embedding: FeatureMap, size_hw: tuple[int, int]) -> FeatureMap:
    """Cut the frame's padding off a SAM embedding, (256, 64, 64) to (256, h, w)."""
    cell = SIDE / embedding.shape[1]
    height, width = (max(1, round(side / cell)) for side in scaled_size(size_hw))
    return embedding[:, :height, :width]


def largest(masks: Sequence[LabelledMask], count: int) -> list[LabelledMask]:
    """Return the largest masks that are not empty, the largest first."""
    found = [(area(mask.rle), mask) for mask in masks]
    found = sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])
    return [mask for _, mask in found[:count]]


def _side_by_side(parts: Sequence[Tensor]) -> Tensor:
    """Join what encoders of different scale say of the same tokens: (T, C) of all."""
    return torch.cat([F.layer_norm(part, part.shape[1:]) for part in parts], dim=1)


def _under(one: Tensor, masks: Sequence[LabelledMask]) -> Tensor:
    """Mean of a map (C, h, w) under each mask, by how much of each cell it covers: (M, C)."""
    height, width = one.shape[1:]
    covered = torch.zeros(len(masks), height, width)
    for index, mask in enumerate(masks):
        pixels = torch.from_numpy(decode(mask.rle)).float()
        covered[index] = F.adaptive_avg_pool2d(pixels[None], (height, width))[0]
    weights = covered.flatten(1)  # (M, h * w)
    return (weights / weights.sum(dim=1, keepdim=True)) @ one.flatten(1).T


def _cells(side: int) -> Tensor:
    centre = (torch.arange(side) + 0.5) / side
    y, x = torch.meshgrid(centre, centre, indexing="ij")
    size = torch.full_like(x, 1 / side)
    return torch.stack([x, y, size, size, size * size], dim=-1).reshape(-1, PLACE)


def _place(mask: LabelledMask, size_hw: tuple[int, int]) -> list[float]:
    height, width = size_hw
    x, y, w, h = bbox_xywh(mask.rle)
    share = area(mask.rle) / (height * width)
    return [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height, share]
