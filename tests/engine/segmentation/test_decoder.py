"""Our order of the decoder's work gives Meta's answers, and trains."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import Tensor

from engine.segmentation.decoder import SamDecoder, load_decoder, save_decoder
from engine.segmentation.onnx_export import ANSWER, LOOK, export_decoder
from engine.segmentation.onnx_kernels import KERNELS_DOMAIN, for_workers
from engine.segmentation.predictor import no_look
from engine.weights.paths import ModelPaths


def prompts(dim: int, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """An embedding, `count` prompts of two points and their previous logits."""
    torch.manual_seed(1)
    labels = torch.tensor([[1.0, -1.0], [1.0, 0.0], [2.0, 3.0]]).repeat(count, 1)[:count]
    return (
        torch.randn(1, dim, 64, 64),
        torch.rand(count, 2, 2) * 1024,
        labels,
        torch.randn(count, 1, 256, 256),
    )


def meta(decoder: SamDecoder, embedding: Tensor, sparse: Tensor, dense: Tensor) -> list[Tensor]:
    """Run Meta's own forward pass on the same weights."""
    return list(
        decoder.mask_decoder.predict_masks(
            image_embeddings=embedding,
            image_pe=decoder.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
        )
    )


@pytest.mark.parametrize("with_mask", [False, True])
def test_answers_are_those_of_metas_forward_pass(tiny_decoder: SamDecoder, with_mask: bool) -> None:  # noqa: FBT001
    embedding, points, labels, mask = prompts(32, 3)
    encoder = tiny_decoder.prompt_encoder

    with torch.no_grad():
        ours = tiny_decoder(embedding, points, labels, mask if with_mask else None)
        dense = encoder.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(3, -1, 64, 64)
        dense = encoder.mask_downscaling(mask) if with_mask else dense
        theirs = meta(tiny_decoder, embedding, tiny_decoder.embed_points(points, labels), dense)

    assert ours[0].shape == (3, 4, 256, 256)
    assert ours[1].shape == (3, 4)
    for our, their in zip(ours, theirs, strict=True):
        torch.testing.assert_close(our, their, atol=1e-5, rtol=1e-5)


def test_point_embedding_is_that_of_metas_prompt_encoder(tiny_decoder: SamDecoder) -> None:
    _, points, _, _ = prompts(32, 2)
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0]])

    with torch.no_grad():
        theirs, _ = tiny_decoder.prompt_encoder((points, labels), None, None)  # pads by itself
        padded = torch.cat([points, torch.zeros(2, 1, 2)], dim=1)
        ours = tiny_decoder.embed_points(padded, torch.cat([labels, -torch.ones(2, 1)], dim=1))

    torch.testing.assert_close(ours, theirs)


def test_every_weight_learns(tiny_decoder: SamDecoder) -> None:
    embedding, points, labels, mask = prompts(32, 3)

    for previous in (None, mask):
        logits, iou = tiny_decoder(embedding, points, labels, previous)
        (logits.square().mean() + iou.square().mean()).backward()

    still = [name for name, value in tiny_decoder.named_parameters() if value.grad is None]
    # A bias of keys adds the same to each score of a query: the softmax takes it out.
    assert all(name.endswith("attn_token_to_image.k_proj.bias") for name in still), still


def test_saving_and_loading_changes_no_bit(tiny_decoder: SamDecoder, tmp_path: Path) -> None:
    save_decoder(tiny_decoder, tmp_path / "decoder.safetensors")

    loaded = load_decoder(tmp_path / "decoder.safetensors").state_dict()

    assert loaded.keys() == tiny_decoder.state_dict().keys()
    assert all(
        torch.equal(loaded[name], value) for name, value in tiny_decoder.state_dict().items()
    )


def test_weights_that_are_not_finite_are_never_written(
    tiny_decoder: SamDecoder, tmp_path: Path
) -> None:
    with torch.no_grad():
        tiny_decoder.mask_decoder.iou_token.weight[0, 0] = torch.nan

    with pytest.raises(ValueError, match=r"mask_decoder\.iou_token\.weight"):
        save_decoder(tiny_decoder, tmp_path / "decoder.safetensors")

    assert not (tmp_path / "decoder.safetensors").exists()


def check_export(
    decoder: SamDecoder, path: Path, dim: int, *, browsers: float, workers: float
) -> None:
    """Compare the graph as browsers run it, and as workers do, each with its tolerance."""
    export_decoder(decoder, path)
    models = (onnx.load(path), browsers), (for_workers(onnx.load(path)), workers)
    for model, tolerance in models:
        graph = model.SerializeToString()
        session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
        check_answers(session, decoder, dim, tolerance)


def check_answers(
    session: ort.InferenceSession, decoder: SamDecoder, dim: int, tolerance: float
) -> None:
    for count, masks in ((1, 1), (3, 1), (3, 3)):
        embedding, points, labels, mask = prompts(dim, count)
        has_mask = count == masks
        feed = {
            "image_embeddings": embedding.numpy(),
            "point_coords": points.numpy(),
            "point_labels": labels.numpy(),
            "mask_input": mask[:masks].numpy(),
            "has_mask_input": np.array([has_mask], np.float32),
            **no_look(session),
        }

        low_res, iou, *look = session.run(None, feed)
        known = {f"known_{name}": part for name, part in zip(LOOK, look, strict=True)}
        unread = 0 * feed["image_embeddings"]
        again = session.run(ANSWER, {**feed, "image_embeddings": unread, **known})

        with torch.no_grad():
            expected = decoder(embedding, points, labels, mask if has_mask else None)
        assert np.abs(low_res - expected[0].numpy()).max() < tolerance
        assert np.abs(iou - expected[1].numpy()).max() < tolerance
        assert np.array_equal(again[0], low_res)
        assert np.array_equal(again[1], iou)


def test_the_exported_graph_answers_as_torch_does(tiny_decoder: SamDecoder, tmp_path: Path) -> None:
    check_export(tiny_decoder, tmp_path / "decoder.onnx", 32, browsers=1e-3, workers=1e-4)


def test_only_a_browsers_graph_has_kernels_of_its_own(
    tiny_decoder: SamDecoder, tmp_path: Path
) -> None:
    export_decoder(tiny_decoder, tmp_path / "decoder.onnx")
    model = onnx.load(tmp_path / "decoder.onnx")

    own = {node.name: node.op_type for node in model.graph.node if node.domain == KERNELS_DOMAIN}
    for_workers(model)

    # The norms of the two layers and of the upscaling, and the latter's activations.
    assert sorted(own.values()) == ["CentredNorm"] + ["SplitNorm"] * 2 + ["TanhGelu"] * 2
    native = {node.name: node.op_type for node in model.graph.node if node.name in own}
    assert sorted(native.values()) == ["Gelu"] * 2 + ["LayerNormalization"] * 3


@pytest.mark.slow
def test_the_exported_pretrained_graph_answers_as_torch_does(
    models: ModelPaths, tmp_path: Path
) -> None:
    decoder = load_decoder(models.pretrained / "decoder.safetensors")

    check_export(decoder, tmp_path / "decoder.onnx", 256, browsers=0.1, workers=1e-3)
