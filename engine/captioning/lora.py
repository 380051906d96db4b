"""Low-rank adapters on a frozen model, by peft (Hu et al. 2021, arXiv:2106.09685)."""

from dataclasses import dataclass

from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from torch import nn
from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True)
class Lora:
    """Adapters on all linear layers but the last one, as Dettmers et al. 2023 (QLoRA) advise."""

    rank: int = 16
    alpha: int = 32  # scale of what is added, over the rank
    dropout: float = 0.0  # costs a tenth of a step: every adapter draws for all of its input


def add_adapters(model: PreTrainedModel, lora: Lora) -> None:
    """Freeze a model and add adapters that change nothing until they are trained."""
    model.requires_grad_(requires_grad=False)
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=sorted(_linear_layers(model)),
    )
    inject_adapter_in_model(config, model)


def merge_adapters(model: PreTrainedModel) -> None:
    """Add trained adapters to the weights beneath and take them away: the same model, quicker."""
    adapted = [
        (name, layer) for name, layer in model.named_modules() if isinstance(layer, LoraLayer)
    ]
    for name, layer in adapted:
        layer.merge()
        model.set_submodule(name, layer.get_base_layer())


def _linear_layers(model: PreTrainedModel) -> set[str]:
    last = model.get_output_embeddings()
    return {
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and module is not last
    }
