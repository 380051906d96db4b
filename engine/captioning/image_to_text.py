"""Any of Hugging Face's image-to-text models in the captioner's place, fine-tuned with LoRA.

These read the image themselves; what the loop knows reaches them as text before the instruction.
BLIP and GIT go on with the text that they are given; all others are asked by their chat template.
"""

from collections.abc import Sequence
from inspect import signature
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    BatchFeature,
    GenerationConfig,
    PreTrainedModel,
    ProcessorMixin,
)

from engine.captioning.facts import instruction
from engine.captioning.items import Style
from engine.captioning.lora import Lora, add_adapters, merge_adapters
from engine.captioning.rows import Row, Wanted
from engine.captioning.writing import candidates

_CONTINUING = frozenset({"blip", "git"})
_NOT_LEARNED = -100


class ImageToText(nn.Module):
    """A pretrained image-to-text model with adapters.

    Args:
        folder: the model and its processor, as `save_pretrained` leaves them.
        lora: its adapters.

    Raises:
        ValueError: it has no chat template, and is of no kind that can do without.

    """

    def __init__(self, folder: Path, lora: Lora) -> None:
        super().__init__()
        self.processor: ProcessorMixin = AutoProcessor.from_pretrained(folder)
        self.network: PreTrainedModel = AutoModelForImageTextToText.from_pretrained(
            folder, dtype=torch.float32
        )
        self.kind: str = self.network.config.model_type
        if self.kind not in _CONTINUING and not self.processor.chat_template:
            raise ValueError(f"{folder} is of kind {self.kind} and has no chat template")
        self.accepted = set(signature(self.network.forward).parameters)
        tokenizer = self.processor.tokenizer
        # BERT's tokenizer, which BLIP and GIT use, ends a text by its separator.
        is_bert = self.kind in _CONTINUING
        self.end: int = tokenizer.sep_token_id if is_bert else tokenizer.eos_token_id
        add_adapters(self.network, lora)

    def fast_parameters(self) -> list[nn.Parameter]:
        """Nothing starts from nothing here."""
        return []

    def only_write(self) -> None:
        """Make writing quick; nothing can be trained afterwards."""
        merge_adapters(self.network)

    def loss(self, rows: Sequence[Row]) -> Tensor:
        """Mean negative log-likelihood over all captions, read one by one."""
        losses = []
        for row in rows:
            for caption in row.captions:
                words = len(caption.text.split()) if row.has_length else None
                opening = self._opening(row, caption.style, words)
                said = self._ids(" ".join(caption.text.split()))
                asked = opening["input_ids"].shape[1]
                whole = _continued(opening, [*said, self.end])
                labels = whole["input_ids"].clone()
                labels[:, :asked] = _NOT_LEARNED
                losses.append(self.network(**whole, labels=labels).loss)
        return torch.stack(losses).mean()

    @torch.inference_mode()
    def write(self, row: Row, wanted: Wanted) -> list[str]:
        """Candidates for one image: what the beam search found, the likeliest first, then draws."""
        opening = self._opening(row, wanted.style, wanted.words)
        asked = opening["input_ids"].shape[1]
        # BLIP's own `generate` leaves the last token out: it expects the separator there.
        given = _continued(opening, [self.end]) if self.kind == "blip" else opening

        def generate(search: GenerationConfig) -> list[str]:
            tokens = self.network.generate(**given, generation_config=search)
            written = tokens[:, asked:]
            texts: list[str] = self.processor.batch_decode(written, skip_special_tokens=True)
            return texts

        return candidates(wanted, self.end, generate)

    def _opening(self, row: Row, style: Style, words: int | None) -> BatchFeature:
        """Image and instruction as the model takes them; a text goes on right after."""
        picture = Image.fromarray(row.image.load_pixels())
        text = row.knowledge + instruction(style, words)
        if self.kind in _CONTINUING:
            ready = self.processor(images=picture, text=text, return_tensors="pt")
            opening = _shortened(ready)
            if self.kind == "blip":
                opening["input_ids"][:, 0] = self.network.config.text_config.bos_token_id
        else:
            content = [{"type": "image"}, {"type": "text", "text": text}]
            chat = self.processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True
            )
            opening = self.processor(images=[picture], text=[chat], return_tensors="pt")
        taken = {name: value for name, value in opening.items() if name in self.accepted}
        return BatchFeature(taken).to(self.network.device)

    def _ids(self, text: str) -> list[int]:
        """Spell a text; a control token that somebody typed is only letters."""
        ids: list[int] = self.processor.tokenizer.encode(
            text, add_special_tokens=False, split_special_tokens=True
        )
        return ids


def _continued(opening: BatchFeature, said: list[int]) -> BatchFeature:
    """Append tokens, and what the model wants to know about each."""
    ids = opening["input_ids"]
    fills = {"input_ids": ids.new_tensor([said]), "attention_mask": ids.new_ones(1, len(said))}
    none = ids.new_zeros(1, len(said))
    return BatchFeature({
        name: torch.cat([value, fills.get(name, none).to(value.dtype)], dim=1)
        if value.shape == ids.shape
        else value
        for name, value in opening.items()
    })  # fmt: skip


def _shortened(ready: BatchFeature) -> BatchFeature:
    """Leave the closing separator out."""
    shape = ready["input_ids"].shape
    return BatchFeature(
        {name: value[:, :-1] if value.shape == shape else value for name, value in ready.items()}
    )
