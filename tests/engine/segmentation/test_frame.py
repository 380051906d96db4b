"""Coordinates and logits go between the image and SAM's frame exactly as in Meta's code."""

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from engine.segmentation.frame import scale_of, scaled_size, to_frame, to_image, upscale_logits


@pytest.mark.parametrize("size_hw", [(256, 256), (366, 640), (1500, 1000), (33, 400), (1, 1)])
def test_upscaled_logits_are_those_of_metas_postprocessing(size_hw: tuple[int, int]) -> None:
    low_res = np.random.default_rng(0).normal(size=(2, 256, 256)).astype(np.float32)

    ours = upscale_logits(low_res, size_hw)

    height, width = scaled_size(size_hw)
    square = interpolate(torch.from_numpy(low_res)[None], (1024, 1024), mode="bilinear")
    theirs = interpolate(square[..., :height, :width], size_hw, mode="bilinear")[0]
    assert ours.shape == (2, *size_hw)
    assert np.abs(ours - theirs.numpy()).max() < 1e-4


def test_points_come_back_from_the_frame() -> None:
    points = np.array([[0.0, 0.0], [639.5, 365.5]])

    there = to_frame(points, (366, 640))

    assert scale_of((366, 640)) == 1.6
    assert there.max() <= 1024
    assert np.allclose(to_image(there, (366, 640)), points, atol=1e-4)
