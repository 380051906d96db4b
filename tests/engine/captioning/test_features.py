"""Maps become tokens of the grid and of masks."""

import numpy as np
import pytest
import torch

from engine.captioning.features import sam_map, see
from engine.captioning.items import DescribedImage, FeatureMap, LabelledMask, Look
from tests.engine.captioning.tiny import mask, picture


def image_of(map_: FeatureMap, *masks: LabelledMask) -> DescribedImage:
    one = picture(0)
    return DescribedImage(one.key, one.size_hw, lambda: Look([map_]), one.load_pixels, masks)


def test_a_mask_gathers_what_lies_under_it_and_cells_what_lies_in_them() -> None:
    halves = np.zeros((2, 4, 4), np.float32)
    halves[0, :, :2], halves[1, :, 2:] = 1, 1  # left and right

    seen = see(image_of(halves, mask("left", 0, 0, 60, 50), mask("right", 0, 60, 30, 40)), 2, 8)

    assert seen.grid[:, 0].sign().tolist() == [1, -1, 1, -1]
    assert seen.masks[:, 0].sign().tolist() == [1, -1]
    assert seen.masks.std(dim=1, correction=0) == pytest.approx(torch.ones(2), abs=1e-2)


def test_places_are_shares_of_the_image() -> None:
    seen = see(image_of(np.ones((2, 4, 4), np.float32), mask(None, 0, 60, 30, 40)), 2, 8)

    assert seen.mask_places[0].tolist() == pytest.approx([0.8, 0.25, 0.4, 0.5, 0.2])
    assert seen.grid_places[1].tolist() == pytest.approx([0.75, 0.25, 0.5, 0.5, 0.25])


def test_the_largest_masks_are_taken_and_empty_ones_are_not() -> None:
    masks = [mask("small", 0, 0, 5, 5), mask("empty", 0, 0, 0, 0), mask("large", 0, 50, 60, 50)]
    image = image_of(np.ones((2, 4, 4), np.float32), *masks)

    assert see(image, 2, 1).mask_places[0, 0] == pytest.approx(0.75)
    assert see(image, 2, 8).masks.shape == (2, 2)
    assert see(picture(0), 2, 8).masks.shape == (0, 6)


def test_maps_of_two_encoders_lie_side_by_side() -> None:
    one = picture(0)
    maps: list[FeatureMap] = [
        np.ones((3, 4, 4), np.float32),
        np.ones((5, 16, 9), np.float16),
    ]
    both = DescribedImage(one.key, one.size_hw, lambda: Look(maps), one.load_pixels)

    assert see(both, 4, 8).grid.shape == (16, 8)


def test_the_padding_of_a_sam_embedding_is_cut_off() -> None:
    embedding = np.zeros((256, 64, 64), np.float16)

    assert sam_map(embedding, (480, 640)).shape == (256, 48, 64)
    assert sam_map(embedding, (10, 4000)).shape == (256, 1, 64)


def test_an_image_without_maps_is_named() -> None:
    one = picture(3)
    with pytest.raises(ValueError, match="picture-3 needs maps"):
        see(DescribedImage(one.key, one.size_hw, lambda: Look([]), one.load_pixels), 2, 8)
