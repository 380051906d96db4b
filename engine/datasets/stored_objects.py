"""What is on an image, staying on the disk until it is asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar, overload

from engine.datasets.sample import Annotation, Sample
from engine.masks.rle import RLE

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredObjects(Sequence[T]):
    """What is made of an image's objects, in their order; of what gives None there is nothing.

    All of them are read for each that is asked for: who wants many goes through them once.
    """

    read: Callable[[int], Sample]
    number: int  # of the image
    make: Callable[[Annotation], T | None]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self._all()[index]

    def _all(self) -> list[T]:
        made = map(self.make, self.read(self.number).annotations)
        return [each for each in made if each is not None]


def stored_shapes(read: Callable[[int], Sample], number: int) -> StoredObjects[RLE]:
    """Return an image's masks; boxes alone are none."""
    return StoredObjects(read, number, attrgetter("rle"))
