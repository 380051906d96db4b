"""COCO's results: what a model found, a JSON list of masks with scores, images by their numbers.

Format: https://cocodataset.org/#format-results. The names of images and classes are in the COCO
file that lists them, where that lies beside it; else an image is the one whose name ends in its
number, as COCO's own do. Boxes have no mask, and keypoints are passed over by name.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from engine.datasets.bounds import box_of, size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import Fields, checked_fields, label_of, placed
from engine.datasets.formats.fields import text_of
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.shapes import number, whole
from engine.datasets.formats.told_files import (
    LIST,
    OBJECT,
    files_of,
    is_other,
    iter_told,
    until_broken,
)
from engine.datasets.json_stream import Element, iter_elements, iter_list
from engine.datasets.naming import number_in, safe_name
from engine.datasets.sample import Annotation, Dataset, Prediction, Sample, labels_of
from engine.datasets.texts_on_disk import TextsOnDisk
from engine.masks.validate import rle_from_coco

_TOLD_BY: Final = {"image_id", "category_id", "score"}
_LOOKED_AT: Final = 20  # files before others are taken for another format's
_RECENT: Final = 1_000  # images that are not looked up on the disk again
_LIST_IS_DUE: Final = "put the COCO file that lists the images and categories beside it"
_ONE_LIST: Final = "leave the one COCO file beside the results that they were made for"


class _Image(NamedTuple):
    """An image, as far as it is known."""

    file_name: str
    size_hw: tuple[int, int]
    sha256: str | None = None
    number: int | None = None  # where nothing names it
    listed_in: str | None = None  # a COCO file


@dataclass(frozen=True, slots=True)
class _Lists:
    """What COCO files beside the results tell."""

    images: TextsOnDisk = field(default_factory=TextsOnDisk)  # by their numbers, one for each
    names: dict[int, str] = field(default_factory=dict)  # of categories


def read(source: Source, report: Report) -> Dataset:
    """Read all results, and keep what they found on the disk.

    Raises:
        DatasetError: there are none, one stops being JSON, or the lists beside them have different
            images or categories of one number.

    """
    files = files_of(source, _is_results, report, LIST)
    if not files:
        raise DatasetError("no JSON list of COCO's results with scores is there")
    lists, pictures = _lists_in(source, report), Pictures(source)
    reader = _Reader(lists.images, lists.names, _by_number(pictures), pictures, report)
    for name in files:
        for index, value in enumerate(until_broken(_entries(source, name), files, report)):
            reader.add(name, index, value)
    return Dataset(labels_of(reader.used_labels()), reader.samples, numbers=reader.numbers())


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_results, most=_LOOKED_AT), None) is not None


def _is_results(source: Source, name: str) -> bool:
    first = next(_entries(source, name), None)
    return isinstance(first, dict) and first.keys() >= _TOLD_BY


def _entries(source: Source, name: str) -> Iterator[object]:
    with source.file(name) as file:
        yield from iter_list(file, name)


def _lists_in(source: Source, report: Report) -> _Lists:
    """Read the lists of COCO files; those that are none of COCO's tell nothing."""
    lists = _Lists()
    for name in source.names:
        for element in _elements(source, name, report) if name.endswith(".json") else ():
            _add(lists, name, element)
    return lists


def _elements(source: Source, name: str, report: Report) -> Iterator[Element]:
    """Yield what an object in JSON holds, until it stops being one."""
    try:
        with source.file(name) as file:
            yield from iter_elements(file, name)
    except DatasetError as fault:
        if not is_other(source, name, OBJECT):
            report(fault)


def _add(lists: _Lists, file: str, element: Element) -> None:
    value = element.value
    if not isinstance(value, dict) or type(value.get("id")) is not int:
        return
    if element.key == "images" and (file_name := text_of(value.get("file_name"))):
        try:
            size_hw = size_hw_of(value)
        except DatasetError:
            return
        sha256 = text_of(value.get("sha256"))
        image = _Image(safe_name(file_name), size_hw, sha256, listed_in=file)
        _add_image(lists.images, value["id"], image, element.place)
    if element.key == "categories" and (name := text_of(value.get("name"))):
        known = lists.names.setdefault(value["id"], name)
        if known != name:
            fault = f"category {value['id']} has another name in another list: {_ONE_LIST}"
            raise DatasetError(fault, file=file, field=element.key, index=element.place)


def _add_image(images: TextsOnDisk, image_id: int, image: _Image, place: int | None) -> None:
    """Keep an image; where two have its number, the results of one would come to the other."""
    known = _image_of(images, image_id)
    if known is None:
        images.add(str(image_id), json.dumps(image))
    elif (known.file_name, known.size_hw) != (image.file_name, image.size_hw):
        fault = f"image {image_id} has another name or size in {known.listed_in}: {_ONE_LIST}"
        raise DatasetError(fault, file=image.listed_in or "", field="images", index=place)


def _image_of(images: TextsOnDisk, image_id: int) -> _Image | None:
    texts = images.of(str(image_id))
    return _image(texts[0]) if texts else None


def _image(text: str) -> _Image:
    file_name, (height, width), *told = json.loads(text)
    return _Image(file_name, (height, width), *told)


