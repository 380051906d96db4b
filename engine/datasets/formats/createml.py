"""Create ML: a JSON list of images, each with its boxes, whose coordinates are those of centres.

Format: https://developer.apple.com/documentation/createml/building-an-object-detector-data-source.
The first version calls an image `imagefilename` and its boxes `annotation`.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import (
    Fields,
    checked_fields,
    checked_list,
    checked_text,
    label_of,
)
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.objects import labels_in
from engine.datasets.formats.pictures import FOLDER, Pictures, split_and_name
from engine.datasets.formats.shapes import box_around, number
from engine.datasets.formats.told_files import LIST, files_of, iter_told, unreported, until_broken
from engine.datasets.json_stream import iter_list
from engine.datasets.naming import safe_name
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of

IMAGE: Final = ("image", "imagefilename")
BOXES: Final = ("annotations", "annotation")
_LOOKED_AT: Final = 20  # files before others are taken for another format's


def read(source: Source, report: Report) -> Dataset:
    """Read all lists, each twice: first for the labels that it uses.

    Raises:
        DatasetError: there is none, or one stops being JSON.

    """
    files = files_of(source, _is_ours, report, LIST)
    if not files:
        raise DatasetError("no JSON list of Create ML's images and their boxes is there")
    pictures = Pictures(source)

    def samples() -> Iterator[Sample]:
        for name in files:
            for index, value in enumerate(until_broken(_entries(source, name), files, report)):
                try:
                    yield _sample(checked_fields(value), pictures, name, index, report)
                except ValueError as error:
                    report(DatasetError(str(error), file=name, field="image", index=index))

    entries = chain.from_iterable(
        until_broken(_entries(source, name), files, unreported) for name in files
    )
    labels = (
        label
        for each in entries
        for label in labels_in(_first(each, BOXES) if isinstance(each, dict) else None, "label")
    )
    return Dataset(labels_of(labels), samples)


def is_in(source: Source) -> bool:
    return next(iter_told(source, _is_ours, most=_LOOKED_AT), None) is not None


def _is_ours(source: Source, name: str) -> bool:
    first = next(_entries(source, name), None)
    fields = first if isinstance(first, dict) else {}
    return isinstance(_first(fields, IMAGE), str) and isinstance(_first(fields, BOXES), list)


def _entries(source: Source, name: str) -> Iterator[object]:
    with source.file(name) as file:
        yield from iter_list(file, name)


def _first(fields: Fields, keys: tuple[str, str]) -> object:
    return next((fields[key] for key in keys if key in fields), None)


def _sample(fields: Fields, pictures: Pictures, file: str, index: int, report: Report) -> Sample:
    folder = PurePosixPath(file).parent
    image = (folder / safe_name(checked_text(_first(fields, IMAGE)))).as_posix()
    size_hw = pictures.size_of(image)
    annotations = []
    for place, each in enumerate(checked_list(_first(fields, BOXES), "annotations")):
        try:
            annotations.append(_box(checked_fields(each)))
        except ValueError as error:
            field = f"image[{index}].annotations"
            report(DatasetError(str(error), file=file, field=field, index=place))
    split, name = split_and_name(image, {FOLDER})
    loader = pictures.loader(image)
    return Sample(name, size_hw, tuple(annotations), split=split, load_bytes=loader)


def _box(fields: Fields) -> Annotation:
    told = checked_fields(fields.get("coordinates"))
    x, y, width, height = (number(told.get(key)) for key in ("x", "y", "width", "height"))
    corners = [(x - width / 2, y - height / 2), (x + width / 2, y + height / 2)]
    return Annotation(None, label_of(fields.get("label")), box_around(corners))


CREATEML: Final = Reader("createml", "Create ML", read, is_in)
