"""An image encoder whose last stage learns together with the decoder.

All before that stage stays as it is: onnxruntime runs it. Images unlike those that were learned
from keep the stage of before, as they keep their decoder: see engine.segmentation.adapted.
"""

import math
import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor, nn

from engine.segmentation.encoder import Pixels, file_digest, preprocess
from engine.segmentation.onnx_choice import as_branch, choosing
from engine.segmentation.onnx_torch import GraphModule, constants_of

Features: TypeAlias = NDArray[np.float32]  # (C, S, S)

# What the last stage of TinyViT (arXiv:2207.10666) reads, as (1, C, S * S), in the graph that
# `python -m engine.weights` installs.
LAST_STAGE: Final = "/layers.2/downsample/Reshape_1_output_0"


class LearningStage(nn.Module):
    """The last stage: features in, an embedding out.

    Shapes:
        features: (1, C, S, S).
        returns: (1, C', S, S).
    """

    def __init__(self, graph: GraphModule) -> None:
        super().__init__()
        self.graph: GraphModule = graph

    def forward(self, features: Tensor) -> Tensor:
        embedding: Tensor = self.graph(features.flatten(2))
        return embedding


class LearningEncoder:
    """An encoder, read from a graph, with its last stage in torch.

    Raises:
        ValueError: the graph has no stage that is known to learn.

    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.digest = file_digest(path)
        self._model = _read(path)
        graph = self._model.graph
        self._front = _leading_to(graph.node, [LAST_STAGE], ())
        tuned, self._base = _choice(graph) or (_last_stage(graph), _last_stage(graph))
        constants, result = constants_of(graph) | constants_of(tuned), tuned.output[0].name
        self.stage = LearningStage(GraphModule(tuned.node, constants, LAST_STAGE, result))
        self._session = self._front_session(threads)

    def _front_session(self, threads: int) -> ort.InferenceSession:
        graph = self._model.graph
        front = helper.make_graph(
            self._front,
            "front",
            list(graph.input),
            [helper.make_tensor_value_info(LAST_STAGE, onnx.TensorProto.FLOAT, None)],
            [each for each in graph.initializer if each.name in _names(self._front)],
        )
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        model = self._like(front).SerializeToString()
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def features(self, pixels: Pixels) -> Features:
        """Return what the stage reads of (H, W, 3) RGB; threads may do so at once."""
        (tokens,) = self._session.run(None, {self._model.graph.input[0].name: preprocess(pixels)})
        side = math.isqrt(tokens.shape[-1])
        features: Features = tokens[0].reshape(-1, side, side)
        return features

    def export(
        self, stage: LearningStage | None, familiarity: nn.Linear | None, path: Path
    ) -> None:
        """Write an encoder with what a stage of this one has learned.

        Args:
            stage: a copy of this one's; None for its own.
            familiarity: (C -> 1) tells by the features' mean which images it is for; None for all.
            path: of the graph, as OnnxEncoder and this class read it.

        """
        graph, stage = self._model.graph, stage or self.stage
        tuned = onnx.GraphProto()
        tuned.CopyFrom(self._base)
        tuned.name = "tuned"
        del tuned.initializer[:]
        learned = [numpy_helper.from_array(value, name) for name, value in stage.graph.arrays()]
        result = graph.output[0].name
        if familiarity is None:
            nodes = [*tuned.node, helper.make_node("Identity", [tuned.output[0].name], [result])]
            constants = learned
        else:
            tuned.initializer.extend(learned)
            nodes, constants = choosing(familiarity, LAST_STAGE, [2], [result], tuned, self._base)
        used = _names([*self._front, *tuned.node]) - set(stage.graph.learned)
        kept = [each for each in graph.initializer if each.name in used]
        whole = helper.make_graph(
            [*self._front, *nodes],
            "encoder",
            list(graph.input),
            list(graph.output),
            [*kept, *constants],
        )
        model = self._like(whole)
        onnx.checker.check_model(model)
        onnx.save(model, path)

    def _like(self, graph: onnx.GraphProto) -> onnx.ModelProto:
        model = helper.make_model(graph, opset_imports=list(self._model.opset_import))
        model.ir_version = self._model.ir_version
        return model


def _read(path: Path) -> onnx.ModelProto:
    """Read a graph whose last stage can be told from the rest."""
    refused = ValueError(
        f"{path.name} is no encoder that can learn: it has no {LAST_STAGE!r}. Use the one that "
        "`python -m engine.weights` makes, or leave TRAIN_ENCODER out."
    )
    if path.suffix != ".onnx":
        raise refused
    model = onnx.load(path)
    if not any(LAST_STAGE in node.output for node in model.graph.node):
        raise refused
    return model if _choice(model.graph) else _simplified(model)


def _choice(graph: onnx.GraphProto) -> tuple[onnx.GraphProto, onnx.GraphProto] | None:
    """Return the learned stage and that of before, of a graph that `export` has written."""
    for node in graph.node:
        if node.op_type == "If" and node.output[0] == graph.output[0].name:
            branches = {each.name: each.g for each in node.attribute}
            return branches["then_branch"], branches["else_branch"]
    return None


def _last_stage(graph: onnx.GraphProto) -> onnx.GraphProto:
    """Return the last stage as a branch that holds its weights, and sees all else by name."""
    output = graph.output[0]
    nodes = _leading_to(graph.node, [output.name], [LAST_STAGE])
    module = GraphModule(nodes, constants_of(graph), LAST_STAGE, output.name)
    weights = [each for each in graph.initializer if each.name in module.learned]
    return as_branch(helper.make_graph(nodes, "base", [], [output], weights))


def _leading_to(
    nodes: Sequence[onnx.NodeProto], results: Collection[str], known: Collection[str]
) -> list[onnx.NodeProto]:
    """Choose the nodes that results need, where some of what they need is known."""
    needed, chosen = set(results), []
    for node in reversed(nodes):
        if needed.intersection(node.output) and not set(known).intersection(node.output):
            chosen.append(node)
            needed.update(node.input)
    return chosen[::-1]


def _names(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    return {name for node in nodes for name in node.input}


def _simplified(model: onnx.ModelProto) -> onnx.ModelProto:
    """Compute all that follows from the shape of one image, such as other shapes."""
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    del model.graph.value_info[:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simplified.onnx"
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(path)
        options.log_severity_level = 3
        ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return onnx.load(path)
