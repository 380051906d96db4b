"""Features of a mask are of what lies under it, seen closely, wherever it is."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from engine.captioning.backbone import WEIGHTS, Backbone, build_backbone
from engine.masks.rle import RLE, encode
from engine.verification.mask_features import SQUARE_PX, features_digest, mask_features


class ColourEye:
    """Sees the mean colour of each cell, and nothing else."""

    digest = "colour"

    def encode_square(self, square: NDArray[np.uint8]) -> NDArray[np.float32]:
        cell = SQUARE_PX // 5
        means = square.reshape(5, cell, 5, cell, 3).mean(axis=(1, 3))
        return np.asarray(means.transpose(2, 0, 1), np.float32)


def box(top: int, left: int, height: int, width: int) -> RLE:
    mask = np.zeros((120, 200), bool)
    mask[top : top + height, left : left + width] = True
    return encode(mask)


def picture() -> NDArray[np.uint8]:
    """Green, with a red field of 30 by 30 in its corner and a blue one far away."""
    pixels = np.zeros((120, 200, 3), np.uint8)
    pixels[..., 1] = 200
    pixels[:30, :30] = [200, 0, 0]
    pixels[60:90, 150:180] = [0, 0, 200]
    return pixels


def test_features_are_of_what_lies_under_the_mask() -> None:
    red = mask_features(picture(), box(0, 0, 30, 30), ColourEye())
    blue = mask_features(picture(), box(60, 150, 30, 30), ColourEye())

    assert (int(red.argmax()), int(blue.argmax())) == (0, 2)
    assert red.mean() == pytest.approx(0, abs=1e-5)
    assert red.std() == pytest.approx(1, abs=1e-3)


def test_a_mask_of_one_pixel_has_features_and_an_empty_one_has_none() -> None:
    assert np.isfinite(mask_features(picture(), box(119, 199, 1, 1), ColourEye())).all()
    with pytest.raises(ValueError, match="empty mask"):
        mask_features(picture(), box(5, 5, 0, 0), ColourEye())


def test_the_captioners_eye_sees_masks_and_its_weights_tell_the_features_apart(
    tmp_path: Path,
) -> None:
    eyes = []
    for seed in range(2):
        torch.manual_seed(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        save_file(build_backbone().state_dict(), folder / WEIGHTS)
        eyes.append(Backbone(folder))

    features = mask_features(picture(), box(0, 0, 30, 30), eyes[0])

    assert features.shape == (1280,)
    assert np.isfinite(features).all()
    assert features_digest(eyes[0]) != features_digest(eyes[1])
