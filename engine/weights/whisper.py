"""Turn a CTranslate2 model of Whisper back into a checkpoint that `whisper.load_model` reads."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Arrays: TypeAlias = dict[str, NDArray[np.generic]]
Named: TypeAlias = tuple[str, NDArray[np.generic]]

_DTYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)  # by the format's code
_NORM = {"gamma": "weight", "beta": "bias"}


def checkpoint_from_ctranslate2(path: Path) -> dict[str, dict[str, int] | dict[str, Tensor]]:
    """Read `model.bin` and name its tensors as OpenAI's code does; no value is changed.

    Raises:
        ValueError: not a Whisper model of the known format.

    """
    arrays = read_model(path)
    state = {
        name: torch.from_numpy(np.array(array))
        for stack in ("encoder", "decoder")
        for name, array in _stack(arrays, stack)
    }
    return {"dims": _dimensions(arrays), "model_state_dict": state}


def read_model(path: Path) -> Arrays:
    """Read CTranslate2's binary, little-endian format, aliases left out."""
    reader = _Reader(path.read_bytes())
    reader.number("I")  # format version
    if (spec := reader.string()) != "WhisperSpec":
        raise ValueError(f"{path} holds a {spec!r}, not a WhisperSpec")
    reader.number("I")  # revision of the spec
    arrays: Arrays = {}
    for _ in range(reader.number("I")):
        name = reader.string()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        dtype = _DTYPES[reader.number("B")]
        arrays[name] = np.frombuffer(reader.take(reader.number("I")), dtype).reshape(shape)
    return arrays


@dataclass
class _Reader:
    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise ValueError(f"the model ends at byte {len(self.data)}, in the middle of a tensor")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, kind: str) -> int:
        return int(struct.unpack(f"<{kind}", self.take(struct.calcsize(kind)))[0])

    def string(self) -> str:
        return self.take(self.number("H")).rstrip(b"\0").decode()


def _dimensions(arrays: Arrays) -> dict[str, int]:
    state, mels, _ = arrays["encoder/conv1/weight"].shape
    vocabulary, text_state = arrays["decoder/embeddings/weight"].shape
    return {
        "n_mels": mels,
        "n_audio_ctx": arrays["encoder/position_encodings/encodings"].shape[0],
        "n_audio_state": state,
        "n_audio_head": int(arrays["encoder/num_heads"]),
        "n_audio_layer": _depth(arrays, "encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": arrays["decoder/position_encodings/encodings"].shape[0],
        "n_text_state": text_state,
        "n_text_head": int(arrays["decoder/num_heads"]),
        "n_text_layer": _depth(arrays, "decoder"),
    }


def _depth(arrays: Arrays, stack: str) -> int:
    prefix = f"{stack}/layer_"
    layers = [name[len(prefix) :] for name in arrays if name.startswith(prefix)]
    return 1 + max(int(rest.split("/")[0]) for rest in layers if rest[0].isdigit())


def _stack(arrays: Arrays, stack: str) -> Iterator[Named]:
    """Name the tensors of the encoder or the decoder."""
    yield f"{stack}.positional_embedding", arrays[f"{stack}/position_encodings/encodings"]
    if stack == "encoder":
        for conv in ("conv1", "conv2"):
            for kind in ("weight", "bias"):
                yield f"encoder.{conv}.{kind}", arrays[f"encoder/{conv}/{kind}"]
        yield from _norm(arrays, "encoder/layer_norm", "encoder.ln_post")
    else:
        yield "decoder.token_embedding.weight", arrays["decoder/embeddings/weight"]
        yield from _norm(arrays, "decoder/layer_norm", "decoder.ln")
    for layer in range(_depth(arrays, stack)):
        yield from _block(arrays, f"{stack}/layer_{layer}", f"{stack}.blocks.{layer}")


def _block(arrays: Arrays, source: str, target: str) -> Iterator[Named]:
    """Name one transformer layer."""
    yield from _attention(
        arrays, f"{source}/self_attention", f"{target}.attn", (("query", "key", "value"), ("out",))
    )
    if f"{source}/attention/linear_0/weight" in arrays:
        cross = (("query",), ("key", "value"), ("out",))
        yield from _attention(arrays, f"{source}/attention", f"{target}.cross_attn", cross)
    yield from _norm(arrays, f"{source}/ffn/layer_norm", f"{target}.mlp_ln")
    for index, ours in ((0, "mlp.0"), (1, "mlp.2")):
        for kind in ("weight", "bias"):
            yield f"{target}.{ours}.{kind}", arrays[f"{source}/ffn/linear_{index}/{kind}"]


def _attention(
    arrays: Arrays, source: str, target: str, linears: Sequence[Sequence[str]]
) -> Iterator[Named]:
    """Name one attention with its norm; CTranslate2 stacks projections, so cut them apart."""
    yield from _norm(arrays, f"{source}/layer_norm", f"{target}_ln")
    for index, parts in enumerate(linears):
        for kind in ("weight", "bias"):
            whole = arrays[f"{source}/linear_{index}/{kind}"]
            for part, array in zip(parts, np.split(whole, len(parts)), strict=True):
                if (part, kind) != ("key", "bias"):
                    yield f"{target}.{part}.{kind}", array
                elif array.any():  # OpenAI's keys have no bias
                    raise ValueError(f"{source} has a key bias: not a Whisper model")


def _norm(arrays: Arrays, source: str, target: str) -> Iterator[Named]:
    for theirs, ours in _NORM.items():
        yield f"{target}.{ours}", arrays[f"{source}/{theirs}"]
