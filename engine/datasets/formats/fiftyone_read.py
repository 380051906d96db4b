"""What is read of FiftyOne's exports, ours and others'."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from engine.datasets.bounds import box_of, size_hw_of
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source, read_json
from engine.datasets.formats.checked import Fields, checked_fields, checked_text, label_of, placed
from engine.datasets.formats.fields import annotation_of, sample_of
from engine.datasets.formats.fiftyone_masks import Mask, placed_in, unpacked
from engine.datasets.formats.format import Report
from engine.datasets.formats.objects import labels_in
from engine.datasets.formats.own_fields import OWN, own_of
from engine.datasets.formats.pictures import Pictures, first_folder, split_in
from engine.datasets.formats.told_files import unreported, until_broken
from engine.datasets.json_stream import iter_elements
from engine.datasets.naming import with_slashes
from engine.datasets.sample import (
    Annotation,
    Dataset,
    Sample,
    labels_of,
    rounded_box,
    unique_ids,
)
from engine.masks.rle import RLE
from engine.masks.validate import rle_from_coco
from engine.media.errors import MediaError
from engine.media.label_maps import read_numbers

FILE: Final = "samples.json"
FOLDER: Final = "data"
_MASKS: Final = "fields"  # the folder of what is in files of its own
FIELD: Final = "ground_truth"
SPLITS: Final = ("train", "val", "validation", "test", "holdout", "unfinished")  # among tags
_LISTS: Final = {"Detections": "detections", "Polylines": "polylines"}
_UNREAD: Final = {
    "Classifications": "classifications",
    "Keypoints": "keypoints",
    "Segmentations": "",  # which FiftyOne has one by one alone, as it has those below
    "Heatmaps": "",
    "Regressions": "",
}
# How many, in people's words.
OTHER_KINDS: Final = "classes, maps and points of images left out"
OTHER_FIELDS: Final = f"objects of other fields than {FIELD} left out"
# What is no attribute of an object.
_KNOWN: Final = frozenset(
    "_id _cls id label tags bounding_box mask mask_path points closed filled confidence index "
    f"attributes iscrowd {OWN}".split()
)


def read(source: Source, report: Report) -> Dataset:
    """Read detections and polylines of the field `ground_truth`, or else of all fields.

    The samples are gone through once to find the labels.

    Several exports may lie in folders of their own.

    Raises:
        DatasetError: there is no `samples.json`, or the only one stops being JSON.

    """
    pictures = Pictures(source, lambda name: first_folder(name, (FOLDER, _MASKS)) == _MASKS)
    masks = Pictures(source)
    files = _files(source)
    if not files:
        raise DatasetError("is not there", file=FILE)

    def samples_of(name: str) -> Iterator[Sample]:
        for place, value in _listed(source, name):
            reader = _Reader(pictures, masks, report, name, place)
            try:
                yield reader.sample(checked_fields(value))
            except ValueError as error:
                report(placed(error, file=name, field="samples", index=place))

    def samples() -> Iterator[Sample]:
        for name in files:
            yield from until_broken(samples_of(name), files, report)

    labels = (until_broken(_labels(source, name), files, unreported) for name in files)
    return Dataset(labels_of(chain.from_iterable(labels)), samples)


def _files(source: Source) -> list[str]:
    return [name for name in source.names if PurePosixPath(name).name == FILE]


def _listed(source: Source, name: str) -> Iterator[tuple[int, object]]:
    with source.file(name) as file:
        for each in iter_elements(file, name):
            if each.key == "samples" and each.place is not None:
                yield each.place, each.value


def is_in(source: Source) -> bool:
    return any(_is_ours(source, name) for name in _files(source))


def _is_ours(source: Source, name: str) -> bool:
    try:
        _, first = next(_listed(source, name), (0, None))
    except DatasetError:
        return False
    return isinstance(first, dict) and "filepath" in first


def _labels(source: Source, name: str) -> Iterator[str]:
    """Yield classes that are listed, and then the label of each object."""
    metadata = str(PurePosixPath(name).with_name("metadata.json"))
    content = read_json(source, metadata) if metadata in source.names else None
    for told in (content, content.get("info") if isinstance(content, dict) else None):
        if isinstance(told, dict):
            yield from _classes(told.get("classes"))
            yield from _classes(told.get("default_classes"))
    for _, value in _listed(source, name):
        for _, _, found in _objects(value) if isinstance(value, dict) else ():
            yield from labels_in([found], "label")


def _classes(listed: object) -> Iterator[str]:
    """Yield names from a list, or from the lists of several fields."""
    lists = listed.values() if isinstance(listed, dict) else [listed]
    for each in lists:
        for name in each if isinstance(each, list) else ():
            if isinstance(name, str) and name:
                yield checked_text(name)


def _objects(sample: Fields) -> Iterator[tuple[str, int | None, object]]:
    """Yield field, place and content of each object."""
    fields = {FIELD: sample[FIELD]} if FIELD in sample else sample
    for field, value in fields.items():
        yield from _in_field(field, value, _LISTS)


def _in_field(
    field: str, value: object, lists: Mapping[str, str]
) -> Iterator[tuple[str, int | None, object]]:
    """Yield what a field holds of some kinds, alone or in lists that have a name."""
    kind = str(value.get("_cls")) if isinstance(value, dict) else ""
    if isinstance(value, dict) and f"{kind}s" in lists:
        yield field, None, value
    elif isinstance(value, dict) and kind in lists:
        listed = value.get(lists[kind])
        pairs = enumerate(listed) if isinstance(listed, list) else ()
        yield from ((f"{field}.{lists[kind]}", place, each) for place, each in pairs)


def _left_out(sample: Fields) -> dict[str, int]:
    """Count what is read of no field, and objects of others beside those of `ground_truth`."""
    counts = Counter({OTHER_KINDS: 0, OTHER_FIELDS: 0})
    for field, value in sample.items():
        counts[OTHER_KINDS] += sum(1 for _ in _in_field(field, value, _UNREAD))
        if FIELD in sample and field != FIELD:
            counts[OTHER_FIELDS] += sum(1 for _ in _in_field(field, value, _LISTS))
    return dict(+counts)


class _Reader:
    """One reading of one sample."""

    def __init__(
        self, pictures: Pictures, masks: Pictures, report: Report, file: str, place: int
    ) -> None:
        self.pictures = pictures
        self.masks = masks
        self.report = report
        self.file = file
        self.place = place

    def sample(self, fields: Fields) -> Sample:
        told, metadata = checked_text(fields.get("filepath")), fields.get("metadata")
        path = self._beside(told)
        is_told = isinstance(metadata, dict) and "height" in metadata
        size_hw = size_hw_of(checked_fields(metadata)) if is_told else self.pictures.size_of(path)
        own: Fields = {"split": _split_of(fields.get("tags")), "file_name": _name_of(told)}
        own |= own_of(fields) or {}
        sample = sample_of(own, checked_text(own["file_name"]), size_hw)
        return replace(
            sample,
            split=sample.split or split_in(PurePosixPath(self.file).parent.as_posix()),
            annotations=unique_ids(self._annotations(fields, size_hw)),
            load_bytes=self.pictures.loader(path),
            left_out=_left_out(fields),
        )

    def _beside(self, path: str) -> str:
        """Return a file by its whole name if it lies as its own samples say, or as it is told."""
        beside = (PurePosixPath(self.file).parent / with_slashes(path)).as_posix()
        return beside if self.masks.has(beside) else path

    def _annotations(self, fields: Fields, size_hw: tuple[int, int]) -> Iterator[Annotation]:
        for field, index, value in _objects(fields):
            try:
                yield self._annotation(checked_fields(value), size_hw)
            except ValueError as error:
                place = f"samples[{self.place}].{field}"
                self.report(placed(error, file=self.file, field=place, index=index))

    def _annotation(self, fields: Fields, size_hw: tuple[int, int]) -> Annotation:
        told = {
            **(own_of(fields) or {}),
            "attributes": _attributes(fields),
            "iscrowd": fields.get("iscrowd"),
            "predicted_iou": fields.get("confidence"),
        }
        label = label_of(fields.get("label"))
        if fields.get("_cls") == "Polyline":
            return annotation_of(told, _filled(fields, size_hw), label)
        height, width = size_hw
        x, y, w, h = box_of(fields.get("bounding_box"))
        box = rounded_box(*box_of([x * width, y * height, w * width, h * height]))
        mask = self._mask(fields, size_hw)
        rle = None if mask is None else placed_in(mask, box, size_hw)
        return annotation_of(told, rle, label, box_xywh=box)

    def _mask(self, fields: Fields, size_hw: tuple[int, int]) -> Mask | None:
        """Return the mask of an object, cropped to its box: in place, or in a file of its own."""
        if fields.get("mask") is not None:
            return unpacked(fields["mask"], size_hw)
        path = fields.get("mask_path")
        if path is None:
            return None
        load = self.masks.loader(self._beside(path)) if isinstance(path, str) else None
        if load is None:
            raise DatasetError("the image of the mask is not there")
        try:
            return np.asarray(read_numbers(load()) != 0)
        except MediaError as error:
            raise DatasetError(str(error)) from None


def _name_of(path: str) -> str:
    """Return a path in the folder of images; of one of another machine only the last part."""
    path = with_slashes(path)
    is_absolute = PurePosixPath(path).is_absolute() or ":" in path
    return PurePosixPath(path).name if is_absolute else path.removeprefix(f"{FOLDER}/")


def _split_of(tags: object) -> str | None:
    listed = tags if isinstance(tags, list) else []
    return next((each for each in listed if each in SPLITS), None)


def _attributes(fields: Fields) -> Fields:
    """Take attributes from where FiftyOne had them first, and from where it has them now."""
    listed = fields.get("attributes")
    named = {
        name: each.get("value") if isinstance(each, dict) else each
        for name, each in (listed.items() if isinstance(listed, dict) else ())
    }
    return {name: each for name, each in fields.items() if name not in _KNOWN} | named


def _filled(fields: Fields, size_hw: tuple[int, int]) -> RLE:
    """Fill a polyline whose ends meet; its corners are shares of the image's sides."""
    rings = fields.get("points")
    if not (fields.get("closed") or fields.get("filled")) or not isinstance(rings, list):
        raise DatasetError("a polyline that is neither closed nor filled is no mask")
    height, width = size_hw
    polygons = []
    for ring in rings:
        pairs = [_pair(each) for each in ring] if isinstance(ring, list) else []
        polygons.append([side for x, y in pairs for side in (x * width, y * height)])
    return rle_from_coco(polygons, size_hw)


def _pair(value: object) -> tuple[float, float]:
    """Check a corner as a box that has no sides."""
    pair = value if isinstance(value, list) else []
    x, y, *_ = box_of([*pair, 0, 0])
    return x, y
