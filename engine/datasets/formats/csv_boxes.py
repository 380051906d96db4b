"""Boxes in a CSV table, a row for each: VoTT's, and those of TensorFlow's object detection.

VoTT has the columns `image`, `xmin`, `ymin`, `xmax`, `ymax` and `label`, the others `filename`, the
same corners in pixels and `class`. An image without boxes has no row: it is read all the same.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from engine.datasets.csv_rows import Cells, KeptRows, Row, iter_rows, read_head
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
_Line: TypeAlias = tuple[str, int, Cells]  # its file, and where it stands there


def read(source: Source, report: Report) -> Dataset:
    """Read all tables, which are kept in memory, and all images.

    Raises:
        DatasetError: there is none, one is no text, or they are too large.

    """
    files = list(_files(source))
    if not files:
        raise DatasetError(f"no CSV table with {', '.join(CORNERS)} and the image's name is there")
    pictures = Pictures(source)
    kept = KeptRows((*IMAGE, *CORNERS, *LABEL))
    of_image: defaultdict[str, list[_Line]] = defaultdict(list)
    for name in files:
        with source.file(name) as file:
            for line, row in iter_rows(file, name):
                image = (PurePosixPath(name).parent / safe_name(_first(row, IMAGE))).as_posix()
                cells = kept.cells(row, name, line)
                of_image[pictures.find(image) or image].append((name, line, cells))

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
            boxes = tuple(_boxes(rows, kept, report))
            loader = pictures.loader(image)
            yield Sample(called, size_hw, boxes, split=split, load_bytes=loader)

    lines = chain.from_iterable(of_image.values())
    labels = (_first(kept.row(cells), LABEL) for _, _, cells in lines)
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


def _boxes(rows: list[_Line], kept: KeptRows, report: Report) -> Iterator[Annotation]:
    for name, line, cells in rows:
        try:
            yield _box(kept.row(cells))
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
