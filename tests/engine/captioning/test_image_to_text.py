"""Hugging Face's image-to-text models go through the same door: tiny ones, real classes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    BlipProcessor,
    CLIPImageProcessor,
    CLIPVisionConfig,
    GitConfig,
    GitForCausalLM,
    GitProcessor,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)

from engine.captioning.facts import instruction
from engine.captioning.image_to_text import ImageToText
from engine.captioning.lora import Lora
from engine.captioning.model import build
from engine.captioning.proposals import propose_captions
from engine.captioning.training import CaptionConfig, train_captioner
from tests.engine.captioning.tiny import make_tokenizer, picture, pictures, tiny_llama

SIDE = {"height": 32, "width": 32}
VISION = {
    "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32,
    "image_size": 32, "patch_size": 16,
}  # fmt: skip
TEXT = {
    "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 256,
}  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:;()/"
CHAT = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %} {% endif %}"
)


def bert_tokenizer(folder: Path) -> BertTokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]"]
    lines = [*special, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    (folder / "vocab.txt").write_text("\n".join(lines) + "\n")
    return BertTokenizer.from_pretrained(folder)


def make_blip(folder: Path) -> None:
    tokenizer = bert_tokenizer(folder)
    own = {"bos_token_id": 5, "sep_token_id": 3, "pad_token_id": 0, "encoder_hidden_size": 16}
    config = BlipConfig(
        text_config={**TEXT, **own, "vocab_size": len(tokenizer)}, vision_config=VISION
    )
    BlipForConditionalGeneration(config).save_pretrained(folder)
    BlipProcessor(BlipImageProcessor(size=SIDE), tokenizer).save_pretrained(folder)


def make_git(folder: Path) -> None:
    tokenizer = bert_tokenizer(folder)
    own = {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    config = GitConfig(**TEXT, **own, vocab_size=len(tokenizer), vision_config=VISION)
    GitForCausalLM(config).save_pretrained(folder)
    GitProcessor(_clip_images(), tokenizer).save_pretrained(folder)


def make_llava(folder: Path) -> None:
    tokenizer = make_tokenizer()
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**VISION),
        text_config=tiny_llama(tokenizer),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    LlavaProcessor(
        _clip_images(),
        tokenizer,
        patch_size=16,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT,
    ).save_pretrained(folder)


def _clip_images() -> CLIPImageProcessor:
    return CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=SIDE)


@pytest.mark.parametrize("make", [make_blip, make_git, make_llava])
def test_a_model_is_tuned_and_proposes_by_the_captioners_door(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    base, losses = tmp_path / "base", list[float]()
    base.mkdir()
    torch.manual_seed(2)
    make(base)
    config = CaptionConfig(
        steps=6,
        images_per_step=4,
        captions_per_image=1,
        adapter_lr=2e-2,
        lora=Lora(rank=4, dropout=0.0),
        precision="fp32",
        dropped_share=0.0,
    )
    images = [replace(image, captions=image.captions[:1]) for image in pictures()]

    folder = train_captioner(
        images,
        base=base,
        config=config,
        checkpoint_dir=tmp_path / "run",
        on_step=lambda report: losses.append(report.loss),
        should_stop=lambda: False,
    )
    found = list(
        propose_captions([picture(8)], captioner=folder, base=base, beams=2, samples=2, words=4)
    )

    assert isinstance(build(base, 1, Lora()), ImageToText)
    assert losses[-1] < losses[0]
    assert found[0].key == "picture-8"
    assert instruction("clean", 4) not in found[0].text  # it is no part of the answer


def test_a_model_that_can_only_be_asked_in_an_unknown_way_is_named(tmp_path: Path) -> None:
    make_llava(tmp_path)
    for name in ("chat_template.jinja", "processor_config.json"):
        path = tmp_path / name
        if path.is_file() and name.endswith("jinja"):
            path.unlink()

    with pytest.raises(ValueError, match="llava and has no chat template"):
        build(tmp_path, 1, Lora())
