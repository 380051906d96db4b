"""Boxes in a CSV table, a row for each: VoTT's, and those of TensorFlow's object detection.

VoTT has the columns `image`, `xmin`, `ymin`, `xmax`, `ymax` and `label`, the others `filename`, the
same corners in pixels and `class`. An image without boxes has no row: it is read all the same.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.csv_rows import Row, iter_rows, read_head
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import label_of
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.pictures import FOLDER, Pictures, split_and_name
from engine.datasets.formats.shapes import box_around, number
from engine.datasets.naming import safe_name
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of

CORNERS: Final = ("xmin", "ymin", "xmax", "ymax")
IMAGE: Final = ("image", "filename")
LABEL: Final = ("label", "class")


def read(source: Source, report: Report) -> Dataset:
    """Read all tables, which are kept in memory, and all images.

    Raises:
        DatasetError: there is none, or one is no text.

    """
    files = list(_files(source))
    if not files:
        raise DatasetError(f"no CSV table with {', '.join(CORNERS)} and the image's name is there")
    pictures = Pictures(source)
    of_image: defaultdict[str, list[tuple[str, int, Row]]] = defaultdict(list)
    for name in files:
        with source.file(name) as file:
            for line, row in iter_rows(file, name):
                image = (PurePosixPath(name).parent / safe_name(_first(row, IMAGE))).as_posix()
                of_image[pictures.find(image) or image].append((name, line, row))

    def samples() -> Iterator[Sample]:
        for image in dict.fromkeys([*pictures.names, *of_image]):
            rows = of_image.get(image, [])
            try:
                size_hw = pictures.size_of(image)
            except DatasetError as problem:
                at = rows[0][:2] if rows and pictures.find(image) is None else None
                report(DatasetError(problem.fault, file=at[0], index=at[1]) if at else problem)
                continue
            split, called = split_and_name(image, {FOLDER})
            boxes = tuple(_boxes(rows, report))
            loader = pictures.loader(image)
            yield Sample(called, size_hw, boxes, split=split, load_bytes=loader)

    labels = (_first(row, LABEL) for rows in of_image.values() for _, _, row in rows)
    return Dataset(labels_of(label for label in labels if label), samples)


def is_in(source: Source) -> bool:
    return next(_files(source), None) is not None


def _files(source: Source) -> Iterator[str]:
    for name in source.names:
        if name.endswith(".csv"):
            try:
                with source.file(name) as file:
                    head = set(read_head(file, name))
            except DatasetError:
                continue
            if head >= set(CORNERS) and head & set(IMAGE) and head & set(LABEL):
                yield name


def _first(row: Row, columns: tuple[str, str]) -> str:
    return next((row[column] for column in columns if column in row), "")


def _boxes(rows: list[tuple[str, int, Row]], report: Report) -> Iterator[Annotation]:
    for name, line, row in rows:
        try:
            yield _box(row)
        except ValueError as error:
            report(DatasetError(str(error), file=name, index=line))


def _box(row: Row) -> Annotation:
    try:
        left, top, right, bottom = (number(float(row[column])) for column in CORNERS)
    except (KeyError, ValueError):
        raise ValueError(f"{', '.join(CORNERS)} must be numbers") from None
    return Annotation(
        None, label_of(_first(row, LABEL)), box_around([(left, top), (right, bottom)])
    )


CSV_BOXES: Final = Reader("csv_boxes", "CSV of boxes (VoTT, TensorFlow)", read, is_in)
