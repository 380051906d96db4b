"""Encoders see the image as SAM was trained to, and are known by their file."""

from pathlib import Path

import numpy as np
import pytest
import torch
from segment_anything.utils.transforms import ResizeLongestSide

from engine.segmentation import encoder as encoders
from engine.segmentation.encoder import (
    MEAN,
    STD,
    OnnxEncoder,
    SamEncoder,
    build_vit,
    file_digest,
    load_encoder,
    preprocess,
)
from engine.weights.paths import ModelPaths


def test_the_image_is_scaled_as_meta_scales_it_and_padded_with_zeros() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)

    out = preprocess(pixels)

    meta = (ResizeLongestSide(1024).apply_image(pixels) - MEAN) / STD
    assert out.shape == (1, 3, 1024, 1024)
    assert np.allclose(out[0, :, :576], meta.transpose(2, 0, 1), atol=1e-5)
    assert not out[0, :, 576:].any()


def test_a_checkpoint_of_metas_layout_loads_and_embeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(encoders._VITS, 32, (2, 2, (1,)))  # noqa: SLF001  # a width that fits a test
    torch.manual_seed(0)
    weights = {f"image_encoder.{n}": value for n, value in build_vit(32).state_dict().items()}
    weights["mask_decoder.iou_token.weight"] = torch.zeros(1, 256)
    torch.save(weights, tmp_path / "sam.pth")

    encoder = load_encoder(tmp_path / "sam.pth")
    embedding = encoder.encode(np.zeros((20, 30, 3), np.uint8))

    assert isinstance(encoder, SamEncoder)
    assert embedding.shape == (256, 64, 64)
    assert embedding.dtype == np.float16
    assert encoder.digest == file_digest(tmp_path / "sam.pth")


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "encoder.bin").write_bytes(b"")
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pth")

    with pytest.raises(ValueError, match=r"`python -m engine\.weights` makes the default one"):
        load_encoder(tmp_path / "missing.onnx")
    with pytest.raises(ValueError, match=r"neither \.onnx nor \.pth"):
        load_encoder(tmp_path / "encoder.bin")
    with pytest.raises(ValueError, match="has no image encoder"):
        load_encoder(tmp_path / "other.pth")
    with pytest.raises(ValueError, match="no SAM encoder is 100 wide"):
        build_vit(100)


@pytest.mark.slow
def test_the_pretrained_encoder_gives_the_same_embedding_twice(models: ModelPaths) -> None:
    encoder = OnnxEncoder(models.encoder, threads=1)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)

    embedding = encoder.encode(pixels)

    assert embedding.shape == (256, 64, 64)
    assert embedding.dtype == np.float16
    assert np.array_equal(embedding, encoder.encode(pixels))
