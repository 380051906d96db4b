"""Described images that are alike: their captions are a baseline, and examples to read."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
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
    labels: Sequence[Sequence[str]]  # of its masks, each once
    wholes: Tensor

    def __post_init__(self) -> None:
        if not len(self.keys) == len(self.captions) == len(self.labels) == len(self.wholes):
            raise ValueError("a bank has one key, one row, labels and captions for each image")
        if not all(self.captions):
            raise ValueError("a bank holds described images only")


class Neighbours:
    """Finds images alike in a bank, and what people would say of all of them.

    Images are alike by the cosine of what is seen of them, and where labels are asked for by that
    of their labels as well, of which rare ones count for more.
    """

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self._cider = Cider(bank.captions) if bank.keys else None
        images_with = Counter(label for labels in bank.labels for label in labels)
        self._rarity = {
            label: math.log((1 + len(bank.keys)) / count) for label, count in images_with.items()
        }
        self._columns = {label: column for column, label in enumerate(self._rarity)}
        self._named = torch.zeros(len(bank.keys), len(self._columns))  # a row for each image
        for row, labels in zip(self._named, bank.labels, strict=True):
            row.copy_(self._name(labels))

    def nearest(
        self, whole: Tensor, count: int, but: str | None = None, labels: Collection[str] = ()
    ) -> list[int]:
        """Places in the bank of the images most alike, the nearest first; `but` is left out."""
        if not self.bank.keys:
            return []
        likeness = self.bank.wholes @ whole + self._named @ self._name(labels)
        order = torch.argsort(likeness, descending=True, stable=True)
        found = [index for index in order.tolist() if self.bank.keys[index] != but]
        return found[:count]

    def nearest_caption(self, whole: Tensor, but: str | None = None) -> str:
        """Return the first caption of the nearest image; "" when there is none."""
        found = self.nearest(whole, 1, but)
        return self.bank.captions[found[0]][0] if found else ""

    def by_consensus(
        self,
        whole: Tensor,
        images: int = 5,
        but: str | None = None,
        labels: Collection[str] = (),
    ) -> list[str]:
        """Return all captions of the nearest images, the one most like the others first.

        After Devlin et al. 2015, arXiv:1505.04467.
        """
        found = self.nearest(whole, images, but, labels)
        return self.rank([text for index in found for text in self.bank.captions[index]])

    def rank(self, texts: Sequence[str], beside: Sequence[str] = ()) -> list[str]:
        """Put texts in order of how much they are like each other, and like those beside them."""
        if self._cider is None or len(texts) < 2:  # noqa: PLR2004  # one is in order
            return list(texts)
        scores = []
        for index, text in enumerate(texts):
            others = [*texts[:index], *texts[index + 1 :]]
            score = self._cider.score(text, others)
            scores.append(score + self._cider.score(text, beside) if beside else score)
        order = sorted(range(len(texts)), key=lambda index: -scores[index])
        return [texts[index] for index in order]

    def _name(self, labels: Collection[str]) -> Tensor:
        """Labels as a vector of length one, of zeros where the bank knows none of them."""
        vector = torch.zeros(len(self._columns))
        for label in self._columns.keys() & set(labels):
            vector[self._columns[label]] = self._rarity[label]
        named: Tensor = vector / vector.norm().clamp_min(1e-6)
        return named
