"""Files that tell by their first words of which format they are: JSON and XML among others.

Such a file of a dataset that cannot be read is not another's: it is told, or the dataset would come
in without what is in it and nobody would know.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Final, TypeAlias, TypeVar

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.format import Report

T = TypeVar("T")
IsOurs: TypeAlias = Callable[[Source, str], bool]  # raises DatasetError where a file is broken
OBJECT, LIST, ELEMENT = "{", "[", "<"  # what a file begins with
_HEAD_BYTES: Final = 2**16


def iter_told(
    source: Source, is_ours: IsOurs, ending: str = ".json", most: int | None = None
) -> Iterator[str]:
    """Yield the files that are of a format, of those at most that are looked at first."""
    for name in islice(_of_ending(source, ending), most):
        try:
            found = is_ours(source, name)
        except DatasetError:
            continue
        if found:
            yield name


def files_of(
    source: Source, is_ours: IsOurs, report: Report, opening: str, ending: str = ".json"
) -> list[str]:
    """Return the files of a format; report those that lie among them and cannot be read.

    They have the folder or the name of one that can. Files of anything else may lie there as well.

    Raises:
        DatasetError: there is none that can be read; of the first that cannot.

    """
    ours: list[str] = []
    broken: dict[str, DatasetError] = {}
    for name in _of_ending(source, ending):
        try:
            if is_ours(source, name):
                ours.append(name)
        except DatasetError as fault:
            if not is_other(source, name, opening):
                broken[name] = fault
    if broken and not ours:
        raise next(iter(broken.values()))
    paths = [PurePosixPath(name) for name in ours]
    folders, names = {path.parent for path in paths}, {path.name for path in paths}
    for name, told in broken.items():
        if PurePosixPath(name).parent in folders or PurePosixPath(name).name in names:
            report(told)
    return ours


def until_broken(items: Iterator[T], files: Sequence[str], report: Report) -> Iterator[T]:
    """Yield what one of several files has until it cannot be read on, which is reported.

    Raises:
        DatasetError: it is the only one and cannot be read on.

    """
    try:
        yield from items
    except DatasetError as fault:
        if len(files) == 1:
            raise
        report(fault)


def unreported(problem: DatasetError) -> None:
    """Pass over a fault which is reported when the file is read again."""


def is_other(source: Source, name: str, opening: str) -> bool:
    """Tell whether a file begins as another kind does, so that it need not be of this one."""
    try:
        with source.file(name) as file:
            head = file.read(_HEAD_BYTES)
    except DatasetError:
        return False
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    return text[:1] in {OBJECT, LIST, ELEMENT} - {opening} or is_one_value(text)


def is_one_value(text: str) -> bool:
    """Tell a number, a word or a text: they are JSON, and no dataset is one of them."""
    try:
        return not isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _of_ending(source: Source, ending: str) -> Iterator[str]:
    return (name for name in source.names if name.endswith(ending))
