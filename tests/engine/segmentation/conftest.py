"""A tiny random decoder built from Meta's classes, and the pretrained models of var/models."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.data import coins

from engine.segmentation.decoder import SamDecoder, build_decoder, save_decoder
from engine.segmentation.encoder import load_encoder
from engine.weights.paths import ModelPaths

DIM = 32  # the released decoder is 256 wide
ROOT = Path(__file__).parents[3]


def make_tiny_decoder() -> SamDecoder:
    torch.manual_seed(7)
    return build_decoder(dim=DIM, mlp_dim=64)


@pytest.fixture
def tiny_decoder() -> SamDecoder:
    return make_tiny_decoder()


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "base.safetensors"
    save_decoder(make_tiny_decoder(), path)
    return path


@pytest.fixture(scope="session")
def models() -> ModelPaths:
    """What `python -m engine.weights` makes; `make test` runs it first."""
    paths = ModelPaths(ROOT / "var" / "models")
    assert paths.sources.is_file(), "run `python -m engine.weights` first"
    return paths


@pytest.fixture(scope="session")
def coins_image() -> NDArray[np.uint8]:
    """24 coins on a dark ground, 303 x 384: (H, W, 3)."""
    return np.stack([coins()] * 3, axis=-1)  # type: ignore[no-untyped-call]  # no types


@pytest.fixture(scope="session")
def coins_embedding(models: ModelPaths, coins_image: NDArray[np.uint8]) -> NDArray[np.float16]:
    return load_encoder(models.encoder).encode(coins_image)
