"""A CTranslate2 file of a tiny random Whisper becomes the checkpoint it was made from."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
import whisper
from numpy.typing import NDArray
from whisper.model import ModelDimensions, Whisper

from engine.weights.whisper import checkpoint_from_ctranslate2, read_model

DIMS = ModelDimensions(
    n_mels=80,
    n_audio_ctx=12,
    n_audio_state=8,
    n_audio_head=2,
    n_audio_layer=2,
    n_vocab=30,
    n_text_ctx=6,
    n_text_state=8,
    n_text_head=2,
    n_text_layer=3,
)


def to_ctranslate2(model: Whisper) -> dict[str, NDArray[np.float16]]:  # noqa: C901  # one format
    """Rename and stack as CTranslate2's converter does."""
    state = {name: tensor.half().numpy() for name, tensor in model.state_dict().items()}
    arrays: dict[str, NDArray[np.float16]] = {}

    def norm(target: str, source: str) -> None:
        arrays[f"{target}/gamma"] = state[f"{source}.weight"]
        arrays[f"{target}/beta"] = state[f"{source}.bias"]

    def attention(target: str, source: str, parts: list[list[str]]) -> None:
        norm(f"{target}/layer_norm", f"{source}_ln")
        no_bias = np.zeros(DIMS.n_text_state, np.float16)
        for index, names in enumerate(parts):
            weights = [state[f"{source}.{name}.weight"] for name in names]
            biases = [state.get(f"{source}.{name}.bias", no_bias) for name in names]
            arrays[f"{target}/linear_{index}/weight"] = np.concatenate(weights)
            arrays[f"{target}/linear_{index}/bias"] = np.concatenate(biases)

    for stack, depth in (("encoder", DIMS.n_audio_layer), ("decoder", DIMS.n_text_layer)):
        arrays[f"{stack}/position_encodings/encodings"] = state[f"{stack}.positional_embedding"]
        arrays[f"{stack}/num_heads"] = np.array(2, np.int16)
        for layer in range(depth):
            target, source = f"{stack}/layer_{layer}", f"{stack}.blocks.{layer}"
            qkv = [["query", "key", "value"], ["out"]]
            attention(f"{target}/self_attention", f"{source}.attn", qkv)
            if stack == "decoder":
                cross = [["query"], ["key", "value"], ["out"]]
                attention(f"{target}/attention", f"{source}.cross_attn", cross)
            norm(f"{target}/ffn/layer_norm", f"{source}.mlp_ln")
            for index, name in ((0, "mlp.0"), (1, "mlp.2")):
                for kind in ("weight", "bias"):
                    arrays[f"{target}/ffn/linear_{index}/{kind}"] = state[f"{source}.{name}.{kind}"]
    for conv in ("conv1", "conv2"):
        for kind in ("weight", "bias"):
            arrays[f"encoder/{conv}/{kind}"] = state[f"encoder.{conv}.{kind}"]
    norm("encoder/layer_norm", "encoder.ln_post")
    norm("decoder/layer_norm", "decoder.ln")
    arrays["decoder/embeddings/weight"] = state["decoder.token_embedding.weight"]
    return arrays


def write_model(path: Path, arrays: dict[str, NDArray[np.float16]], spec: str) -> None:
    """Write the binary format."""
    codes = {"float16": 4, "int16": 2}

    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    out = struct.pack("<I", 6) + string(spec) + struct.pack("<II", 3, len(arrays))
    for name, array in arrays.items():
        out += string(name) + struct.pack("<B", array.ndim)
        out += struct.pack(f"<{array.ndim}I", *array.shape)
        out += struct.pack("<BI", codes[array.dtype.name], array.nbytes) + array.tobytes()
    path.write_bytes(out + struct.pack("<I", 0))


def tiny_whisper() -> Whisper:
    torch.manual_seed(3)
    model = Whisper(DIMS)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter)
    return model


def test_a_converted_whisper_loads_strictly_and_computes_the_same(tmp_path: Path) -> None:
    source = tiny_whisper()
    write_model(tmp_path / "model.bin", to_ctranslate2(source), "WhisperSpec")

    torch.save(checkpoint_from_ctranslate2(tmp_path / "model.bin"), tmp_path / "tiny.pt")
    loaded = whisper.load_model(str(tmp_path / "tiny.pt"), device="cpu")

    mel, tokens = torch.zeros(1, 80, 24), torch.tensor([[1, 5, 7]])
    with torch.no_grad():
        expected = source.half().float()(mel, tokens)
        assert torch.equal(loaded(mel, tokens), expected)


def test_another_kind_of_model_is_refused_by_name(tmp_path: Path) -> None:
    write_model(tmp_path / "model.bin", {}, "TransformerSpec")

    with pytest.raises(ValueError, match="'TransformerSpec', not a WhisperSpec"):
        read_model(tmp_path / "model.bin")


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    whole = tmp_path / "model.bin"
    write_model(whole, to_ctranslate2(tiny_whisper()), "WhisperSpec")
    whole.write_bytes(whole.read_bytes()[:5000])

    with pytest.raises(ValueError, match="ends at byte 5000"):
        read_model(whole)
