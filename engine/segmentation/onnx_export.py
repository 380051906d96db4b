"""Export the mask decoder to the ONNX graph that workers and browsers run."""

import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from engine.segmentation.adapted import AdaptedDecoder
from engine.segmentation.decoder import SamDecoder

OPSET = 17
INPUTS = ("image_embeddings", "point_coords", "point_labels", "mask_input", "has_mask_input")
OUTPUTS = ("low_res_masks", "iou_predictions")


class _Exported(nn.Module):
    """The decoder with `has_mask_input` in place of None."""

    def __init__(self, decoder: SamDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self,
        image_embeddings: Tensor,
        point_coords: Tensor,
        point_labels: Tensor,
        mask_input: Tensor,
        has_mask_input: Tensor,
    ) -> tuple[Tensor, Tensor]:
        encoder = self.decoder.prompt_encoder
        no_mask = encoder.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask_input * encoder.mask_downscaling(mask_input)
        dense = dense + (1 - has_mask_input) * no_mask
        sparse = self.decoder.embed_points(point_coords, point_labels)
        return self.decoder.decode(image_embeddings, sparse, dense)


def export_decoder(decoder: SamDecoder | AdaptedDecoder, path: Path) -> None:
    """Write the graph of a plain decoder, or of an adapted one: the same inputs and outputs."""
    if isinstance(decoder, SamDecoder):
        _export(decoder, path)
        return
    with tempfile.TemporaryDirectory() as scratch:
        tuned, base = Path(scratch) / "tuned.onnx", Path(scratch) / "base.onnx"
        _export(decoder.tuned, tuned)
        _export(decoder.base, base)
        chosen = _choosing(onnx.load(tuned), onnx.load(base), decoder.familiarity)
    onnx.save(chosen, path)


def _choosing(tuned: onnx.ModelProto, base: onnx.ModelProto, gate: nn.Linear) -> onnx.ModelProto:
    """Put two graphs of the same inputs under an If; its branches see those inputs by name."""
    outputs = list(tuned.graph.output)
    weights = {"gate_weight": gate.weight.detach().T, "gate_bias": gate.bias.detach()}
    nodes = [
        helper.make_node("ReduceMean", ["image_embeddings"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "gate_weight"], ["product"]),
        helper.make_node("Add", ["product", "gate_bias"], ["logit"]),
        helper.make_node("Greater", ["logit", "gate_zero"], ["greater"]),
        helper.make_node("Squeeze", ["greater"], ["is_familiar"]),
        helper.make_node(
            "If",
            ["is_familiar"],
            list(OUTPUTS),
            then_branch=_as_branch(tuned.graph),
            else_branch=_as_branch(base.graph),
        ),
    ]
    constants = [
        numpy_helper.from_array(tensor.contiguous().numpy(), name)
        for name, tensor in {**weights, "gate_zero": torch.zeros(1)}.items()
    ]
    graph = helper.make_graph(nodes, "adapted", list(tuned.graph.input), outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = tuned.ir_version
    onnx.checker.check_model(model)
    return model


def _as_branch(graph: onnx.GraphProto) -> onnx.GraphProto:
    branch = onnx.GraphProto()
    branch.CopyFrom(graph)
    del branch.input[:]
    for output in branch.output:  # a branch may not shadow the If's own names
        for node in branch.node:
            node.output[:] = [f"own_{o}" if o == output.name else o for o in node.output]
            node.input[:] = [f"own_{i}" if i == output.name else i for i in node.input]
        output.name = f"own_{output.name}"
    return branch


def _export(decoder: SamDecoder, path: Path) -> None:
    """Write a plain decoder's graph; nothing is upscaled in it, so an image's size costs nothing.

    Shapes, all float32:
        image_embeddings: (1, 256, 64, 64).
        point_coords: (B, N, 2) in the 1024 frame; point_labels: (B, N).
        mask_input: (M, 1, 256, 256), M = B, or M = 1 where has_mask_input is 0: then the first
            layer's work on the image is shared by the B prompts.
        has_mask_input: (1,), 0 or 1.
        low_res_masks: (B, 4, 256, 256) logits; iou_predictions: (B, 4).
    """
    dim, side = decoder.mask_decoder.transformer_dim, decoder.prompt_encoder.image_embedding_size[0]
    example = (
        torch.zeros(1, dim, side, side),
        torch.full((2, 3, 2), 512.0),
        torch.ones(2, 3),
        torch.zeros(2, 1, 4 * side, 4 * side),
        torch.ones(1),
    )
    with warnings.catch_warnings():
        # The tracing exporter is marked as old; its successor needs one package more, onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Exported(decoder).eval(),
            example,
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={
                "point_coords": {0: "prompts", 1: "points"},
                "point_labels": {0: "prompts", 1: "points"},
                "mask_input": {0: "masks"},
                "low_res_masks": {0: "prompts"},
                "iou_predictions": {0: "prompts"},
            },
        )
