"""Described images that look alike: their captions are a baseline, and examples to read."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.captioning.metrics import Cider


@dataclass(frozen=True, slots=True)
class Bank:
    """Images that people have described. A captioner carries the one that it was trained with.

    Shapes:
        wholes: (N, K), one row of length one for each image.
    """

    keys: Sequence[str]
    captions: Sequence[Sequence[str]]  # at least one an image
    wholes: Tensor

    def __post_init__(self) -> None:
        if not len(self.keys) == len(self.captions) == len(self.wholes):
            raise ValueError("a bank has one key, one row and some captions for each image")
        if not all(self.captions):
            raise ValueError("a bank holds described images only")


class Neighbours:
    """Finds images alike in a bank, and what people would say of all of them."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self._cider = Cider(bank.captions) if bank.keys else None

    def nearest(self, whole: Tensor, count: int, but: str | None = None) -> list[int]:
        """Places in the bank of the images most alike, the nearest first; `but` is left out."""
        if not self.bank.keys:
            return []
        order = torch.argsort(self.bank.wholes @ whole, descending=True, stable=True)
        found = [index for index in order.tolist() if self.bank.keys[index] != but]
        return found[:count]

    def nearest_caption(self, whole: Tensor, but: str | None = None) -> str:
        """Return the first caption of the nearest image; "" when there is none."""
        found = self.nearest(whole, 1, but)
        return self.bank.captions[found[0]][0] if found else ""

    def by_consensus(self, whole: Tensor, images: int = 5, but: str | None = None) -> list[str]:
        """Return all captions of the nearest images, the one most like the others first.

        After Devlin et al. 2015, arXiv:1505.04467.
        """
        found = self.nearest(whole, images, but)
        return self.rank([text for index in found for text in self.bank.captions[index]])

    def rank(self, texts: Sequence[str], like: Sequence[str] | None = None) -> list[str]:
        """Put texts in order of how much they are like `like`, or like each other."""
        if self._cider is None or len(texts) < 2:  # noqa: PLR2004  # one is in order
            return list(texts)
        scores = []
        for index, text in enumerate(texts):
            others = like or [*texts[:index], *texts[index + 1 :]]
            scores.append(self._cider.score(text, others))
        order = sorted(range(len(texts)), key=lambda index: -scores[index])
        return [texts[index] for index in order]
