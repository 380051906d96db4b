"""MOTS as text: a file for each sequence of frames, a line for each object of a frame.

A line is frame, track, class, height, width and the mask as COCO's run lengths
(https://www.vision.rwth-aachen.de/page/mots). Files are `SEQUENCE.txt` or `SEQUENCE/gt/gt.txt`;
images are six digits in a folder of the sequence, at any depth.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Reader, Report
from engine.datasets.formats.mots import IGNORED, NAMES
from engine.datasets.formats.pictures import Pictures
from engine.datasets.formats.shapes import Size, size
from engine.datasets.sample import Annotation, Dataset, Sample, labels_of
from engine.masks.validate import rle_from_coco

_LINE: Final = re.compile(r"(\d{1,6}) (\d{1,9}) (\d{1,2}) (\d{1,6}) (\d{1,6}) (\S+)", re.ASCII)
_PROBED: Final = 20  # files, and lines of each, before others are taken for another format's
_GROUND_TRUTH: Final = "gt"
Line: TypeAlias = tuple[int, re.Match[str]]  # with its number


def read(source: Source, report: Report) -> Dataset:
    """Read all sequences; an image of one that no line tells of has no objects."""
    pictures = Pictures(source)
    files = [name for name in source.names if _is_ours(source, name)]

    def samples() -> Iterator[Sample]:
        for name in files:
            yield from _frames(source, pictures, name, report)

    return Dataset(labels_of(NAMES), samples)


def is_in(source: Source) -> bool:
    texts = (name for name in source.names if name.endswith(".txt"))
    return any(_is_ours(source, name) for name in islice(texts, _PROBED))


def _is_ours(source: Source, name: str) -> bool:
    """Tell a file by its first lines: any of them may be broken."""
    if not name.endswith(".txt"):
        return False
    try:
        with source.file(name) as file:
            first = [
                file.readline(2**20).decode("utf-8-sig", errors="replace") for _ in range(_PROBED)
            ]
    except DatasetError:
        return False
    return any(_LINE.fullmatch(line.strip()) for line in first)


def _frames(source: Source, pictures: Pictures, name: str, report: Report) -> Iterator[Sample]:
    try:
        frames = _lines(source, name, report)
    except DatasetError as problem:
        report(problem)
        return
    sequence = _sequence(name)
    images = {
        int(path.stem): image
        for image in pictures.names
        if sequence in (path := PurePosixPath(image)).parts[:-1] and _is_number(path.stem)
    }
    for frame in sorted(frames.keys() | images.keys()):
        image = images.get(frame, f"{sequence}/{frame:06}.png")
        try:
            size_hw = _size(frames[frame], name) if frame in frames else pictures.size_of(image)
        except DatasetError as problem:  # of the image as a whole
            report(problem)
            continue
        annotations = tuple(_objects(frames.get(frame, []), size_hw, name, report))
        called = f"{sequence}/{PurePosixPath(image).name}"
        yield Sample(called, size_hw, annotations, load_bytes=pictures.loader(image))


def _lines(source: Source, name: str, report: Report) -> dict[int, list[Line]]:
    """Return the lines of each frame."""
    frames: defaultdict[int, list[Line]] = defaultdict(list)
    lines = source.read(name).decode("utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line.strip())
        if match:
            frames[int(match[1])].append((number, match))
        elif line.strip():
            fault = "each line is frame, track, class, height, width and run lengths"
            report(DatasetError(fault, file=name, index=number))
    return frames


def _sequence(name: str) -> str:
    path = PurePosixPath(name)
    return path.parent.parent.name if path.stem == _GROUND_TRUTH else path.stem


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}", text, re.ASCII) is not None


def _size(lines: list[Line], name: str) -> Size:
    """Return what the first line of a frame tells."""
    number, match = lines[0]
    try:
        return size(int(match[4]), int(match[5]))
    except ValueError as error:
        raise DatasetError(str(error), file=name, index=number) from None


def _objects(lines: list[Line], size_hw: Size, name: str, report: Report) -> Iterator[Annotation]:
    seen: set[str] = set()
    for number, match in lines:
        track, place = int(match[2]), int(match[3])
        told = {"size": [int(match[4]), int(match[5])], "counts": match[6]}
        try:
            rle = rle_from_coco(told, size_hw)
            if place != IGNORED and not 0 < place <= len(NAMES):
                raise DatasetError(f"number {place} is none of a class")
        except ValueError as error:
            report(DatasetError(str(error), file=name, index=number))
            continue
        if place == IGNORED:
            yield Annotation(rle, is_crowd=True)
        else:
            identity = "" if match[2] in seen else match[2]
            seen.add(match[2])
            attributes = {"track_id": track}
            yield Annotation(rle, NAMES[place - 1], id=identity, attributes=attributes)


MOTS_TXT: Final = Reader("mots_txt", "MOTS text", read, is_in)
