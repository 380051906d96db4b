"""Layer normalisation in an ONNX graph: as one kernel or in its parts, whichever is faster there.

In WebAssembly onnxruntime's kernel for all of it takes twice as long as the parts; over the tokens
of an image that is a tenth of a click. A native onnxruntime is faster by the kernel. So a graph
calls a function, SplitNorm, which is written out in the model and which `whole_norms` takes back.
"""

import onnx
from onnx import helper

NORMS_DOMAIN = "anneal"


def split_norm(opset: int) -> onnx.FunctionProto:
    """Layer normalisation over the last axis in its parts."""
    epsilon = helper.make_node("Constant", [], ["epsilon"])
    value = helper.make_attribute_ref("value_float", onnx.AttributeProto.FLOAT)
    value.ref_attr_name = "epsilon"
    epsilon.attribute.append(value)
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[-1]),
        helper.make_node("Sub", ["x", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "centred"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["variance"], axes=[-1]),
        epsilon,
        helper.make_node("Add", ["variance", "epsilon"], ["positive"]),
        helper.make_node("Sqrt", ["positive"], ["deviation"]),
        # A division here, and onnxruntime would join all of it to its one kernel again.
        helper.make_node("Reciprocal", ["deviation"], ["inverse"]),
        helper.make_node("Mul", ["centred", "inverse"], ["normal"]),
        helper.make_node("Mul", ["normal", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["y"]),
    ]
    opsets = [helper.make_opsetid("", opset)]
    inputs = ["x", "scale", "bias"]
    return helper.make_function(
        NORMS_DOMAIN, "SplitNorm", inputs, ["y"], nodes, opsets, ["epsilon"]
    )


def split_norms(graph: onnx.GraphProto, scales: tuple[str, ...]) -> None:
    """Let the norms whose scale has one of these endings call the function."""
    for node in graph.node:
        if node.op_type == "LayerNormalization" and node.input[1].endswith(scales):
            node.domain, node.op_type = NORMS_DOMAIN, "SplitNorm"
            kept = [each for each in node.attribute if each.name == "epsilon"]
            del node.attribute[:]
            node.attribute.extend(kept)


def whole_norms(model: onnx.ModelProto) -> onnx.ModelProto:
    """Put the one kernel back where the graph calls the function. Changes the model."""
    _whole_norms(model.graph)
    return model


def _whole_norms(graph: onnx.GraphProto) -> None:
    for node in graph.node:
        if node.domain == NORMS_DOMAIN and node.op_type == "SplitNorm":
            node.domain, node.op_type = "", "LayerNormalization"
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                _whole_norms(attribute.g)
