"""The kernels of an ONNX graph that browsers and workers do not share.

In WebAssembly onnxruntime's one kernel for layer normalisation takes twice as long as the parts of
it, and GELU by the error function twice as long as by tanh; over the tokens of an image each is a
tenth of a click. Natively the one kernel is faster, and the exact GELU costs no more. So a graph
calls functions of a domain of ours: written out in the model they are what browsers run, and
`for_workers` puts native kernels in their place.
"""

from typing import TYPE_CHECKING, Final

import onnx
import torch
from onnx import helper
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everyone calls it

if TYPE_CHECKING:
    from torch.onnx._internal.torchscript_exporter.jit_utils import GraphContext

KERNELS_DOMAIN: Final = "anneal"
_MICROSOFT: Final = "com.microsoft"  # onnxruntime's own kernels
NATIVE: Final = {"SplitNorm": ("", "LayerNormalization"), "TanhGelu": (_MICROSOFT, "Gelu")}


class TanhGelu(nn.Module):
    """GELU; in a graph for browsers its approximation by tanh, off by 0.0005 at most.

    arXiv:1606.08415, section 2.
    """

    def forward(self, x: Tensor) -> Tensor:
        gelu: Tensor = _TanhGelu.apply(x)  # type: ignore[no-untyped-call]  # torch's own
        return gelu


class _TanhGelu(torch.autograd.Function):
    @staticmethod
    def forward(_context: object, x: Tensor) -> Tensor:
        return F.gelu(x)

    @staticmethod
    def symbolic(graph: "GraphContext", x: torch.Value) -> torch.Value:
        gelu: torch.Value = graph.op(f"{KERNELS_DOMAIN}::TanhGelu", x).setType(x.type())
        return gelu


def functions(opset: int) -> list[onnx.FunctionProto]:
    """Return the domain's functions, as browsers run them."""
    return [_split_norm(opset), _tanh_gelu(opset)]


def opset_imports(opset: int) -> list[onnx.OperatorSetIdProto]:
    versions = {"": opset, KERNELS_DOMAIN: 1, _MICROSOFT: 1}
    return [helper.make_opsetid(domain, version) for domain, version in versions.items()]


def _split_norm(opset: int) -> onnx.FunctionProto:
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
    inputs = ["x", "scale", "bias"]
    imports = opset_imports(opset)
    return helper.make_function(
        KERNELS_DOMAIN, "SplitNorm", inputs, ["y"], nodes, imports, ["epsilon"]
    )


def _tanh_gelu(opset: int) -> onnx.FunctionProto:
    node = helper.make_node("FastGelu", ["x"], ["y"], domain=_MICROSOFT)
    imports = opset_imports(opset)
    return helper.make_function(KERNELS_DOMAIN, "TanhGelu", ["x"], ["y"], [node], imports)


def split_norms(graph: onnx.GraphProto, scales: tuple[str, ...]) -> None:
    """Let the norms whose scale has one of these endings call the function."""
    for node in graph.node:
        if node.op_type == "LayerNormalization" and node.input[1].endswith(scales):
            node.domain, node.op_type = KERNELS_DOMAIN, "SplitNorm"
            kept = [each for each in node.attribute if each.name == "epsilon"]
            del node.attribute[:]
            node.attribute.extend(kept)


def for_workers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Put native kernels where the graph calls the functions. Changes the model."""
    _for_workers(model.graph)
    return model


def _for_workers(graph: onnx.GraphProto) -> None:
    for node in graph.node:
        if node.domain == KERNELS_DOMAIN:
            node.domain, node.op_type = NATIVE[node.op_type]
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                _for_workers(attribute.g)
