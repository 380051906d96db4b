"""Open Images: boxes and masks in CSV tables, in shares of the sides; masks as PNGs.

Layout: https://storage.googleapis.com/openimages/web/download_v7.html. Images and masks may lie in
any folders: they are found by the names that the tables give. A mask's PNG may be smaller or larger
than its image. The labels of whole images are not read: they tell of no object.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from engine.datasets.csv_rows import Cells, KeptRows, Row, iter_rows, read_head
from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.checked import label_of
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.maps import read_map
from engine.datasets.formats.pictures import FOLDER, Pictures, split_and_name
from engine.datasets.formats.shapes import Size, box_around, number
from engine.datasets.sample import Annotation, Box, Dataset, Sample, labels_of
from engine.masks.rle import RLE, encode

BOXES: Final = {"ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax"}
MASKS: Final = {"ImageID", "LabelName", "MaskPath"}
DESCRIPTIONS: Final = "class-descriptions"  # in the name of the table of labels
MASKS_FOLDER: Final = "masks"  # in the names of their folders
_FLAGS: Final = {
    "IsOccluded": "occluded",
    "IsTruncated": "truncated",
    "IsDepiction": "depiction",
    "IsInside": "inside",
}
_CORNERS: Final = ("XMin", "XMax", "YMin", "YMax")
_CORNERS_OF_MASK: Final = tuple(f"Box{corner}" for corner in _CORNERS)
_COLUMNS: Final = (
    *("ImageID", "LabelName", "MaskPath", "BoxID", "IsGroupOf"),
    *(*_CORNERS, *_CORNERS_OF_MASK, *_FLAGS),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row and where it stands."""

    file: str
    number: int
    cells: Cells
    kept: KeptRows  # which knows the cells' columns

    @property
    def row(self) -> Row:
        return self.kept.row(self.cells)


@dataclass(frozen=True, slots=True)
class _Tables:
    boxes: dict[str, list[_Line]] = field(default_factory=lambda: defaultdict(list))  # by image
    masks: dict[str, list[_Line]] = field(default_factory=lambda: defaultdict(list))


def read(source: Source, report: Report) -> Dataset:
    """Read all images that are there; the tables are kept in memory.

    Raises:
        DatasetError: a table is no text, or they are too large.

    """
    tables, names, pictures = _tables(source), _descriptions(source), Pictures(source)
    reader = _Reader(source, pictures, tables, names, _masks_in(pictures), report)
    drawn = {_bare(line.row.get("MaskPath", "")) for each in tables.masks.values() for line in each}
    images = {
        PurePosixPath(name).stem: name
        for name in pictures.names
        if _bare(name) not in drawn and MASKS_FOLDER not in PurePosixPath(name).parent.as_posix()
    }
    lost = sorted((tables.boxes.keys() | tables.masks.keys()) - images.keys())

    def samples() -> Iterator[Sample]:
        for identity, image in images.items():
            try:
                yield reader.sample(identity, image)
            except DatasetError as problem:  # of the image as a whole
                report(problem)
        for identity in lost:
            line = (tables.boxes.get(identity) or tables.masks[identity])[0]
            fault = "the image is not there, which tells its size"
            report(DatasetError(fault, file=line.file, index=line.number))

    lines = chain.from_iterable([*tables.boxes.values(), *tables.masks.values()])
    found = dict.fromkeys(line.row.get("LabelName", "") for line in lines)
    return Dataset(labels_of(names.get(each, each) for each in found if each), samples)


def _tables(source: Source) -> _Tables:
    tables, kept = _Tables(), KeptRows(_COLUMNS)
    for file, head in _heads(source):
        known = tables.masks if head >= MASKS else tables.boxes
        for line in _lines(source, file, kept) if head >= MASKS or head >= BOXES else ():
            known[line.row.get("ImageID", "")].append(line)
    return tables


def is_in(source: Source) -> bool:
    return any(head >= BOXES or head >= MASKS for _, head in _heads(source))


def _heads(source: Source) -> Iterator[tuple[str, set[str]]]:
    """Yield all tables, each with the names of its columns."""
    for name in source.names:
        if name.endswith(".csv"):
            try:
                with source.file(name) as file:
                    yield name, set(read_head(file, name))
            except DatasetError:
                continue


