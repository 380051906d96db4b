"""The captioner: tokens of the image and of its masks, and text, into a language model with LoRA.

An image's captions are learned in one pass: all read the same beginning (what is seen and known),
and none reads another, so five captions cost about as much as two apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # everybody's name for it
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from engine.captioning.connector import Connector
from engine.captioning.facts import instruction
from engine.captioning.items import Caption
from engine.captioning.lora import Lora, add_adapters, merge_adapters
from engine.captioning.rows import Row, Wanted
from engine.captioning.writing import candidates

NOT_LEARNED = -100  # cross_entropy's own mark
_SHARED = 0  # branch of the common beginning
_PADDING = -1


@dataclass(frozen=True, slots=True)
class _Sequence:
    """One image's tokens: the common beginning, then a branch for each caption."""

    embeddings: Tensor  # (L, D)
    branches: list[int]  # L of them
    positions: list[int]
    labels: list[int]


class Captioner(nn.Module):
    """A causal language model that reads an image.

    Args:
        folder: a Hugging Face causal language model with its tokenizer.
        features: channels of a seen token.
        lora: its adapters.

    """

    def __init__(self, folder: Path, features: int, lora: Lora) -> None:
        super().__init__()
        self.tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
        # Fused attention takes a fifth of a step for such short sequences, plain products less.
        self.language: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        )
        table = self.language.get_input_embeddings().weight.detach()
        self.connector = Connector(features, table.shape[1], float(table.std()))
        add_adapters(self.language, lora)

    def fast_parameters(self) -> list[nn.Parameter]:
        """Parameters that start from nothing, and learn at their own rate."""
        return list(self.connector.parameters())

    def only_write(self) -> None:
        """Make writing quick; nothing can be trained afterwards."""
        merge_adapters(self.language)
        # One token reads all before it: fused attention is the quicker here.
        self.language.set_attn_implementation("sdpa")

    def loss(self, rows: Sequence[Row]) -> Tensor:
        """Mean negative log-likelihood of the captions' tokens, each counting the same."""
        sequences = [self._sequence(row) for row in rows]
        length = max(len(one.branches) for one in sequences)
        embeddings = torch.stack(
            [F.pad(one.embeddings, (0, 0, 0, length - len(one.branches))) for one in sequences]
        )
        device = embeddings.device
        branches = _padded([one.branches for one in sequences], length, _PADDING).to(device)
        labels = _padded([one.labels for one in sequences], length, NOT_LEARNED).to(device)
        hidden = self.language.base_model(
            inputs_embeds=embeddings,
            attention_mask=torch.where(readable(branches), 0.0, torch.finfo(torch.float32).min),
            position_ids=_padded([one.positions for one in sequences], length, 0).to(device),
            use_cache=False,
        ).last_hidden_state  # (B, L, D)
        # Only where a caption's token comes next: the vocabulary is the widest layer.
        is_before = labels[:, 1:] != NOT_LEARNED
        logits = self.language.get_output_embeddings()(hidden[:, :-1][is_before])
        return F.cross_entropy(logits.float(), labels[:, 1:][is_before])

    @torch.inference_mode()
    def write(self, row: Row, wanted: Wanted) -> list[str]:
        """Candidates for one image: what the beam search found, the likeliest first, then draws."""
        asked = self._embed(self._ids(instruction(wanted.style, wanted.words)))
        beginning = torch.cat([self._beginning(row), asked])[None]  # (1, P, D)

        def generate(search: GenerationConfig) -> list[str]:
            tokens = self.language.generate(
                inputs_embeds=beginning,
                attention_mask=beginning.new_ones(beginning.shape[:2], dtype=torch.long),
                generation_config=search,
            )
            texts: list[str] = self.tokenizer.batch_decode(tokens, skip_special_tokens=True)
            return texts

        return candidates(wanted, self.tokenizer.eos_token_id, generate)

    def _sequence(self, row: Row) -> _Sequence:
        beginning = self._beginning(row)
        start = len(beginning)
        branches, positions = [_SHARED] * start, list(range(start))
        labels, written = [NOT_LEARNED] * start, []
        for number, caption in enumerate(row.captions, start=_SHARED + 1):
            asked, said = self._branch(caption, has_length=row.has_length)
            written += asked + said
            labels += [NOT_LEARNED] * len(asked) + said
            branches += [number] * (len(asked) + len(said))
            positions += range(start, start + len(asked) + len(said))
        embeddings = torch.cat([beginning, self._embed(written)])
        return _Sequence(embeddings, branches, positions, labels)

    def _branch(self, caption: Caption, *, has_length: bool) -> tuple[list[int], list[int]]:
        words = len(caption.text.split()) if has_length else None
        said = self._ids(f" {' '.join(caption.text.split())}")
        return self._ids(instruction(caption.style, words)), [*said, self.tokenizer.eos_token_id]

    def _beginning(self, row: Row) -> Tensor:
        """Embed what is seen, then what is known: (P, D)."""
        seen, device = row.seen, self.language.device
        parts = []
        if row.has_grid:
            parts.append(self.connector(seen.grid.to(device), seen.grid_places.to(device)))
        if row.has_masks and len(seen.masks):
            parts.append(self.connector(seen.masks.to(device), seen.mask_places.to(device)))
        return torch.cat([*parts, self._embed(self._ids(row.knowledge))])

    def _ids(self, text: str) -> list[int]:
        """Spell a text; a control token that somebody typed is only letters."""
        ids: list[int] = self.tokenizer.encode(
            text, add_special_tokens=False, split_special_tokens=True
        )
        return ids

    def _embed(self, ids: list[int]) -> Tensor:
        table = self.language.get_input_embeddings()
        embedded: Tensor = table(torch.tensor(ids, dtype=torch.long, device=self.language.device))
        return embedded


def readable(branches: Tensor) -> Tensor:
    """Which token reads which: what came before it in its branch and in the common beginning.

    Shapes:
        branches: (B, L).
        returns: (B, 1, L, L), True where row reads column.
    """
    reader, read = branches[:, :, None], branches[:, None, :]
    length = branches.shape[1]
    is_before = torch.ones(length, length, dtype=torch.bool, device=branches.device).tril()
    return (is_before & ((read == _SHARED) | (read == reader)))[:, None]


def _padded(rows: Sequence[Sequence[int]], length: int, value: int) -> Tensor:
    return torch.tensor([[*row, *[value] * (length - len(row))] for row in rows])
