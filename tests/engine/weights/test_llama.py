"""A GGUF of a tiny random Llama becomes the model and the tokenizer that it was made from."""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from engine.weights.gguf import read_gguf
from engine.weights.llama import llama_from_gguf

Blocks = tuple[tuple[int, ...], int, bytes]  # shape, kind, data
TOKENS = ["<|end|>", "<|start|>", "a", "b", "c", "d", "1", "2", "Ġ", "ab", "Ġc"]
MERGES = ["a b", "Ġ c"]
LAYERS = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def field(value: object) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", 7, value)
        case int():
            return struct.pack("<II", 4, value)
        case float():
            return struct.pack("<If", 6, value)
        case str():
            return struct.pack("<I", 8) + string(value)
        case [str(), *_] as texts:
            return struct.pack("<IIQ", 9, 8, len(texts)) + b"".join(string(str(t)) for t in texts)
        case [*numbers]:
            return struct.pack(f"<IIQ{len(numbers)}i", 9, 5, len(numbers), *numbers)
    raise AssertionError(value)


def write_gguf(path: Path, fields: Mapping[str, object], tensors: Mapping[str, Blocks]) -> None:
    """Write the binary format, version 3."""
    out = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(fields))
    for key, value in fields.items():
        out += string(key) + field(value)
    data = b""
    for name, (shape, kind, blocks) in tensors.items():
        sides = tuple(reversed(shape))
        place = struct.pack(f"<I{len(sides)}QIQ", len(sides), *sides, kind, len(data))
        out += string(name) + place
        data += blocks + bytes(-len(blocks) % 32)
    path.write_bytes(out + bytes(-len(out) % 32) + data)


def floats(array: NDArray[np.float32]) -> Blocks:
    return array.shape, 0, array.astype("<f4").tobytes()


def as_pairs(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Interleave a head's two halves, as llama.cpp's converter does."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def tiny_llama() -> LlamaForCausalLM:
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(TOKENS), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
        rms_norm_eps=1e-5, tie_word_embeddings=True, initializer_range=0.3,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    for value in model.parameters():
        value.data = value.data.half().float()  # what the conversion keeps
    return model


def write_llama(path: Path, model: LlamaForCausalLM, **changed: object) -> None:
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    tensors = {
        "token_embd.weight": floats(state["model.embed_tokens.weight"]),
        "output_norm.weight": floats(state["model.norm.weight"]),
    }
    heads = {"attn_q": 4, "attn_k": 2}
    for layer in range(2):
        for theirs, ours in LAYERS.items():
            weight = state[f"model.layers.{layer}.{ours}.weight"]
            weight = as_pairs(weight, heads[theirs]) if theirs in heads else weight
            tensors[f"blk.{layer}.{theirs}.weight"] = floats(weight)
    fields: dict[str, object] = {
        "general.architecture": "llama", "llama.embedding_length": 32, "llama.block_count": 2,
        "llama.feed_forward_length": 64, "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2, "llama.context_length": 64,
        "llama.attention.layer_norm_rms_epsilon": 1e-5, "llama.rope.freq_base": 5000.0,
        "llama.vocab_size": len(TOKENS), "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": TOKENS, "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.token_type": [3, 3, *[1] * (len(TOKENS) - 2)],
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 0,
        "tokenizer.ggml.unknown_token_id": 0, "tokenizer.ggml.padding_token_id": 0,
    }  # fmt: skip
    write_gguf(path, fields | changed, tensors)


def test_a_converted_llama_computes_the_same_and_spells_the_same(tmp_path: Path) -> None:
    source = tiny_llama()
    write_llama(tmp_path / "tiny.gguf", source)

    llama_from_gguf(tmp_path / "tiny.gguf", tmp_path / "made")

    made = AutoModelForCausalLM.from_pretrained(tmp_path / "made", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "made")
    ids = tokenizer("ab c12d", return_tensors="pt").input_ids
    assert [TOKENS[index] for index in ids[0].tolist()] == ["ab", "Ġc", "1", "2", "d"]
    assert tokenizer.decode([9, 10, 0], skip_special_tokens=True) == "ab c"
    assert tokenizer.eos_token_id == 0
    with torch.no_grad():
        assert torch.allclose(made(ids).logits, source(ids).logits, atol=1e-5)


def test_quantised_blocks_are_scale_times_value_plus_least(tmp_path: Path) -> None:
    eights = np.arange(-16, 16, dtype=np.int8)
    nibbles = np.arange(16, dtype=np.uint8)
    blocks = {
        "eight": ((32,), 8, struct.pack("<e", 0.5) + eights.tobytes()),
        "four": ((1, 32), 3, struct.pack("<ee", 2.0, -1.0) + (nibbles | nibbles << 4).tobytes()),
        "half": ((32,), 1, np.arange(32, dtype=np.float16).tobytes()),
    }
    write_gguf(tmp_path / "blocks.gguf", {}, blocks)

    tensors = read_gguf(tmp_path / "blocks.gguf").tensors

    assert tensors["eight"].tolist() == (eights / 2).tolist()
    assert tensors["four"].tolist() == [[2.0 * value - 1 for value in [*range(16), *range(16)]]]
    assert tensors["half"].tolist() == list(range(32))


def test_another_kind_of_model_and_a_file_cut_short_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.gguf"
    write_llama(path, tiny_llama(), **{"general.architecture": "mamba"})
    with pytest.raises(ValueError, match="'mamba', 'smollm'"):
        llama_from_gguf(path, tmp_path)

    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ValueError, match="ends at byte 3000"):
        read_gguf(path)

    path.write_bytes(b"PK\3\4" + bytes(100))
    with pytest.raises(ValueError, match="is not a GGUF file"):
        read_gguf(path)
    write_gguf(path, {}, {"odd": ((32,), 99, bytes(32))})
    with pytest.raises(ValueError, match="odd is of kind 99"):
        read_gguf(path)
