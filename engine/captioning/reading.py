"""From a described image to what a caption model is given, with the neighbours that it knows."""

from collections.abc import Sequence
from functools import cache
from typing import Self

import numpy as np
import torch

from engine.captioning.facts import Inputs, knowledge
from engine.captioning.features import SeenTokens, see
from engine.captioning.items import DescribedImage, labels_of
from engine.captioning.neighbours import Bank, Neighbours
from engine.captioning.rows import Row

DRAWN_FROM = 8  # of the captions that neighbours agree on, while training


class Reader:
    """Reads images for one captioner; what it saw of images that it is trained on, it keeps."""

    def __init__(self, bank: Bank, grid_side: int, most_masks: int) -> None:
        self.neighbours = Neighbours(bank)
        self._grid_side, self._most_masks = grid_side, most_masks
        self._seen: dict[str, SeenTokens] = {}
        self._alike_in_bank = cache(self._find_alike)

    @classmethod
    def of(cls, images: Sequence[DescribedImage], grid_side: int, most_masks: int) -> Self:
        """Read the images that a captioner is trained on, which make its bank.

        Raises:
            ValueError: there is none, or one has no caption.

        """
        if not images:
            raise ValueError("no described image to learn from")
        seen = {image.key: see(image, grid_side, most_masks) for image in images}
        bank = Bank(
            [image.key for image in images],
            [[caption.text for caption in image.captions] for image in images],
            [labels_of(image) for image in images],
            torch.stack([seen[image.key].whole for image in images]),
        )
        reader = cls(bank, grid_side, most_masks)
        reader._seen = seen
        return reader

    def features_of(self, image: DescribedImage) -> int:
        """Channels of the tokens that are seen of an image that was read."""
        return self._seen[image.key].grid.shape[1]

    def row(
        self, image: DescribedImage, inputs: Inputs, rng: np.random.Generator | None = None
    ) -> Row:
        """Gather an image's inputs; `rng` draws among the captions that neighbours agree on."""
        seen = self._see(image)
        alike: Sequence[str] = ()
        if inputs.neighbours:
            alike = self._alike(image, seen, inputs)
            if rng is not None:
                alike = [alike[index] for index in rng.permutation(len(alike[:DRAWN_FROM]))]
        return Row(
            image,
            seen,
            knowledge(image.masks, image.size_hw, seen.tags, alike, inputs),
            has_grid=inputs.image,
            has_masks=inputs.mask_features,
            has_length=inputs.length,
        )

    def by_agreement(self, row: Row, texts: Sequence[str], inputs: Inputs) -> list[str]:
        """Order texts by how much they are like each other and the nearest images' captions."""
        beside = self._alike(row.image, row.seen, inputs) if inputs.agreement else ()
        return self.neighbours.rank(texts, beside)

    def nearest(self, image: DescribedImage) -> str:
        """Return the first caption of the nearest image in the bank."""
        return self.neighbours.nearest_caption(self._see(image).whole)

    def consensus(self, image: DescribedImage) -> str:
        """Return the caption that the five nearest images in the bank agree on."""
        return self.neighbours.by_consensus(self._see(image).whole)[0]

    def _see(self, image: DescribedImage) -> SeenTokens:
        return self._seen.get(image.key) or see(image, self._grid_side, self._most_masks)

    def _alike(self, image: DescribedImage, seen: SeenTokens, inputs: Inputs) -> list[str]:
        labels = labels_of(image) if inputs.labels else ()
        if image.key in self._seen:
            return self._alike_in_bank(image.key, labels)
        return self.neighbours.by_consensus(seen.whole, labels=labels)

    def _find_alike(self, key: str, labels: tuple[str, ...]) -> list[str]:
        whole = self._seen[key].whole
        return self.neighbours.by_consensus(whole, but=key, labels=labels)
