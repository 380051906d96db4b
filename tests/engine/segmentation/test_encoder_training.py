"""Decoder and encoder learn together, and a training that is killed goes on to the same bytes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from engine.masks.rle import encode
from engine.segmentation.adapted import AdaptedDecoder, load_any
from engine.segmentation.encoder import OnnxEncoder, file_digest
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.learning_encoder import LearningEncoder
from engine.segmentation.trainer import Chain, TrainConfig
from engine.segmentation.training import StepReport, TrainingCancelled, train_decoder
from engine.segmentation.windows import Window
from tests.engine.segmentation.tiny_encoder import write_tiny_encoder

pytestmark = pytest.mark.slow  # each trains for some steps

SHORT = TrainConfig(
    steps=4,
    masks_per_step=2,
    chains=(Chain(2), Chain(3)),
    learned_max=2,
    checkpoint_every=1,
    precision="fp32",
)
WINDOW = Window(0, 0, 128, 128)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_tiny_encoder(tmp_path / "encoder.onnx")


def unread() -> NDArray[np.float16]:
    raise AssertionError("embeddings of before are of no use to an encoder that learns")


def picture(seed: int, level: int) -> AnnotatedImage:
    """A bright square on a ground of some level."""
    pixels = np.random.default_rng(seed).integers(level, level + 30, (256, 256, 3)).astype(np.uint8)
    mask = np.zeros((256, 256), bool)
    mask[40:100, 30:90] = True
    pixels[mask] += 100
    closer = {WINDOW: unread}
    return AnnotatedImage(
        f"{seed}", unread, [encode(mask)], (256, 256), closer, load_pixels=lambda: pixels
    )


OWN, PHOTOS = [picture(0, 0), picture(1, 5)], [picture(2, 120), picture(3, 125)]


def train(
    folder: Path,
    base: Path,
    encoder: Path,
    *,
    config: TrainConfig = SHORT,
    others: list[AnnotatedImage] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_step: Callable[[StepReport], None] = lambda _: None,
) -> Path:
    return train_decoder(
        OWN,
        base=base,
        others=PHOTOS if others is None else others,
        config=config,
        checkpoint_dir=folder,
        on_step=on_step,
        should_stop=should_stop,
        encoder=LearningEncoder(encoder),
    )


def test_own_images_are_seen_by_what_was_learned_and_photos_as_before(
    tiny_weights: Path, encoder: Path, tmp_path: Path
) -> None:
    weights = train(tmp_path / "run", tiny_weights, encoder)

    before, after = OnnxEncoder(encoder), OnnxEncoder(tmp_path / "run" / "encoder.onnx")
    decoder = load_any(weights)
    assert isinstance(decoder, AdaptedDecoder)
    for image in OWN:
        embedding = image.seen_by(after.encode).load_embedding()
        assert np.abs(embedding - image.seen_by(before.encode).load_embedding()).max() > 0.001
        assert decoder.is_familiar(torch.from_numpy(embedding)[None])
    for photo in PHOTOS:
        embedding = photo.seen_by(after.encode).load_embedding()
        np.testing.assert_array_equal(embedding, photo.seen_by(before.encode).load_embedding())
        assert not decoder.is_familiar(torch.from_numpy(embedding)[None])


def test_a_stopped_training_goes_on_to_the_same_encoder(
    tiny_weights: Path, encoder: Path, tmp_path: Path
) -> None:
    whole = train(tmp_path / "whole", tiny_weights, encoder)
    steps: list[int] = []
    stopped = partial(train, tmp_path / "stopped", tiny_weights, encoder)
    with pytest.raises(TrainingCancelled):
        stopped(
            on_step=lambda report: steps.append(report.step), should_stop=lambda: len(steps) == 3
        )

    resumed = stopped()

    for name in ("decoder.safetensors", "encoder.onnx"):
        assert file_digest(resumed.with_name(name)) == file_digest(whole.with_name(name))


def test_without_photos_to_keep_there_is_one_encoder_and_one_decoder_for_all(
    tiny_weights: Path, encoder: Path, tmp_path: Path
) -> None:
    weights = train(tmp_path / "run", tiny_weights, encoder, others=[])

    assert not isinstance(load_any(weights), AdaptedDecoder)
    assert (tmp_path / "run" / "encoder.onnx").is_file()


def test_the_next_round_learns_on_from_the_encoder_of_the_last(
    tiny_weights: Path, encoder: Path, tmp_path: Path
) -> None:
    first = train(tmp_path / "first", tiny_weights, encoder)
    still = replace(SHORT, lr=0.0)
    second = train(tmp_path / "second", first, first.with_name("encoder.onnx"), config=still)

    before, known, kept = (
        [*LearningEncoder(path).stage.parameters()]
        for path in (encoder, first.with_name("encoder.onnx"), second.with_name("encoder.onnx"))
    )
    for installed, learned, same in zip(before, known, kept, strict=True):
        assert not torch.equal(installed, learned)
        torch.testing.assert_close(same, learned)


def test_images_without_pixels_are_named(tiny_weights: Path, encoder: Path, tmp_path: Path) -> None:
    blind = AnnotatedImage("blind", unread, OWN[0].masks, (256, 256))

    with pytest.raises(ValueError, match="of image blind there is an embedding alone"):
        train(tmp_path / "run", tiny_weights, encoder, others=[blind])
