"""COCO's results: what a model found, a JSON list of masks with scores, images by their numbers.

Format: https://cocodataset.org/#format-results. The names of images and classes are in the COCO
file that lists them, where that lies beside it; else an image is the one whose name ends in its
number, as COCO's own do. Boxes have no mask, and keypoints are passed over by name.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_fields, label_of, placed
from engine.datasets.formats.fields import box_of, size_hw_of, text_of
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.shapes import number, whole
from engine.datasets.json_stream import iter_elements, iter_list
from engine.datasets.naming import number_in, safe_name
from engine.datasets.sample import Annotation, Dataset, Prediction, Sample, labels_of
from engine.masks.validate import rle_from_coco

_TOLD_BY: Final = {"image_id", "category_id", "score"}
_LOOKED_AT: Final = 20  # files before others are taken for another format's
_LIST_IS_DUE: Final = "put the COCO file that lists the images and categories beside it"


@dataclass(frozen=True, slots=True)
class _Image:
    """An image, as far as it is known."""

    file_name: str
    size_hw: tuple[int, int]
    sha256: str | None = None
    number: int | None = None  # where nothing names it


@dataclass(frozen=True, slots=True)
class _Lists:
    """What COCO files beside the results tell."""

    images: dict[int, _Image] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # of categories


def read(source: Source, report: Report) -> Dataset:
    """Read all results, and keep what they found in memory.

    Raises:
        DatasetError: there are none, or one stops being JSON.

    """
    files = [name for name in source.names if _is_results(source, name)]
    if not files:
        raise DatasetError("no JSON list of COCO's results with scores is there")
    lists, pictures = _lists_in(source), Pictures(source)
    reader = _Reader(lists, _by_number(pictures), pictures, report)
    for name in files:
        for index, value in enumerate(_entries(source, name)):
            reader.add(name, index, value)
    reader.leave_out_unknown()
    used = (each.label for one in reader.found.values() for each in _all(one) if each.label)
    numbers = [each.number for each in reader.images.values() if each.number is not None]
    return Dataset(labels_of(used), reader.samples, numbers=tuple(numbers))


def is_in(source: Source) -> bool:
    names = islice((name for name in source.names if name.endswith(".json")), _LOOKED_AT)
    return any(_is_results(source, name) for name in names)


def _is_results(source: Source, name: str) -> bool:
    if not name.endswith(".json"):
        return False
    try:
        first = next(_entries(source, name), None)
    except DatasetError:
        return False
    return isinstance(first, dict) and first.keys() >= _TOLD_BY


def _entries(source: Source, name: str) -> Iterator[object]:
    with source.file(name) as file:
        yield from iter_list(file, name)


def _all(found: dict[str, list[Annotation]]) -> Iterator[Annotation]:
    for annotations in found.values():
        yield from annotations


def _lists_in(source: Source) -> _Lists:
    """Read the lists of COCO files; those that are none of COCO's tell nothing."""
    lists = _Lists()
    for name in source.names:
        if name.endswith(".json"):
            try:
                with source.file(name) as file:
                    for key, _, value in iter_elements(file, name):
                        _add(lists, key, value)
            except DatasetError:
                continue
    return lists


def _add(lists: _Lists, key: str, value: object) -> None:
    if not isinstance(value, dict) or type(value.get("id")) is not int:
        return
    if key == "images" and (file_name := text_of(value.get("file_name"))):
        try:
            size_hw = size_hw_of(value)
        except DatasetError:
            return
        image = _Image(safe_name(file_name), size_hw, text_of(value.get("sha256")))
        lists.images.setdefault(value["id"], image)
    if key == "categories" and (name := text_of(value.get("name"))):
        lists.names.setdefault(value["id"], name)


def _by_number(pictures: Pictures) -> dict[int, str]:
    """Return the pictures by the numbers that their names end in, none that two have."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for name in pictures.names:
        if (known := number_in(name)) is not None:
            found[known].append(name)
    return {known: names[0] for known, names in found.items() if len(names) == 1}


@dataclass(slots=True)
class _Reader:
    lists: _Lists
    numbered: dict[int, str]  # pictures
    pictures: Pictures
    report: Report
    images: dict[int, _Image] = field(default_factory=dict)
    found: dict[int, dict[str, list[Annotation]]] = field(default_factory=dict)  # by model
    unnamed: set[int] = field(default_factory=set)  # categories

    def add(self, name: str, index: int, value: object) -> None:
        try:
            fields = checked_fields(value)
            image_id = whole(fields.get("image_id"))
            each = self._annotation(fields, self._image(image_id, fields.get("segmentation")))
        except ValueError as error:
            self.report(placed(error, file=name, field="results", index=index))
            return
        model = PurePosixPath(name).stem
        self.found.setdefault(image_id, {}).setdefault(model, []).append(each)
        self._check_name(name, index, whole(fields.get("category_id")))

    def leave_out_unknown(self) -> None:
        """Report and drop images of whose size neither a mask nor anything else tells."""
        for image_id in self.found.keys() - self.images.keys():
            del self.found[image_id]
            fault = f"nothing tells the size of image {image_id}: {_LIST_IS_DUE}"
            self.report(DatasetError(fault, field="image_id"))

    def samples(self) -> Iterator[Sample]:
        """Yield the images of which anything was found, and those that lie beside it."""
        for image_id in {**self.lists.images, **self.found}:
            image = self.images.get(image_id) or self.lists.images[image_id]
            loader = self.pictures.loader(image.file_name)
            if loader or image_id in self.found:
                found = self.found.get(image_id, {}).items()
                yield Sample(
                    image.file_name,
                    image.size_hw,
                    sha256=image.sha256,
                    load_bytes=loader,
                    predictions=tuple(Prediction(model, tuple(each)) for model, each in found),
                    number=image.number,
                )

    def _image(self, image_id: int, segmentation: object) -> _Image | None:
        """Find an image; None where nothing tells its size yet."""
        known = self.images.get(image_id) or self.lists.images.get(image_id)
        if known is None and (picture := self.numbered.get(image_id)):
            known = _Image(picture, self.pictures.size_of(picture))
        if known is None and isinstance(segmentation, dict):
            size = segmentation.get("size")
            sides = size if isinstance(size, list) else []
            told: Fields = dict(zip(("height", "width"), sides, strict=False))
            known = _Image(str(image_id), size_hw_of(told), number=image_id)
        if known is not None:
            self.images[image_id] = known
        return known

    def _annotation(self, fields: Fields, image: _Image | None) -> Annotation:
        segmentation = fields.get("segmentation")
        if not segmentation and "bbox" not in fields:
            raise DatasetError("has neither a mask nor a box")
        if segmentation and image is None:
            raise DatasetError(f"nothing tells the size of its image: {_LIST_IS_DUE}")
        return Annotation(
            rle_from_coco(segmentation, image.size_hw) if segmentation and image else None,
            label_of(self.lists.names.get(whole(fields.get("category_id")))),
            None if segmentation else box_of(fields["bbox"]),
            predicted_iou=number(fields.get("score")),
        )

    def _check_name(self, name: str, index: int, category_id: int) -> None:
        """Say once of each category that has no name: what it finds comes in without a label."""
        if category_id not in self.lists.names and category_id not in self.unnamed:
            self.unnamed.add(category_id)
            fault = f"category {category_id} has no name: {_LIST_IS_DUE}"
            self.report(DatasetError(fault, file=name, field="results", index=index))


COCO_RESULTS: Final = Reader("coco_results", "COCO results", read, is_in)
