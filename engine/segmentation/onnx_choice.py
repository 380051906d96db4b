"""Two ONNX graphs of which one answers: that which was trained, on images that are familiar."""

from collections.abc import Sequence

import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn


def choosing(
    familiarity: nn.Linear,
    source: str,
    axes: Sequence[int],
    outputs: Sequence[str],
    tuned: onnx.GraphProto,
    base: onnx.GraphProto,
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Return nodes with their constants that end in an If.

    Args:
        familiarity: (C -> 1) logit of the mean of `source`, (1, C, ...), over `axes`.
        outputs: names of what comes out, in the order of both branches' outputs.
        tuned: the branch for familiar images; see `as_branch`.
        base: the branch for all others.

    """
    constants = {
        "gate_weight": familiarity.weight.detach().T,
        "gate_bias": familiarity.bias.detach(),
        "gate_zero": torch.zeros(1),
    }
    nodes = [
        helper.make_node("ReduceMean", [source], ["mean"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["mean", "gate_weight"], ["product"]),
        helper.make_node("Add", ["product", "gate_bias"], ["logit"]),
        helper.make_node("Greater", ["logit", "gate_zero"], ["greater"]),
        helper.make_node("Squeeze", ["greater"], ["is_familiar"]),
        helper.make_node("If", ["is_familiar"], outputs, then_branch=tuned, else_branch=base),
    ]
    return nodes, [
        numpy_helper.from_array(tensor.contiguous().numpy(), name)
        for name, tensor in constants.items()
    ]


def as_branch(graph: onnx.GraphProto) -> onnx.GraphProto:
    """Return a graph as a branch: it sees the graph around it by name."""
    branch = onnx.GraphProto()
    branch.CopyFrom(graph)
    del branch.input[:]
    for output in branch.output:  # a branch may not shadow the If's own names
        for node in branch.node:
            node.output[:] = [f"own_{o}" if o == output.name else o for o in node.output]
            node.input[:] = [f"own_{i}" if i == output.name else i for i in node.input]
        output.name = f"own_{output.name}"
    return branch
