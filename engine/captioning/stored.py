"""A trained captioner on disk: two files side by side, as bundles hold files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final, Self

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.bundle import CAPTIONER_FILES
from engine.captioning.facts import Inputs
from engine.captioning.items import DescribedImage
from engine.captioning.lora import Lora
from engine.captioning.model import CaptionModel, build, digest_of, trained_parameters
from engine.captioning.neighbours import Bank
from engine.captioning.reading import Reader
from engine.captioning.trainer import CaptionConfig
from engine.checkpoints import tensors_under

WEIGHTS, RECORD = CAPTIONER_FILES
_FORMAT: Final = "anneal.captioner/2"


@dataclass(frozen=True, slots=True)
class CaptionerRecord:
    """What a captioner reads and writes."""

    base: str  # digest of the base model
    features: int  # channels of a seen token
    inputs: Inputs
    lora: Lora
    grid_side: int
    most_masks: int
    words: Mapping[str, int]  # usual length of a text, by its style

    @classmethod
    def of(
        cls, images: Sequence[DescribedImage], config: CaptionConfig, features: int, base: str
    ) -> Self:
        """Describe a training's result."""
        lengths: dict[str, list[int]] = {}
        for caption in (caption for image in images for caption in image.captions):
            lengths.setdefault(caption.style, []).append(len(caption.text.split()))
        words = {style: round(median(counts)) for style, counts in lengths.items()}
        return cls(
            base, features, config.inputs, config.lora, config.grid_side, config.most_masks, words
        )


def save_captioner(
    folder: Path, record: CaptionerRecord, trained: Mapping[str, Tensor], bank: Bank
) -> None:
    """Write both files into a folder."""
    tensors = {f"trained.{name}": value.cpu().contiguous() for name, value in trained.items()}
    tensors["bank.wholes"] = bank.wholes.half().contiguous()
    save_file(tensors, folder / WEIGHTS)
    content = {
        "format": _FORMAT,
        **asdict(record),
        "bank": [
            {"key": key, "captions": captions, "labels": labels}
            for key, captions, labels in zip(bank.keys, bank.captions, bank.labels, strict=True)
        ],
    }
    (folder / RECORD).write_text(json.dumps(content, indent=1) + "\n")


@dataclass(frozen=True, slots=True)
class StoredCaptioner:
    """A captioner ready to write."""

    record: CaptionerRecord
    model: CaptionModel
    reader: Reader


def load_captioner(folder: Path, base: Path) -> StoredCaptioner:
    """Load what was trained onto its base model.

    Raises:
        ValueError: it was trained on another base, or by another version.

    """
    content = json.loads((folder / RECORD).read_text())
    if content.pop("format") != _FORMAT:
        raise ValueError(f"{folder / RECORD} is not of the format {_FORMAT}")
    rows = content.pop("bank")
    record = CaptionerRecord(
        **{**content, "inputs": Inputs(**content["inputs"]), "lora": Lora(**content["lora"])}
    )
    if digest_of(base) != record.base:
        raise ValueError(f"the captioner in {folder} was trained on another model than {base}")
    tensors = load_file(folder / WEIGHTS)
    model = build(base, record.features, record.lora)
    _restore(model, tensors_under(tensors, "trained"))
    model.only_write()
    model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    bank = Bank(
        [row["key"] for row in rows],
        [row["captions"] for row in rows],
        [row["labels"] for row in rows],
        tensors["bank.wholes"].float(),
    )
    return StoredCaptioner(record, model, Reader(bank, record.grid_side, record.most_masks))


@torch.no_grad()
def _restore(model: nn.Module, values: Mapping[str, Tensor]) -> None:
    parameters = trained_parameters(model)
    if parameters.keys() != values.keys():
        odd = sorted(parameters.keys() ^ values.keys())[:3]
        raise ValueError(f"the captioner's tensors are others than its model's: {odd}")
    for name, value in values.items():
        parameters[name].copy_(value)
