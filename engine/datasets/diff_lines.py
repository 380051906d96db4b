"""What a person reads of each image that changed: from two manifests, or as a server tells it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol


class ToldMask(Protocol):
    """What is told of a mask that differs."""

    @property
    def mask(self) -> object: ...  # its id
    @property
    def kind(self) -> str: ...
    @property
    def iou(self) -> float | None: ...


class ToldImage(Protocol):
    """What is told of an image that differs."""

    @property
    def sha256(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def fields(self) -> Sequence[str]: ...
    @property
    def masks(self) -> Sequence[ToldMask]: ...


def change_lines(change: ToldImage) -> Iterator[str]:
    """Yield a line for the image, then one for each mask of which it is known how far it moved."""
    counts = Counter(mask.kind for mask in change.masks)
    signs = f"+{counts['added']} -{counts['removed']} ~{counts['changed']}"
    yield " ".join([f"{change.kind:<8}", change.sha256, signs, *change.fields])
    for mask in change.masks:
        if mask.iou is not None:
            yield f"  mask {mask.mask} IoU {mask.iou:.4f}"
