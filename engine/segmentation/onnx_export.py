"""Export the mask decoder to the ONNX graph that workers and browsers run."""

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import onnx
import torch
from onnx import compose, helper
from torch import Tensor, nn

from engine.segmentation.adapted import AdaptedDecoder
from engine.segmentation.decoder import SamDecoder
from engine.segmentation.onnx_choice import as_branch, choosing
from engine.segmentation.onnx_decoder import Answering, GraphLook, Looking
from engine.segmentation.onnx_kernels import functions, opset_imports

GRAPH = 7  # counts what is exported: a new number makes installed weights be exported again
OPSET = 17
LOOK = tuple(f"look_{part}" for part in GraphLook._fields)
ANSWER = ("low_res_masks", "iou_predictions")
Dynamic: TypeAlias = Mapping[str, Mapping[int, str]]


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
    branches = as_branch(tuned.graph), as_branch(base.graph)
    names = [*ANSWER, *LOOK]
    nodes, constants = choosing(gate, "image_embeddings", [2, 3], names, *branches)
    outputs = list(tuned.graph.output)
    graph = helper.make_graph(nodes, "adapted", list(tuned.graph.input), outputs, constants)
    return _model(graph, tuned.ir_version)


def _export(decoder: SamDecoder, path: Path) -> None:
    """Write a plain decoder's graph; nothing is upscaled in it, so an image's size costs nothing.

    `look_*` is what the decoder sees of an image before any point: see GraphLook. Handed back as
    `known_look_*` it is not computed again; it holds as long as the embedding and the mask are
    the same.

    Shapes, all float32:
        image_embeddings: (1, 256, 64, 64).
        point_coords: (B, N, 2) in the 1024 frame; point_labels: (B, N).
        mask_input: (M, 1, 256, 256), M = B, or M = 1 where has_mask_input is 0: then the first
            layer's work on the image is shared by the B prompts.
        has_mask_input: (1,), 0 or 1.
        known_look_image and known_look_upscaled: (M, 4096, 256), known_look_key: (M, 8, 16, 4096),
            known_look_value: (M, 8, 4096, 16); M = 0 in all of them for none.
        low_res_masks: (B, 4, 256, 256) logits; iou_predictions: (B, 4).
        look_image, look_key, look_value, look_upscaled: like the known ones.
    """
    dim, side = decoder.mask_decoder.transformer_dim, decoder.prompt_encoder.image_embedding_size[0]
    embedding = torch.zeros(1, dim, side, side)
    mask = torch.zeros(2, 1, 4 * side, 4 * side)
    points, labels = torch.full((2, 3, 2), 512.0), torch.ones(2, 3)
    by_mask, by_prompt = {0: "masks"}, {0: "prompts", 1: "points"}
    with torch.no_grad():
        look = Looking(decoder)(embedding, mask, torch.ones(1))
    with tempfile.TemporaryDirectory() as scratch:
        looking = _trace(
            Looking(decoder),
            {"image_embeddings": embedding, "mask_input": mask, "has_mask_input": torch.ones(1)},
            [f"own_{name}" for name in LOOK],
            {"mask_input": by_mask, **{f"own_{name}": by_mask for name in LOOK}},
            Path(scratch) / "look.onnx",
        )
        answering = _trace(
            Answering(decoder),
            {**dict(zip(LOOK, look, strict=True)), "point_coords": points, "point_labels": labels},
            ANSWER,
            {
                **dict.fromkeys(LOOK, by_mask),
                "point_coords": by_prompt,
                "point_labels": by_prompt,
                **{name: {0: "prompts"} for name in ANSWER},
            },
            Path(scratch) / "answer.onnx",
        )
    onnx.save(_joined(looking.graph, answering.graph, looking.ir_version), path)


def _trace(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    dynamic: Dynamic,
    path: Path,
) -> onnx.ModelProto:
    with warnings.catch_warnings():
        # The tracing exporter is marked as old; its successor needs one package more, onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=dynamic,
        )
    return onnx.load(path)


def _joined(
    looking: onnx.GraphProto, answering: onnx.GraphProto, ir_version: int
) -> onnx.ModelProto:
    """Look at the image unless the look is known, then answer."""
    answering = compose.add_prefix_graph(
        answering, "answer_", rename_inputs=False, rename_outputs=False
    )
    looks = [each for each in answering.input if each.name in LOOK]
    known = [_renamed(look, f"known_{look.name}") for look in looks]
    passed_on = helper.make_graph(
        [helper.make_node("Identity", [f"known_{name}"], [f"same_{name}"]) for name in LOOK],
        "known",
        [],
        [_renamed(look, f"same_{look.name}") for look in looks],
    )
    nodes = [
        helper.make_node("Shape", [known[0].name], ["looks"], end=1),
        helper.make_node("Squeeze", ["looks"], ["count"]),
        helper.make_node("Cast", ["count"], ["is_known"], to=onnx.TensorProto.BOOL),
        helper.make_node(
            "If", ["is_known"], LOOK, then_branch=passed_on, else_branch=as_branch(looking)
        ),
        *answering.node,
    ]
    inputs = [*looking.input, *answering.input, *known]
    graph = helper.make_graph(
        nodes,
        "decoder",
        [each for each in inputs if each.name not in LOOK],
        [*answering.output, *looks],
        answering.initializer,
    )
    return _model(graph, ir_version)


def _model(graph: onnx.GraphProto, ir_version: int) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=opset_imports(OPSET), functions=functions(OPSET))
    model.ir_version = ir_version
    onnx.checker.check_model(model)
    return model


def _renamed(value: onnx.ValueInfoProto, name: str) -> onnx.ValueInfoProto:
    renamed = onnx.ValueInfoProto()
    renamed.CopyFrom(value)
    renamed.name = name
    return renamed
