"""An encoder's last stage learns, and images of another kind are seen as before."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from engine.segmentation.encoder import OnnxEncoder
from engine.segmentation.learning_encoder import LearningEncoder, LearningStage
from engine.weights.paths import ModelPaths
from tests.engine.segmentation.tiny_encoder import DIM, WIDTH, write_tiny_encoder

Pixels = NDArray[np.uint8]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_tiny_encoder(tmp_path / "encoder.onnx")


def pixels(level: int, seed: int = 0) -> Pixels:
    noise = np.random.default_rng(seed).integers(0, 40, (60, 80, 3))
    return (noise + level).astype(np.uint8)


def embed(encoder: LearningEncoder, stage: LearningStage, image: Pixels) -> NDArray[np.float32]:
    with torch.no_grad():
        embedding = stage(torch.from_numpy(encoder.features(image))[None])
    answer: NDArray[np.float32] = embedding[0].numpy()
    return answer


def changed(stage: LearningStage) -> LearningStage:
    other = copy.deepcopy(stage)
    with torch.no_grad():
        for weight in other.parameters():
            weight.mul_(1.5)
    return other


def familiar_where_bright(encoder: LearningEncoder) -> nn.Linear:
    dark, bright = (encoder.features(pixels(level)).mean(axis=(1, 2)) for level in (0, 200))
    linear = nn.Linear(WIDTH, 1)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(bright - dark)[None])
        linear.bias.fill_(-float((bright - dark) @ (bright + dark)) / 2)
    return linear


def test_before_it_learns_the_stage_embeds_as_the_encoder_does(path: Path) -> None:
    encoder = LearningEncoder(path)

    embedding = embed(encoder, encoder.stage, pixels(100))

    assert embedding.shape == (DIM, 64, 64)
    np.testing.assert_allclose(embedding, OnnxEncoder(path).encode(pixels(100)), atol=1e-3)


def test_all_weights_of_the_stage_learn_and_no_number_or_shape(path: Path) -> None:
    stage = LearningEncoder(path).stage

    stage(torch.rand(1, WIDTH, 64, 64)).square().sum().backward()

    assert sorted(stage.graph.learned) == ["bias", "mix", "near", "scale"]
    assert all(weight.grad is not None and weight.grad.any() for weight in stage.parameters())


def test_what_was_learned_is_for_familiar_images_alone(path: Path, tmp_path: Path) -> None:
    encoder = LearningEncoder(path)
    stage = changed(encoder.stage)

    encoder.export(stage, familiar_where_bright(encoder), tmp_path / "learned.onnx")

    learned = OnnxEncoder(tmp_path / "learned.onnx")
    bright, dark = pixels(200), pixels(0)
    np.testing.assert_allclose(learned.encode(bright), embed(encoder, stage, bright), atol=1e-3)
    assert np.abs(learned.encode(bright) - OnnxEncoder(path).encode(bright)).max() > 0.1
    np.testing.assert_array_equal(learned.encode(dark), OnnxEncoder(path).encode(dark))
    assert learned.digest != encoder.digest


def test_it_learns_on_from_what_was_learned_and_keeps_the_stage_of_before(
    path: Path, tmp_path: Path
) -> None:
    first = LearningEncoder(path)
    stage, is_familiar = changed(first.stage), familiar_where_bright(first)
    first.export(stage, is_familiar, tmp_path / "first.onnx")

    second = LearningEncoder(tmp_path / "first.onnx")
    second.export(changed(second.stage), is_familiar, tmp_path / "second.onnx")

    for weight, known in zip(second.stage.parameters(), stage.parameters(), strict=True):
        assert torch.equal(weight, known)
    twice, image = OnnxEncoder(tmp_path / "second.onnx"), pixels(200)
    np.testing.assert_allclose(twice.encode(image), embed(first, changed(stage), image), atol=1e-3)
    np.testing.assert_array_equal(twice.encode(pixels(0)), OnnxEncoder(path).encode(pixels(0)))


def test_where_nothing_is_to_be_kept_there_is_one_stage_for_all_images(
    path: Path, tmp_path: Path
) -> None:
    encoder = LearningEncoder(path)
    stage = changed(encoder.stage)

    encoder.export(stage, None, tmp_path / "learned.onnx")

    for image in (pixels(0), pixels(200)):
        expected = embed(encoder, stage, image)
        embedding = OnnxEncoder(tmp_path / "learned.onnx").encode(image)
        np.testing.assert_allclose(embedding, expected, atol=1e-3)
    again = LearningEncoder(tmp_path / "learned.onnx")
    assert all(map(torch.equal, again.stage.parameters(), stage.parameters()))


def test_the_same_weights_are_the_same_encoder(path: Path, tmp_path: Path) -> None:
    digests = set()
    for name in ("a.onnx", "b.onnx"):
        encoder = LearningEncoder(path)
        encoder.export(encoder.stage, familiar_where_bright(encoder), tmp_path / name)
        digests.add(OnnxEncoder(tmp_path / name).digest)

    assert len(digests) == 1


@pytest.mark.parametrize("name", ["other.onnx", "other.pth"])
def test_an_encoder_of_another_kind_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    other = write_tiny_encoder(tmp_path / name, last_stage="elsewhere")

    with pytest.raises(ValueError, match=r"other\.\w+ is no encoder that can learn.*TRAIN_ENC"):
        LearningEncoder(other)


@pytest.mark.slow  # half a minute: twice through the encoder, and to its weights
def test_the_installed_encoder_can_learn(models: ModelPaths, coins_image: Pixels) -> None:
    encoder = LearningEncoder(models.encoder)

    embedding = encoder.stage(torch.from_numpy(encoder.features(coins_image))[None])
    embedding.square().mean().backward()

    expected = OnnxEncoder(models.encoder).encode(coins_image)
    np.testing.assert_allclose(embedding[0].detach().numpy(), expected, atol=1e-3)
    assert sum(weight.numel() for weight in encoder.stage.parameters()) == 3_193_108
    assert all(weight.grad is not None for weight in encoder.stage.parameters())
