"""Cut texts down to some of their lines, which stay byte for byte as they are."""

import csv
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.csv_boxes import IMAGE
from engine.datasets.formats.pictures import is_image
from engine.datasets.json_bounds import loads
from engine.datasets.naming import number_in
from engine.datasets.refused.wanted import LINES, Kept, Wanted, Write, bare_names

_LINE_BYTES: Final = 64 * 2**20
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_IMAGE_ID: Final = "ImageID"  # of Open Images: a file's name without its ending


def cut_lines(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep the wanted lines of a text of 64 MiB at most; they are counted as its readers do.

    Raises:
        DatasetError: it is longer.

    """
    kept = Kept()
    for number, line in _lines(source, name):
        if wanted.has(LINES, number):
            kept.places[LINES, number] = len(kept.places) + 1
            _write_line(line.encode(errors="surrogateescape"), write)
    return kept


def cut_frames(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep the wanted lines of a text of a sequence, which begin with the numbers of its images.

    Raises:
        DatasetError: it is longer than 64 MiB.

    """
    frames = {number_in(each): each for each in wanted.images}
    kept = Kept()
    count = 0
    for number, line in _lines(source, name):
        first = line.partition(" ")[0]
        image = frames.get(int(first)) if _NUMBER.fullmatch(first) else None
        if image or wanted.has(LINES, number):
            count += 1
            if wanted.has(LINES, number):
                kept.places[LINES, number] = count
            kept.images |= {image} if image else set()
            _write_line(line.encode(errors="surrogateescape"), write)
    return kept


def _lines(source: Source, name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text as its readers count them."""
    text = source.read(name).decode("utf-8-sig", errors="surrogateescape")
    yield from enumerate(text.splitlines(keepends=True), start=1)


def cut_json_lines(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep the wanted lines, each of which is an object. Narratives name images by `image_id`.

    Raises:
        DatasetError: a line is longer than 64 MiB.

    """
    names = {PurePosixPath(each).stem: each for each in wanted.images}
    numbers = {str(number_in(each)): each for each in wanted.images}
    kept = Kept()
    count = 0
    with source.file(name) as file:
        number = 0
        while line := file.readline(_LINE_BYTES):
            number += 1
            if len(line) == _LINE_BYTES and not line.endswith(b"\n"):
                raise DatasetError("the line is too long", file=name, index=number)
            is_told = wanted.has(LINES, number)
            value = _value(line) if is_told or wanted.images else None
            identity = _image_id(value)
            image = names.get(identity) or numbers.get(identity.lstrip("0"))
            if is_told or image or wanted.met(value):
                count += 1
                if is_told:
                    kept.places[LINES, number] = count
                kept.note(wanted, value)
                kept.images |= {image} if image else set()
                _write_line(line, write)
    return kept


def cut_table(source: Source, name: str, wanted: Wanted, write: Write) -> Kept:
    """Keep the head of a CSV table and the wanted rows, told by the lines on which they end.

    Of a row whose image is not there all others of that image are wanted, too.

    Raises:
        DatasetError: it is no table, or a line is too long.

    """
    lost = {
        image
        for number, cells, _ in (_rows(source, name) if wanted.lost else ())
        if number in wanted.lost
        for image in _images_of(cells)
    }
    stems = {PurePosixPath(each).stem: each for each in wanted.images}
    kept = Kept()
    count = 0
    for number, cells, lines in _rows(source, name):
        images = _images_of(cells)
        is_told = wanted.has(LINES, number)
        met = wanted.images & {each for text in images for each in bare_names(text)}
        met |= {stems[each] for each in _identities(cells) if each in stems}
        if count == 0 or is_told or met or images & lost:
            for line in lines:
                _write_line(line, write)
            count += len(lines)
        if is_told:
            kept.places[LINES, number] = count
        if is_told or met or images & lost:
            kept.images |= met
            kept.texts |= {*filter(is_image, cells.values()), *_identities(cells)}
    return kept


def _rows(source: Source, name: str) -> Iterator[tuple[int, dict[str, str], list[bytes]]]:
    """Yield the line on which each row ends, its cells, and its lines. The first is the head."""
    raw: list[bytes] = []
    with source.file(name) as file:

        def lines() -> Iterator[str]:
            while line := file.readline(_LINE_BYTES):
                raw.append(line)
                is_first = len(raw) == 1 and not names
                text = line.decode("utf-8-sig" if is_first else "utf-8", errors="replace")
                yield text.replace("\0", "_")

        names: list[str] = []
        reader = csv.reader(lines())
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise DatasetError(str(error), file=name, index=reader.line_num) from None
            if cells is None:
                return
            cells = [cell.strip() for cell in cells]
            names = names or cells
            yield reader.line_num, dict(zip(names, cells, strict=False)), list(raw)
            raw.clear()


def _images_of(cells: dict[str, str]) -> set[str]:
    """Return how a row calls its image."""
    return {cells[column] for column in (*IMAGE, _IMAGE_ID) if cells.get(column)}


def _identities(cells: dict[str, str]) -> set[str]:
    return {cells[_IMAGE_ID]} if cells.get(_IMAGE_ID) else set()


def _image_id(value: object) -> str:
    """Return the name or the number by which a narrative calls its image."""
    told = value.get("image_id") if isinstance(value, dict) else None
    return told if isinstance(told, str) else ""


def _value(line: bytes) -> object:
    """Return what a line is in JSON; None if it is none."""
    try:
        return loads(line)
    except (ValueError, RecursionError):
        return None


def _write_line(line: bytes, write: Write) -> None:
    write(line if line.endswith((b"\n", b"\r")) else line + b"\n")
