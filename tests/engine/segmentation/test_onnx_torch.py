"""A graph in torch computes what the standard says of it."""

from typing import cast

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from engine.segmentation.onnx_torch import Array, GraphModule

FLOATS = np.random.default_rng(0).normal(size=(60,)).astype(np.float32)
CASES: dict[str, tuple[tuple[int, ...], list[onnx.NodeProto], dict[str, Array]]] = {
    "a product of matrices turned around": (
        (3, 4),
        [helper.make_node("Gemm", ["x", "a", "b"], ["y"], transA=1, transB=1, alpha=0.5, beta=2.0)],
        {"a": FLOATS[:15].reshape(5, 3), "b": FLOATS[:5]},
    ),
    "a product without anything added": (
        (4, 3),
        [helper.make_node("Gemm", ["x", "a"], ["y"])],
        {"a": FLOATS[:15].reshape(3, 5)},
    ),
    "padding, on each side another": (
        (1, 2, 3, 4),
        [helper.make_node("Pad", ["x", "pads"], ["y"], mode="constant")],
        {"pads": np.array([0, 1, 0, 2, 0, 0, 3, 1], np.int64)},
    ),
    "a part, cut where the axis ends": (
        (2, 5, 6),
        [helper.make_node("Slice", ["x", "starts", "ends", "axes", "steps"], ["y"])],
        {
            "starts": np.array([1, 0], np.int64),
            "ends": np.array([2**62, -1], np.int64),
            "axes": np.array([2, 1], np.int64),
            "steps": np.array([2, 1], np.int64),
        },
    ),
    "parts of several sizes": (
        (2, 5),
        [
            helper.make_node("Split", ["x"], ["left", "right"], axis=1, split=[3, 2]),
            helper.make_node("MatMul", ["left", "a"], ["part"]),
            helper.make_node("Softmax", ["part"], ["soft"], axis=1),
            helper.make_node("Div", ["soft", "right"], ["y"]),
        ],
        {"a": FLOATS[:6].reshape(3, 2)},
    ),
    "a shape that keeps a side": (
        (2, 3, 4),
        [helper.make_node("Reshape", ["x", "shape"], ["y"])],
        {"shape": np.array([0, -1], np.int64)},
    ),
    "a convolution, wide, in groups, padded on one side": (
        (1, 4, 7, 7),
        [
            helper.make_node(
                "Conv", ["x", "w", "b"], ["y"],
                group=2, pads=[1, 0, 2, 3], strides=[2, 1], dilations=[1, 2], kernel_shape=[3, 2],
            )
        ],
        {"w": FLOATS[:48].reshape(4, 2, 3, 2), "b": FLOATS[:4]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_computes_what_the_reference_does(case: str) -> None:
    shape, nodes, constants = CASES[case]
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)

    answer = GraphModule(nodes, constants, "x", "y")(torch.from_numpy(x))

    expected = reference(nodes, constants, x)
    np.testing.assert_allclose(answer.detach().numpy(), expected, rtol=1e-5, atol=1e-6)


def reference(
    nodes: list[onnx.NodeProto], constants: dict[str, Array], x: NDArray[np.float32]
) -> NDArray[np.float32]:
    graph = helper.make_graph(
        nodes,
        "case",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)])
    [answer] = cast("list[NDArray[np.float32]]", ReferenceEvaluator(model).run(None, {"x": x}))
    return answer


def test_an_operator_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="operators that cannot learn here: TopK"):
        GraphModule([helper.make_node("TopK", ["x"], ["y"])], {}, "x", "y")


def test_padding_by_what_lies_near_is_refused() -> None:
    module = GraphModule(
        [helper.make_node("Pad", ["x", "pads"], ["y"], mode="reflect")],
        {"pads": np.array([1, 1], np.int64)},
        "x",
        "y",
    )

    with pytest.raises(ValueError, match="reflect"):
        module(torch.zeros(3))