def _by_number(pictures: Pictures) -> dict[int, str]:
    """Return the pictures by the numbers that their names end in, none that two have."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for name in pictures.names:
        if (known := number_in(name)) is not None:
            found[known].append(name)
    return {known: names[0] for known, names in found.items() if len(names) == 1}


@dataclass(slots=True)
class _Reader:
    images: TextsOnDisk  # those of lists first, each by its number
    names: dict[int, str]  # of categories
    numbered: dict[int, str]  # pictures
    pictures: Pictures
    report: Report
    found: TextsOnDisk = field(default_factory=TextsOnDisk)  # by the numbers of images
    recent: dict[int, _Image] = field(default_factory=dict)
    unnamed: set[int] = field(default_factory=set)  # categories

    def add(self, name: str, index: int, value: object) -> None:
        try:
            fields = checked_fields(value)
            image_id = whole(fields.get("image_id"))
            each = self._annotation(fields, self._image(image_id, fields.get("segmentation")))
        except ValueError as error:
            self.report(placed(error, file=name, field="results", index=index))
            return
        told = (PurePosixPath(name).stem, each.rle, each.label, each.box_xywh, each.predicted_iou)
        self.found.add(str(image_id), json.dumps(told))
        self._check_name(name, index, whole(fields.get("category_id")))

    def used_labels(self) -> Iterator[str]:
        """Yield labels; report images of whose size neither a mask nor anything else tells."""
        for image_id, texts in self.found:
            if self.images.of(image_id):
                found = _predictions(texts)
                yield from (one.label for each in found for one in each.annotations if one.label)
            else:
                fault = f"nothing tells the size of image {image_id}: {_LIST_IS_DUE}"
                self.report(DatasetError(fault, field="image_id"))

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of images that nothing names."""
        images = (_image(text) for _, [text] in self.images)
        return tuple(each.number for each in images if each.number is not None)

    def samples(self) -> Iterator[Sample]:
        """Yield the images that lie beside the results, and those of which anything was found."""
        for image_id, [text] in self.images:
            image = _image(text)
            if image.listed_in is not None:
                found = self.found.of(image_id)
                if found or self.pictures.find(image.file_name):
                    yield self._sample(image, found)
        for image_id, found in self.found:
            for image in map(_image, self.images.of(image_id)):
                if image.listed_in is None:
                    yield self._sample(image, found)

    def _sample(self, image: _Image, found: list[str]) -> Sample:
        return Sample(
            image.file_name,
            image.size_hw,
            sha256=image.sha256,
            load_bytes=self.pictures.loader(image.file_name),
            predictions=_predictions(found),
            number=image.number,
        )

    def _image(self, image_id: int, segmentation: object) -> _Image | None:
        """Find an image; None where nothing tells its size yet."""
        known = self.recent.get(image_id) or _image_of(self.images, image_id)
        if known is None:
            known = self._image_beside(image_id, segmentation)
            if known is None:
                return None
            self.images.add(str(image_id), json.dumps(known))
        if len(self.recent) >= _RECENT:
            self.recent.clear()
        self.recent[image_id] = known
        return known

    def _image_beside(self, image_id: int, segmentation: object) -> _Image | None:
        """Find an image that no list has: by a picture's name, or by what its mask tells."""
        if picture := self.numbered.get(image_id):
            return _Image(picture, self.pictures.size_of(picture))
        if not isinstance(segmentation, dict):
            return None
        size = segmentation.get("size")
        sides = size if isinstance(size, list) else []
        told: Fields = dict(zip(("height", "width"), sides, strict=False))
        return _Image(str(image_id), size_hw_of(told), number=image_id)

    def _annotation(self, fields: Fields, image: _Image | None) -> Annotation:
        segmentation = fields.get("segmentation")
        if not segmentation and "bbox" not in fields:
            raise DatasetError("has neither a mask nor a box")
        if segmentation and image is None:
            raise DatasetError(f"nothing tells the size of its image: {_LIST_IS_DUE}")
        return Annotation(
            rle_from_coco(segmentation, image.size_hw) if segmentation and image else None,
            label_of(self.names.get(whole(fields.get("category_id")))),
            None if segmentation else box_of(fields["bbox"]),
            predicted_iou=number(fields.get("score")),
        )

    def _check_name(self, name: str, index: int, category_id: int) -> None:
        """Say once of each category that has no name: what it finds comes in without a label."""
        if category_id not in self.names and category_id not in self.unnamed:
            self.unnamed.add(category_id)
            fault = f"category {category_id} has no name: {_LIST_IS_DUE}"
            self.report(DatasetError(fault, file=name, field="results", index=index))


def _predictions(found: Iterable[str]) -> tuple[Prediction, ...]:
    """Read again what was kept of one image, by model."""
    by_model: defaultdict[str, list[Annotation]] = defaultdict(list)
    for text in found:
        model, rle, label, box, score = json.loads(text)
        box_xywh = None if box is None else (box[0], box[1], box[2], box[3])
        by_model[model].append(Annotation(rle, label, box_xywh, predicted_iou=score))
    return tuple(Prediction(model, tuple(each)) for model, each in by_model.items())


COCO_RESULTS: Final = Reader("coco_results", "COCO results", read, is_in)
