"""What is read of Datumaro's exports, ours and others'."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.bounds import box_of, size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import (
    Fields,
    checked_fields,
    checked_list,
    checked_text,
    is_whole,
    label_of,
    placed,
    plain,
)
from engine.datasets.formats.fields import annotation_of, sample_of
from engine.datasets.formats.format import Report
from engine.datasets.formats.own_fields import OWN, own_of
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.told_files import OBJECT, files_of, iter_told, until_broken
from engine.datasets.json_stream import Element, iter_elements
from engine.datasets.naming import with_slashes
from engine.datasets.sample import Annotation, Box, Dataset, Label, Sample, unique_ids
from engine.masks.rle import RLE, united
from engine.masks.validate import rle_from_coco

DEFAULT: Final = "default"  # the subset of images that are in none
_LISTS_BEFORE_ITEMS: Final = {"ann_types"}


def read(source: Source, report: Report) -> Dataset:
    """Read masks, polygons, boxes and captions; other kinds are told and left out.

    Raises:
        DatasetError: a file is not Datumaro's as a whole.

    """
    pictures = Pictures(source)
    names = files_of(source, _is_ours, report, OBJECT)
    labels = {name: _labels_of(source, name) for name in names}
    united_labels: dict[str, Label] = {}
    for listed in labels.values():
        for name, extra in listed:
            if label_of(name):
                united_labels.setdefault(name, Label(name, len(united_labels) + 1, extra))

    def samples() -> Iterator[Sample]:
        for name in names:
            reader = _Reader(name, [label for label, _ in labels[name]], pictures, report)
            with source.file(name) as file:
                yield from until_broken(reader.samples(iter_elements(file, name)), names, report)

    return Dataset(tuple(united_labels.values()), samples)


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    """Tell a file of which the first list is that of items. Raise DatasetError if it is broken."""
    with source.file(name) as file:
        first = _first_of_list(iter_elements(file, name))
    fields = first.value if first and isinstance(first.value, dict) else {}
    return fields.keys() >= {"id", "annotations"}


def _first_of_list(elements: Iterator[Element]) -> Element | None:
    listed = (e for e in elements if e.place is not None and e.key not in _LISTS_BEFORE_ITEMS)
    first = next(listed, None)
    return first if first and first.key == "items" else None


def _labels_of(source: Source, name: str) -> list[tuple[str, Fields]]:
    """Return the labels of one file in their order, with what else is told of each."""
    with source.file(name) as file:
        categories = next((e.value for e in iter_elements(file, name) if e.key == "categories"), {})
    label = categories.get("label") if isinstance(categories, dict) else None
    listed = label.get("labels") if isinstance(label, dict) else None
    found = []
    for index, each in enumerate(listed if isinstance(listed, list) else []):
        try:
            fields = checked_fields(each)
            own = own_of(fields)
            told = fields if own is None else own
            told = {key: value for key, value in told.items() if key != "name" and value}
            found.append((checked_text(fields.get("name")), plain(told)))
        except DatasetError as error:
            raise placed(error, file=name, field="labels", index=index) from None
    return found


class _Reader:
    """One reading of one file: of the subset that has its name."""

    def __init__(self, name: str, labels: list[str], pictures: Pictures, report: Report) -> None:
        self.name = name
        self.subset = PurePosixPath(name).stem
        self.labels = labels
        self.pictures = pictures
        self.report = report
        self.has_version = False

    def samples(self, elements: Iterator[Element]) -> Iterator[Sample]:
        for each in elements:
            if each.key == "dm_format_version":
                self.has_version = each.value != "legacy"
            if each.key == "items":
                try:
                    yield self._sample(checked_fields(each.value), each.place)
                except ValueError as error:
                    self.report(placed(error, file=self.name, field="items", index=each.place))

    def _sample(self, item: Fields, place: int | None) -> Sample:
        image = checked_fields(item.get("image") or item.get("media"))
        name = self._file_name(item.get("id"), image.get("path"))
        inside = f"{self.subset}/{name}"
        size = image.get("size")
        size_hw = (
            size_hw_of(dict(zip(("height", "width"), size, strict=False)))
            if isinstance(size, list)
            else self.pictures.size_of(inside)
        )
        captions, objects = self._annotations(item.get("annotations"), size_hw, place)
        split = None if self.subset == DEFAULT else self.subset
        told = {"split": split, **(own_of(item) or {}), "captions": captions}
        load = self.pictures.loader(inside)
        sample = sample_of(told, name, size_hw)
        return replace(sample, annotations=unique_ids(objects), load_bytes=load)

    def _file_name(self, identity: object, path: object) -> str:
        """Return a path inside the subset; one of another machine only tells its ending."""
        name = with_slashes(checked_text(path or ""))
        if not self.has_version:
            name = name.removeprefix(f"{self.subset}/")
        if name and not PurePosixPath(name).is_absolute() and ":" not in name:
            return name
        return f"{checked_text(identity)}{PurePosixPath(name).suffix or '.jpg'}"

    def _annotations(
        self, listed: object, size_hw: tuple[int, int], place: int | None
    ) -> tuple[list[str], list[Annotation]]:
        captions: list[str] = []
        objects: dict[object, Annotation] = {}
        for index, value in enumerate(checked_list(listed, "annotations")):
            try:
                fields = checked_fields(value)
                if fields.get("type") == "caption":
                    captions.append(checked_text(fields.get("caption")))
                else:
                    key = _key_of(fields, index)
                    objects[key] = _joined(objects.get(key), self._object(fields, size_hw))
            except ValueError as error:
                field = f"items[{place}].annotations"
                self.report(placed(error, file=self.name, field=field, index=index))
        return captions, list(objects.values())

    def _object(self, fields: Fields, size_hw: tuple[int, int]) -> Annotation:
        rle, box = _shape_of(fields, size_hw)
        told = own_of(fields) or {} if OWN in fields else _told(fields.get("attributes"))
        label = self._label(fields.get("label_id"))
        return annotation_of({**told, "z": fields.get("z_order")}, rle, label, box_xywh=box)

    def _label(self, number: object) -> str | None:
        if number is None:
            return None
        if not isinstance(number, int) or not 0 <= number < len(self.labels):
            raise DatasetError(f"label_id must be one of 0 to {len(self.labels) - 1}")
        return label_of(self.labels[number])


def _key_of(fields: Fields, index: int) -> object:
    """Tell which object this is: polygons of one id, group and label are its parts."""
    identity, group = fields.get("id"), fields.get("group")
    is_part = fields.get("type") == "polygon" and is_whole(group) and group
    return (str(identity), group, str(fields.get("label_id"))) if is_part else index


def _joined(known: Annotation | None, part: Annotation) -> Annotation:
    if known is None or known.rle is None or part.rle is None:
        return part
    return replace(known, rle=united([known.rle, part.rle]))


def _shape_of(fields: Fields, size_hw: tuple[int, int]) -> tuple[RLE | None, Box | None]:
    kind = fields.get("type")
    if kind == "mask":
        return rle_from_coco(checked_fields(fields.get("rle")), size_hw), None
    if kind == "polygon":
        return rle_from_coco([fields.get("points")], size_hw), None
    if kind == "bbox":
        return None, box_of(fields.get("bbox"))
    raise DatasetError(f"{str(kind)[:20]} is no mask, polygon, box or caption")


def _told(attributes: object) -> Fields:
    """Take from attributes what Datumaro puts there of COCO's and of models' fields."""
    left = dict(attributes) if isinstance(attributes, dict) else {}
    is_crowd, score = left.pop("is_crowd", False), left.pop("score", None)
    return {"iscrowd": is_crowd, "predicted_iou": score, "attributes": left}
