"""Turn a GGUF of a Llama back into the folder that transformers loads."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from engine.weights.gguf import Field, Floats, GGUFFile, read_gguf

_CONTROL = 3  # a kind of token
_NAMES = {
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


def llama_from_gguf(path: Path, folder: Path) -> None:
    """Write config, weights in float16 and tokenizer.

    The values are 4 or 8 bits times a float16 scale, so float16 keeps them as well as float32.

    Raises:
        ValueError: another kind of model, or of tokenizer.

    """
    source = read_gguf(path)
    kind = (source.fields.get("general.architecture"), source.fields.get("tokenizer.ggml.pre"))
    if kind != ("llama", "smollm"):
        raise ValueError(f"{path.name} holds {kind}, not a llama with smollm's tokenizer")
    model = LlamaForCausalLM(_config(source)).half()
    model.load_state_dict(dict(_state(source, model.config)), strict=False)
    model.save_pretrained(folder)
    _tokenizer(source).save_pretrained(folder)


def _config(source: GGUFFile) -> LlamaConfig:
    def number(name: str) -> Field:
        return source.fields[f"llama.{name}"]

    tokens = {
        f"{name}_token_id": source.fields[f"tokenizer.ggml.{key}_token_id"]
        for name, key in (("bos", "bos"), ("eos", "eos"), ("pad", "padding"))
    }
    return LlamaConfig(
        hidden_size=number("embedding_length"),
        intermediate_size=number("feed_forward_length"),
        num_hidden_layers=number("block_count"),
        num_attention_heads=number("attention.head_count"),
        num_key_value_heads=number("attention.head_count_kv"),
        max_position_embeddings=number("context_length"),
        rms_norm_eps=number("attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": number("rope.freq_base")},
        vocab_size=number("vocab_size"),
        tie_word_embeddings=True,
        **tokens,
    )


def _state(source: GGUFFile, config: LlamaConfig) -> Iterator[tuple[str, Tensor]]:
    """Name tensors as transformers does; the head is tied to the embeddings."""
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    whole = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
    for name, array in source.tensors.items():
        if (outer := name.removesuffix(".weight")) in whole:
            yield f"{whole[outer]}.weight", torch.from_numpy(array)
            continue
        block, layer, part, _ = name.split(".")
        if block != "blk" or part not in _NAMES:
            raise ValueError(f"tensor {name} has no place in a llama")
        value = _as_halves(array, heads[part]) if part in heads else array
        yield f"model.layers.{layer}.{_NAMES[part]}.weight", torch.from_numpy(value)


def _as_halves(array: Floats, heads: int) -> Floats:
    """Put a head's rows in two halves, which rotate together, where llama.cpp has pairs."""
    rows, columns = array.shape
    pairs = array.reshape(heads, rows // heads // 2, 2, columns)
    return np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(rows, columns)


def _tokenizer(source: GGUFFile) -> PreTrainedTokenizerFast:
    """Byte pairs as SmolLM's: digits apart, then GPT-2's words."""
    tokens = [str(token) for token in _list(source, "tokens")]
    merges = [tuple(str(merge).split(" ")) for merge in _list(source, "merges")]
    ids = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(ids, [(left, right) for left, right in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = _list(source, "token_type")
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in control])
    named = {
        f"{name}_token": tokens[_index(source, key)]
        for name, key in (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding"))
    }
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, **named
    )


def _list(source: GGUFFile, name: str) -> list[Field]:
    value = source.fields[f"tokenizer.ggml.{name}"]
    if not isinstance(value, list):
        raise ValueError(f"tokenizer.ggml.{name} is not a list")  # noqa: TRY004  # of the file
    return value


def _index(source: GGUFFile, name: str) -> int:
    value = source.fields[f"tokenizer.ggml.{name}_token_id"]
    if not isinstance(value, int):
        raise ValueError(f"tokenizer.ggml.{name}_token_id is no number")  # noqa: TRY004  # of the file
    return value
