"""A part of an ONNX graph as a torch module, so that its weights learn.

Only the operators that image encoders of transformers and convolutions are exported to, as the
standard defines them (https://onnx.ai/onnx/operators).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # as everyone calls it

Array: TypeAlias = NDArray[Any]
Attributes: TypeAlias = Mapping[str, Any]
# A whole-number input (a shape, a place) is an array: it is read on the CPU and never learns.
Inputs: TypeAlias = Sequence[Any]
Operator: TypeAlias = Callable[[Attributes, Inputs], Tensor | tuple[Tensor, ...]]


def _gemm(attributes: Attributes, inputs: Inputs) -> Tensor:
    a, b = inputs[:2]
    a = a.T if attributes.get("transA") else a
    b = b.T if attributes.get("transB") else b
    product: Tensor = attributes.get("alpha", 1.0) * (a @ b)
    return product + attributes.get("beta", 1.0) * inputs[2] if len(inputs) > 2 else product  # noqa: PLR2004


def _reshape(_: Attributes, inputs: Inputs) -> Tensor:
    x, wanted = inputs
    shape = [x.shape[at] if side == 0 else side for at, side in enumerate(wanted.tolist())]
    reshaped: Tensor = x.reshape(shape)
    return reshaped


def _pad(attributes: Attributes, inputs: Inputs) -> Tensor:
    if attributes.get("mode", b"constant") != b"constant":
        raise ValueError(f"padding of mode {attributes['mode']!r} is not known")
    before, after = np.split(inputs[1], 2)
    pairs = [side for pair in zip(before[::-1], after[::-1], strict=True) for side in pair]
    return F.pad(inputs[0], [int(side) for side in pairs])


def _slice(_: Attributes, inputs: Inputs) -> Tensor:
    x, starts, ends, *others = inputs
    axes = others[0] if others else np.arange(len(starts))
    steps = others[1] if len(others) > 1 else np.ones(len(starts), np.int64)
    places = [slice(None)] * x.dim()
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        places[axis] = slice(int(start), min(int(end), x.shape[axis]), int(step))
    part: Tensor = x[tuple(places)]
    return part


def _split(attributes: Attributes, inputs: Inputs) -> tuple[Tensor, ...]:
    sizes = attributes["split"] if "split" in attributes else inputs[1].tolist()
    parts: tuple[Tensor, ...] = inputs[0].split(list(sizes), dim=attributes.get("axis", 0))
    return parts


def _conv(attributes: Attributes, inputs: Inputs) -> Tensor:
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    return F.conv2d(
        F.pad(inputs[0], (left, right, top, bottom)),
        inputs[1],
        inputs[2] if len(inputs) > 2 else None,  # noqa: PLR2004
        stride=tuple(attributes.get("strides", (1, 1))),
        dilation=tuple(attributes.get("dilations", (1, 1))),
        groups=attributes.get("group", 1),
    )


def _mean(attributes: Attributes, inputs: Inputs) -> Tensor:
    mean: Tensor = inputs[0].mean(dim=attributes["axes"], keepdim=bool(attributes["keepdims"]))
    return mean


OPERATORS: Final[Mapping[str, Operator]] = {
    "Add": lambda _, x: x[0] + x[1],
    "Conv": _conv,
    "Div": lambda _, x: x[0] / x[1],
    "Erf": lambda _, x: torch.erf(x[0]),
    "Gemm": _gemm,
    "MatMul": lambda _, x: x[0] @ x[1],
    "Mul": lambda _, x: x[0] * x[1],
    "Pad": _pad,
    "Pow": lambda _, x: x[0] ** x[1],
    "ReduceMean": _mean,
    "Reshape": _reshape,
    "Slice": _slice,
    "Softmax": lambda attributes, x: x[0].softmax(dim=attributes.get("axis", -1)),
    "Split": _split,
    "Sqrt": lambda _, x: x[0].sqrt(),
    "Sub": lambda _, x: x[0] - x[1],
    "Transpose": lambda attributes, x: x[0].permute(*attributes["perm"]),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the graph."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Attributes


class GraphModule(nn.Module):
    """Nodes of a graph, run one after the other.

    What learns are all weights of more than one number.

    Args:
        nodes: in the order in which they are to be run.
        constants: weights, shapes and the like by their names; others may be among them.
        source: the name of what goes in.
        result: the name of what comes out.

    Raises:
        ValueError: there is an operator that is not known.

    """

    def __init__(
        self,
        nodes: Sequence[onnx.NodeProto],
        constants: Mapping[str, Array],
        source: str,
        result: str,
    ) -> None:
        super().__init__()
        unknown = {node.op_type for node in nodes} - OPERATORS.keys()
        if unknown:
            raise ValueError(f"operators that cannot learn here: {', '.join(sorted(unknown))}")
        self.steps = [_step(node) for node in nodes]
        self.source, self.result = source, result
        used = {name for step in self.steps for name in step.inputs}
        known = {name: value for name, value in constants.items() if name in used}
        self.learned = [name for name, value in known.items() if _is_weight(value)]
        self.weights = nn.ParameterList(
            nn.Parameter(torch.from_numpy(known[name].copy())) for name in self.learned
        )
        self.places = {n: value for n, value in known.items() if value.dtype != np.float32}
        self.numbers = [n for n in known if n not in self.places and n not in self.learned]
        for at, name in enumerate(self.numbers):
            value = torch.from_numpy(known[name].copy())
            self.register_buffer(f"number_{at}", value, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        values: dict[str, Any] = {
            self.source: x,
            **self.places,
            **dict(zip(self.learned, self.weights, strict=True)),
            **{name: getattr(self, f"number_{at}") for at, name in enumerate(self.numbers)},
        }
        for step in self.steps:
            answer = OPERATORS[step.operator](step.attributes, [values[n] for n in step.inputs])
            answers = answer if isinstance(answer, tuple) else (answer,)
            values.update(zip(step.outputs, answers, strict=True))
        result: Tensor = values[self.result]
        return result

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Yield what was learned by the names of the graph."""
        for name, weight in zip(self.learned, self.weights, strict=True):
            yield name, weight.detach().cpu().numpy()


def constants_of(graph: onnx.GraphProto) -> dict[str, Array]:
    """Return a graph's constants by their names."""
    return {each.name: numpy_helper.to_array(each) for each in graph.initializer}


def _is_weight(value: Array) -> bool:
    return value.dtype == np.float32 and value.size > 1


def _step(node: onnx.NodeProto) -> Step:
    attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    inputs = tuple(name for name in node.input if name)  # the last ones may be left out
    return Step(node.op_type, inputs, tuple(node.output), attributes)
