"""A trained decoder answers for images like its own, and the old one for all others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.masks.rle import encode
from engine.segmentation.adapted import AdaptedDecoder, fit_familiarity, load_any, save_any
from engine.segmentation.decoder import SamDecoder, build_decoder
from engine.segmentation.items import AnnotatedImage
from engine.segmentation.onnx_export import export_decoder
from engine.segmentation.predictor import no_look
from engine.segmentation.windows import Window

PROMPT = torch.tensor([[[400.0, 300.0], [0.0, 0.0]]]), torch.tensor([[1.0, -1.0]])


def image(kind: int, seed: int, hint: int = 0) -> AnnotatedImage:
    """An embedding whose channel `kind` is high all over, and `hint` half as high."""

    def embedding() -> NDArray[np.float16]:
        array = np.random.default_rng(seed).normal(size=(32, 64, 64)).astype(np.float16)
        array[kind] += 2
        array[hint] += 1 if hint else 0
        return array

    mask = np.zeros((256, 256), bool)
    mask[:9, :9] = True
    return AnnotatedImage(f"{kind}-{seed}", embedding, [encode(mask)], (256, 256))


def tensor(of: AnnotatedImage) -> Tensor:
    return torch.from_numpy(np.asarray(of.load_embedding(), np.float32))[None]


@pytest.fixture
def adapted(tiny_decoder: SamDecoder) -> AdaptedDecoder:
    torch.manual_seed(8)
    familiarity = fit_familiarity(
        [image(0, seed) for seed in range(4)], [image(1, seed) for seed in range(4)]
    )
    return AdaptedDecoder(tiny_decoder, build_decoder(dim=32, mlp_dim=64), familiarity).eval()


@torch.no_grad()
def test_images_like_those_trained_on_get_the_trained_answer_and_others_the_old(
    adapted: AdaptedDecoder,
) -> None:
    known, unknown = tensor(image(0, 99)), tensor(image(1, 99))

    assert torch.equal(adapted(known, *PROMPT)[0], adapted.tuned(known, *PROMPT)[0])
    assert torch.equal(adapted(unknown, *PROMPT)[0], adapted.base(unknown, *PROMPT)[0])


@torch.no_grad()
@pytest.mark.parametrize("kind", [0, 1])
def test_the_graph_chooses_as_the_network_does(
    adapted: AdaptedDecoder, tmp_path: Path, kind: int
) -> None:
    export_decoder(adapted, tmp_path / "decoder.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "decoder.onnx")
    embedding = tensor(image(kind, 99))

    masks, iou = session.run(
        ["low_res_masks", "iou_predictions"],
        {
            "image_embeddings": embedding.numpy(),
            "point_coords": PROMPT[0].numpy(),
            "point_labels": PROMPT[1].numpy(),
            "mask_input": np.zeros((1, 1, 256, 256), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            **no_look(session),
        },
    )

    expected = adapted(embedding, *PROMPT)
    np.testing.assert_allclose(masks, expected[0].numpy(), atol=1e-4)
    np.testing.assert_allclose(iou, expected[1].numpy(), atol=1e-4)


@torch.no_grad()
def test_it_comes_back_from_its_file_whole(adapted: AdaptedDecoder, tmp_path: Path) -> None:
    save_any(adapted, tmp_path / "decoder.safetensors")

    loaded = load_any(tmp_path / "decoder.safetensors")

    assert isinstance(loaded, AdaptedDecoder)
    for kind in (0, 1):
        embedding = tensor(image(kind, 99))
        assert torch.equal(loaded(embedding, *PROMPT)[0], adapted(embedding, *PROMPT)[0])


def test_most_of_a_projects_own_images_are_familiar_even_among_their_like() -> None:
    own, others = ([image(0, 50 * side + seed) for seed in range(30)] for side in (0, 1))

    familiarity = fit_familiarity(own[:20], others)

    with torch.no_grad():
        unseen = [float(familiarity(tensor(each).mean(dim=(2, 3)))) for each in own[20:]]
    assert np.mean([logit > 0 for logit in unseen]) >= 0.8


def test_what_is_seen_through_windows_is_familiar_as_well() -> None:
    window = Window(0, 0, 128, 128)

    def seen_closer(seed: int) -> AnnotatedImage:
        return replace(image(0, seed), closer={window: image(2, seed).load_embedding})

    own = [seen_closer(seed) for seed in range(8)]
    others = [image(1, seed, hint=2) for seed in range(8)]

    familiarity = fit_familiarity(own, others)

    assert all(logit > 0 for logit in logits(familiarity, 2))
    assert not any(logit > 0 for logit in logits(familiarity, 1))


@torch.no_grad()
def test_what_lies_between_a_projects_first_images_and_others_is_taken_for_the_projects() -> None:
    def bright(level: float) -> AnnotatedImage:
        array = np.zeros((32, 64, 64), np.float16)
        array[0] = level
        return AnnotatedImage(f"{level}", lambda: array, [], (256, 256))

    own = [bright(level) for level in np.linspace(1, 1.2, 8)]
    others = [bright(level) for level in np.linspace(-1, -0.6, 8)]

    familiarity = fit_familiarity(own, others)

    unseen = {level: tensor(bright(level)).mean(dim=(2, 3)) for level in (1.1, -0.1, -0.3, -0.9)}
    is_familiar = {level: bool(familiarity(mean) > 0) for level, mean in unseen.items()}
    assert is_familiar == {1.1: True, -0.1: True, -0.3: True, -0.9: False}


def logits(familiarity: nn.Linear, kind: int) -> list[float]:
    """Ask of ten images of a kind that were not learned from."""
    with torch.no_grad():
        return [
            float(familiarity(tensor(image(kind, 100 + seed)).mean(dim=(2, 3))))
            for seed in range(10)
        ]
