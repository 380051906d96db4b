"""An image encoder of a few thousand weights, as a graph like those that are installed."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from engine.segmentation.learning_encoder import LAST_STAGE
from engine.segmentation.onnx_torch import Array

WIDTH, DIM = 8, 32


def write_tiny_encoder(path: Path, *, dim: int = DIM, last_stage: str = LAST_STAGE) -> Path:
    """Write a convolution, and a last stage that normalises, mixes channels and then neighbours."""
    rng = np.random.default_rng(0)

    def weight(*shape: int) -> NDArray[np.float32]:
        return rng.normal(size=shape, scale=0.1).astype(np.float32)

    constants: dict[str, Array] = {
        "patch": weight(WIDTH, 3, 16, 16),
        "tokens": np.array([0, WIDTH, -1], np.int64),
        "two": np.array(2, np.float32),
        "epsilon": np.array(1e-5, np.float32),
        "scale": 1 + weight(WIDTH),
        "mix": weight(WIDTH, dim),
        "bias": weight(dim),
        "grid": np.array([0, dim, 64, 64], np.int64),
        "near": weight(dim, 1, 3, 3),
    }
    nodes = [
        helper.make_node("Conv", ["input", "patch"], ["patches"], strides=[16, 16]),
        helper.make_node("Reshape", ["patches", "tokens"], [last_stage]),
        helper.make_node("Transpose", [last_stage], ["rows"], perm=[0, 2, 1]),
        helper.make_node("ReduceMean", ["rows"], ["mean"], axes=[-1], keepdims=1),
        helper.make_node("Sub", ["rows", "mean"], ["centred"]),
        helper.make_node("Pow", ["centred", "two"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["variance"], axes=[-1], keepdims=1),
        helper.make_node("Add", ["variance", "epsilon"], ["positive"]),
        helper.make_node("Sqrt", ["positive"], ["spread"]),
        helper.make_node("Div", ["centred", "spread"], ["normal"]),
        helper.make_node("Mul", ["normal", "scale"], ["scaled"]),
        helper.make_node("MatMul", ["scaled", "mix"], ["mixed"]),
        helper.make_node("Add", ["mixed", "bias"], ["moved"]),
        helper.make_node("Erf", ["moved"], ["bent"]),
        helper.make_node("Transpose", ["bent"], ["columns"], perm=[0, 2, 1]),
        helper.make_node("Reshape", ["columns", "grid"], ["map"]),
        helper.make_node(
            "Conv", ["map", "near"], ["output"], group=dim, pads=[1, 1, 1, 1], kernel_shape=[3, 3]
        ),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 1024, 1024])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", dim, 64, 64])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path
