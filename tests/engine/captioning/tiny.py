"""A tiny random language model and images that a captioner can tell apart."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from engine.captioning.items import Caption, DescribedImage, LabelledMask, Look
from engine.masks.rle import encode

SENTENCES = (
    "A brown dog runs over the grass.",
    "A dog on green grass.",
    "A red bus drives down the street.",
    "The bus is parked in a street.",
    "Objects: 2 dog (small top left, large right), 1 bus. Similar images: a / b",
    "Caption of 10 words: Spoken description of 40 words:",
)
CHANNELS = 6
TAGS = (("golden retriever", "tennis ball"), ("trolleybus",))


def make_tokenizer(end: str = "<|end|>") -> PreTrainedTokenizerFast:
    """Byte pairs of a few sentences; any text can be written in it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=[end, "<image>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=end, pad_token=end)


def tiny_llama(tokenizer: PreTrainedTokenizerFast) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        initializer_range=0.3,  # so that a head that is not trained can tell tokens apart
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=None,
    )


def save_language_model(folder: Path, seed: int = 1) -> Path:
    """Write a random causal language model and its tokenizer."""
    tokenizer = make_tokenizer()
    torch.manual_seed(seed)
    LlamaForCausalLM(tiny_llama(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def mask(label: str | None, top: int, left: int, height: int, width: int) -> LabelledMask:
    """A rectangle in an image of 60 x 100 pixels."""
    pixels = np.zeros((60, 100), bool)
    pixels[top : top + height, left : left + width] = True
    return LabelledMask(encode(pixels), label)


def picture(
    number: int, texts: Sequence[str] = (), masks: Sequence[LabelledMask] = ()
) -> DescribedImage:
    """Even numbers look like dogs, odd ones like buses: another channel is high."""
    return DescribedImage(
        key=f"picture-{number}",
        size_hw=(60, 100),
        look=partial(_look, number),
        load_pixels=partial(_pixels, number),
        masks=masks,
        captions=[Caption(text) for text in texts],
    )


def pictures() -> list[DescribedImage]:
    """Two of dogs and two of buses, with two captions each."""
    dog, bus = mask("dog", 20, 10, 20, 30), mask("bus", 10, 50, 40, 40)
    kinds = ((SENTENCES[:2], [dog]), (SENTENCES[2:4], [bus]))
    return [picture(number, *kinds[number % 2]) for number in range(4)]


def _look(number: int) -> Look:
    noise = np.random.default_rng(number).normal(size=(CHANNELS, 5, 5)).astype(np.float32)
    noise[number % 2] += 8
    return Look([noise], TAGS[number % 2])


def _pixels(number: int) -> NDArray[np.uint8]:
    shade = np.random.default_rng(number).integers(0, 80, (60, 100, 3))
    shade[..., number % 2] += 150
    return shade.astype(np.uint8)
