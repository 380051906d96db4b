"""Annotations beside images that no reader knows: found by their names, told with what to do.

A table or JSON beside images may be anything; it is told all the same, as nobody would miss what
was left out in silence. What people lay beside images to be read by people is none.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.pictures import is_image

LISTED_IN: Final = "engine/datasets/FORMATS.md"
_DATA: Final = (".json", ".jsonl", ".ndjson", ".xml", ".csv")
_NO_ANNOTATIONS: Final = re.compile(
    r"(read[-_ ]?me([-_ ]first)?|licen[cs]e|copying|copyright|notice|terms|changelog|changes"
    r"|authors|credits|contributors|citation|attribution|source|requirements|settings|config"
    r"|package|datapackage"
    r"|dataset-metadata|codemeta|checksum|version)s?([-_. ]?v?[\d.]+)*([-_.][a-z]{2})?",
    re.IGNORECASE,
)
_OF_RASTERS: Final = ".aux.xml"  # what GDAL notes of a picture's values
_LOOKED_AT: Final = 100  # texts that are not called as an image is; and files for who made them
_HEAD_BYTES: Final = 2**16
_NUMBERS: Final = 5  # of a line of labels at the least: a class and a box
_DIGEST: Final = re.compile("[0-9a-fA-F]{32,}")


def unknown_in(source: Source) -> list[str]:
    """Return the files that may be annotations, of what is of no known format.

    Of texts these are those that are called as an image is, and those whose first line has the
    numbers of a box, or tells more of an image than its name.
    """
    images = {PurePosixPath(name).name for name in source.names if is_image(name)}
    stems = {name.rpartition(".")[0] for name in images}
    found = [name for name in source.names if _is_data(name)]
    texts = [name for name in source.names if name.lower().endswith(".txt")]
    beside = {name for name in texts if PurePosixPath(name).stem in stems}
    others = islice(
        (name for name in texts if name not in beside and not _is_read(name)), _LOOKED_AT
    )
    return sorted([*found, *beside, *(name for name in others if _lists(source, name, images))])


def words_of_unknown(source: Source) -> str:
    """Say what was left out and what to do, or nothing where no such file is there."""
    names = unknown_in(source)
    if not names:
        return ""
    count = "1 file," if len(names) == 1 else f"{len(names)} files, e.g."
    advice = next(filter(None, (each(source, names) for each in _NEIGHBOURS)), _ANY)
    return f"Annotations in no known format: {count} {names[0]}. {advice}"


def _is_read(name: str) -> bool:
    """Tell a file for people, or one of programs, by its name."""
    return _NO_ANNOTATIONS.fullmatch(PurePosixPath(name).stem) is not None


def _is_data(name: str) -> bool:
    low = name.lower()
    return low.endswith(_DATA) and not low.endswith(_OF_RASTERS) and not _is_read(name)


def _lists(source: Source, name: str, images: Collection[str]) -> bool:
    words = _first_line(source, name)
    if any(_DIGEST.fullmatch(word) for word in words):
        return False
    is_told = len(words) > 1 and any(PurePosixPath(word).name in images for word in words)
    return is_told or len(_numbers_in(words)) >= _NUMBERS


def _numbers_in(words: Sequence[str]) -> list[float]:
    """Return the numbers that a line is made of; nothing where it has a word."""
    try:
        return [float(word) for word in words]
    except ValueError:
        return []


def _first_line(source: Source, name: str) -> list[str]:
    line = _head_of(source, name).lstrip().partition("\n")[0]
    return line.replace(",", " ").replace(";", " ").split()


def _head_of(source: Source, name: str) -> str:
    try:
        with source.file(name) as file:
            return file.read(_HEAD_BYTES).decode("utf-8-sig", errors="replace")
    except DatasetError:
        return ""


def _heads(source: Source, names: Sequence[str]) -> Iterator[str]:
    data = (name for name in names if name.lower().endswith(_DATA))
    return (_head_of(source, name) for name in islice(data, _LOOKED_AT))


def _of_cvat(source: Source, names: Sequence[str]) -> str:
    del source  # the names tell
    told = {PurePosixPath(name) for name in names}
    backups = (path for path in told if path.name == "task.json")
    if any(path.with_name("annotations.json") in told for path in backups):
        return (
            "This is CVAT's backup of a task: export the task as “CVAT for images 1.1”, with its "
            "images, and send that instead."
        )
    return ""


def _of_yolo(source: Source, names: Sequence[str]) -> str:
    texts = islice((name for name in names if name.lower().endswith(".txt")), _LOOKED_AT)
    lines = (_first_line(source, name) for name in texts)
    if any(line[0].isdecimal() and len(_numbers_in(line)) >= _NUMBERS for line in lines if line):
        return (
            "These seem to be YOLO's labels, and nothing tells what the numbers of the classes "
            "mean: put data.yaml or classes.txt beside them, and send all again."
        )
    return ""


def _of_via(source: Source, names: Sequence[str]) -> str:
    signs = ("_via_", "region_shape_attributes", '"shape_attributes"')
    if any(sign in head for head in _heads(source, names) for sign in signs):
        return "This is of VGG Image Annotator: export it as COCO there, and send that instead."
    return ""


def _of_v7(source: Source, names: Sequence[str]) -> str:
    signs = ("darwin_json", "darwin.v7labs.com", '"workview_url"', '"slots"')
    if any(sign in head for head in _heads(source, names) for sign in signs):
        return "This is V7's own JSON: export it as COCO there, and send that instead."
    return ""


_ANY: Final = f"Export them as COCO, for example: the list of formats is {LISTED_IN}."
# Formats that are known, but only as their neighbours are: each says which.
_NEIGHBOURS: Final[Sequence[Callable[[Source, Sequence[str]], str]]] = (
    _of_cvat,
    _of_via,
    _of_v7,
    _of_yolo,
)
