"""An image's shapes that stay on the disk until they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from engine.datasets.sample import Sample
from engine.masks.rle import RLE


@dataclass(frozen=True, slots=True)
class StoredShapes(Sequence[RLE]):
    """The RLEs of one image of a dataset, in the order of its objects; boxes alone are none.

    All of them are read for each that is asked for: who wants many goes through them once.
    """

    read: Callable[[int], Sample]
    number: int  # of the image

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[RLE]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> RLE: ...
    @overload
    def __getitem__(self, index: slice) -> list[RLE]: ...
    def __getitem__(self, index: int | slice) -> RLE | list[RLE]:
        return self._all()[index]

    def _all(self) -> list[RLE]:
        return [each.rle for each in self.read(self.number).annotations if each.rle is not None]
