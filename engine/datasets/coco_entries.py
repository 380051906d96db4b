"""What a COCO file is made of, and who keeps it while it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.datasets.bounds import size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.manifest import is_sha256
from engine.masks.rle import RLE, bbox_xywh


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`. `extra` keeps the fields that are not named here."""

    id: int
    file_name: str  # relative, with "/" and without ".."
    size_hw: tuple[int, int]
    group: str | None  # images of one group stay on one side of a split
    extra: dict[str, object]

    @property
    def sha256(self) -> str | None:
        """Return its file's digest; what is none is not told, and the image goes by its name."""
        told = str(self.extra.get("sha256") or "").lower()
        return told if is_sha256(told) else None


@dataclass(frozen=True, slots=True)
class CocoCategory:
    """An entry of `categories`."""

    id: int
    name: str
    extra: dict[str, object]


@dataclass(frozen=True, slots=True)
class CocoAnnotation:
    """An entry of `annotations`: a mask, a box without one, or a caption of the image.

    An object may have a caption of its own.
    """

    id: int  # as in the file; some tools give one to two annotations
    image_id: int
    category_id: int | None
    rle: RLE | None
    told_xywh: tuple[float, float, float, float] | None  # its box, as the file has it
    is_crowd: bool
    caption: str | None
    extra: dict[str, object]

    @property
    def bbox_xywh(self) -> tuple[float, float, float, float] | None:
        """Return the mask's own box where there is one, or else what the file tells."""
        return self.told_xywh if self.rle is None else bbox_xywh(self.rle)

    @property
    def is_object(self) -> bool:
        """Tell an object from what is said of the image as a whole."""
        return self.rle is not None or self.told_xywh is not None


@dataclass(slots=True)
class CocoDataset:
    """A file's content, checked: every reference leads somewhere."""

    info: dict[str, object] = field(default_factory=dict)
    images: dict[int, CocoImage] = field(default_factory=dict)
    categories: dict[int, CocoCategory] = field(default_factory=dict)
    annotations: list[CocoAnnotation] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # of annotations in the file, as they were read

    def add_image(self, image: CocoImage) -> bool:
        """Keep an image; tell whether no other has its id."""
        return self.images.setdefault(image.id, image) is image

    def size_of(self, image_id: int) -> tuple[int, int] | None:
        """Return height and width, or None where there is no such image."""
        image = self.images.get(image_id)
        return None if image is None else image.size_hw

    def add_category(self, category: CocoCategory) -> bool:
        """Keep a category; tell whether no other has its id."""
        return self.categories.setdefault(category.id, category) is category

    def add_annotation(self, annotation: CocoAnnotation, place: int) -> None:
        """Keep an annotation, by its place in the file; its category may come later."""
        self.annotations.append(annotation)
        self.places.append(place)


class Keeps(Protocol):
    """Takes what a file has, piece by piece: CocoDataset in memory, coco_index.py on the disk."""

    info: dict[str, object]

    def add_image(self, image: CocoImage) -> bool:
        """Keep an image; tell whether no other has its id."""
        ...

    def size_of(self, image_id: int) -> tuple[int, int] | None:
        """Return height and width, or None where there is no such image."""
        ...

    def add_category(self, category: CocoCategory) -> bool:
        """Keep a category; tell whether no other has its id."""
        ...

    def add_annotation(self, annotation: CocoAnnotation, place: int) -> None:
        """Keep an annotation, by its place in the file; its category may come later."""
        ...


def size_hw_in(image: Mapping[str, object], index: int, file: str) -> tuple[int, int]:
    """Return the size that an image's entry tells. Raise DatasetError."""
    try:
        return size_hw_of(image)
    except DatasetError as error:
        raise DatasetError(error.fault, file=file, field="images", index=index) from None