def _lines(source: Source, name: str, kept: KeptRows) -> Iterator[_Line]:
    with source.file(name) as file:
        for number_of_line, row in iter_rows(file, name):
            yield _Line(name, number_of_line, kept.cells(row, name, number_of_line), kept)


def _descriptions(source: Source) -> dict[str, str]:
    """Return what labels are called, by what tables call them: /m/01g317 is a person."""
    found: dict[str, str] = {}
    for name in source.names:
        if DESCRIPTIONS in name and name.endswith(".csv"):
            with source.file(name) as file:
                head = read_head(file, name)  # of the first versions, which is a label itself
            kept = KeptRows(head)
            lines = ([*line.row.values()] for line in _lines(source, name, kept))
            for cells in chain([head], lines):
                if len(cells) == len(("LabelName", "DisplayName")):
                    found.setdefault(cells[0], cells[1])
    return found


def _masks_in(pictures: Pictures) -> dict[str, str]:
    return {_bare(name): name for name in pictures.names if name.lower().endswith(".png")}


def _bare(path: str) -> str:
    return PurePosixPath(path).name


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    pictures: Pictures
    tables: _Tables
    names: dict[str, str]
    masks: dict[str, str]  # by their names without folders
    report: Report

    def sample(self, identity: str, image: str) -> Sample:
        size_hw = self.pictures.size_of(image)
        masks = self.tables.masks.get(identity, [])
        boxes = [
            (_cells(each.row, *_CORNERS), each) for each in self.tables.boxes.get(identity, [])
        ]
        flags = {cells: line.row for cells, line in boxes}
        # The box of a mask is listed, too: it is the same object, and tells its flags.
        outlines = [(_cells(each.row, *_CORNERS_OF_MASK), each) for each in masks]
        outlined = {cells for cells, _ in outlines}
        alone = [(cells, line) for cells, line in boxes if cells not in outlined]
        annotations = tuple(self._objects([*outlines, *alone], flags, size_hw))
        split, name = split_and_name(image, {FOLDER})
        loader = self.pictures.loader(image)
        return Sample(name, size_hw, annotations, split=split, load_bytes=loader)

    def _objects(
        self,
        lines: list[tuple[tuple[str, ...], _Line]],
        flags: Mapping[tuple[str, ...], Row],
        size_hw: Size,
    ) -> Iterator[Annotation]:
        """Yield objects; lines and the rows that tell flags are known by label and box."""
        for cells, line in lines:
            try:
                yield self._object(line.row, flags.get(cells, {}), size_hw)
            except ValueError as error:
                self.report(DatasetError(str(error), file=line.file, index=line.number))

    def _object(self, row: Row, flags: Row, size_hw: Size) -> Annotation:
        called = row.get("LabelName", "")
        is_mask = "MaskPath" in row
        return Annotation(
            self._mask(row["MaskPath"], size_hw) if is_mask else None,
            label_of(self.names.get(called, called)),
            None if is_mask else _box(row, size_hw),
            row.get("BoxID", ""),
            is_crowd=flags.get("IsGroupOf") == "1",
            attributes={told: True for column, told in _FLAGS.items() if flags.get(column) == "1"},
        )

    def _mask(self, path: str, size_hw: Size) -> RLE:
        file = self.masks.get(_bare(path))
        if file is None:
            raise DatasetError(f"{path} is not there")
        drawn = read_map(self.source, file) != 0
        rows, columns = (
            np.arange(side) * own // side for side, own in zip(size_hw, drawn.shape, strict=True)
        )
        mask = drawn[rows][:, columns]
        if not mask.any():
            raise DatasetError(f"{path}: mask is empty: it covers no pixel")
        return encode(mask)


def _cells(row: Row, *columns: str) -> tuple[str, ...]:
    """Return what tells an object apart: its label and its box, however it is spelt."""
    cells = [row.get(column, "") for column in columns]
    try:
        return row.get("LabelName", ""), *(f"{float(cell):.5f}" for cell in cells)
    except ValueError:
        return row.get("LabelName", ""), *cells


def _box(row: Row, size_hw: Size) -> Box:
    try:
        left, right, top, bottom = (number(float(row[column])) for column in _CORNERS)
    except (KeyError, ValueError):
        raise ValueError("XMin, XMax, YMin and YMax must be shares of the sides") from None
    height, width = size_hw
    return box_around([(left * width, top * height), (right * width, bottom * height)])


OPEN_IMAGES: Final = Reader("open_images", "Open Images", read, is_in)
