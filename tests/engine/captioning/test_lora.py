"""Adapters: trained beside the weights, and merged into them for writing."""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel

from engine.captioning.lora import Lora, add_adapters, merge_adapters


def adapted(base: Path) -> PreTrainedModel:
    """Return a model whose adapters change it, as if they had been trained."""
    torch.manual_seed(5)
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    add_adapters(model, Lora(rank=2))
    for name, values in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(values, std=0.3)
    return model.eval()


@torch.inference_mode()
def logits(model: PreTrainedModel) -> torch.Tensor:
    return model(torch.arange(1, 9)[None]).logits  # type: ignore[no-any-return]


def test_merged_adapters_leave_the_models_answer_as_it_was(base: Path) -> None:
    model, bare = adapted(base), AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    before = logits(model)

    merge_adapters(model)

    assert not torch.allclose(before, logits(bare), atol=0.1), "the adapters change nothing"
    torch.testing.assert_close(logits(model), before, atol=1e-4, rtol=1e-4)
    assert not [name for name, _ in model.named_parameters() if "lora" in name]
