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
NATIVE: Final = {
    "SplitNorm": ("", "LayerNormalization"),
    "CentredNorm": ("", "LayerNormalization"),
    "TanhGelu": (_MICROSOFT, "Gelu"),
}


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


def norm_and_scale(x: Tensor, norm: nn.LayerNorm) -> tuple[Tensor, Tensor]:
    """Normalise over the last axis; return 1 / std too, (..., 1)."""
    normal, scale = _SplitNorm.apply(x, norm.weight, norm.bias, norm.eps)  # type: ignore[no-untyped-call]
    return normal, scale


class _SplitNorm(torch.autograd.Function):
    @staticmethod
    def forward(
        _context: object, x: Tensor, scale: Tensor, bias: Tensor, epsilon: float
    ) -> tuple[Tensor, Tensor]:
        normal, _, inverse = torch.native_layer_norm(x, scale.shape, scale, bias, epsilon)
        return normal, inverse

    @staticmethod
    def symbolic(
        graph: "GraphContext", x: torch.Value, scale: torch.Value, bias: torch.Value, epsilon: float
    ) -> tuple[torch.Value, torch.Value]:
        normal, mean, inverse = graph.op(
            f"{KERNELS_DOMAIN}::SplitNorm", x, scale, bias, epsilon_f=epsilon, outputs=3
        )
        per_token = x.type().with_sizes([None, None, 1])
        for value, kind in ((normal, x.type()), (mean, per_token), (inverse, per_token)):
            value.setType(kind)
        return normal, inverse


def centred_norm(x: Tensor, norm: nn.LayerNorm) -> Tensor:
    """Normalise what has no mean over its last axis."""
    normal: Tensor = _CentredNorm.apply(x, norm.weight, norm.eps)  # type: ignore[no-untyped-call]
    return normal + norm.bias


class _CentredNorm(torch.autograd.Function):
    @staticmethod
    def forward(_context: object, x: Tensor, scale: Tensor, epsilon: float) -> Tensor:
        return F.layer_norm(x, scale.shape, scale, eps=epsilon)

    @staticmethod
    def symbolic(
        graph: "GraphContext", x: torch.Value, scale: torch.Value, epsilon: float
    ) -> torch.Value:
        normal: torch.Value = graph.op(
            f"{KERNELS_DOMAIN}::CentredNorm", x, scale, epsilon_f=epsilon
        ).setType(x.type())
        return normal


def functions(opset: int) -> list[onnx.FunctionProto]:
    """Return the domain's functions, as browsers run them."""
    return [_split_norm(opset), _centred_norm(opset), _tanh_gelu(opset)]


def opset_imports(opset: int) -> list[onnx.OperatorSetIdProto]:
    versions = {"": opset, KERNELS_DOMAIN: 1, _MICROSOFT: 1}
    return [helper.make_opsetid(domain, version) for domain, version in versions.items()]


def _split_norm(opset: int) -> onnx.FunctionProto:
    """ONNX's LayerNormalization over the last axis, all three outputs, in its parts."""
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[-1]),
        helper.make_node("Sub", ["x", "mean"], ["centred"]),
        *_scaled("centred", "scaled"),
        helper.make_node("Add", ["scaled", "bias"], ["y"]),
    ]
    outputs = ["y", "mean", "inverse"]
    imports = opset_imports(opset)
    return helper.make_function(
        KERNELS_DOMAIN, "SplitNorm", ["x", "scale", "bias"], outputs, nodes, imports, ["epsilon"]
    )


def _centred_norm(opset: int) -> onnx.FunctionProto:
    """The same without a bias, of what has no mean."""
    imports = opset_imports(opset)
    return helper.make_function(
        KERNELS_DOMAIN,
        "CentredNorm",
        ["x", "scale"],
        ["y"],
        _scaled("x", "y"),
        imports,
        ["epsilon"],
    )


def _scaled(centred: str, scaled: str) -> list[onnx.NodeProto]:
    """Divide by the standard deviation, and multiply by the scale."""
    epsilon = helper.make_node("Constant", [], ["epsilon"])
    value = helper.make_attribute_ref("value_float", onnx.AttributeProto.FLOAT)
    value.ref_attr_name = "epsilon"
    epsilon.attribute.append(value)
    return [
        helper.make_node("Mul", [centred, centred], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["variance"], axes=[-1]),
        epsilon,
        helper.make_node("Add", ["variance", "epsilon"], ["positive"]),
        helper.make_node("Sqrt", ["positive"], ["deviation"]),
        # A division here, and onnxruntime would join all of it to its one kernel again.
        helper.make_node("Reciprocal", ["deviation"], ["inverse"]),
        helper.make_node("Mul", [centred, "inverse"], ["normal"]),
        helper.make_node("Mul", ["normal", "scale"], [scaled]),
    ]


def _tanh_gelu(opset: int) -> onnx.FunctionProto:
    node = helper.make_node("FastGelu", ["x"], ["y"], domain=_MICROSOFT)
    imports = opset_imports(opset)
    return helper.make_function(KERNELS_DOMAIN, "TanhGelu", ["x"], ["y"], [node], imports)


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
