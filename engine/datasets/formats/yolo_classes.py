"""YOLO's lists of classes: `data.yaml` of Ultralytics, or names in lines.

The former also says whether each object has points (https://docs.ultralytics.com/datasets/pose/).
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import yaml

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.class_lists import agreed, names_in_lines

CLASS_FILES: Final = ("data.yaml", "data.yml", "obj.names", "classes.txt")
MAX_LIST_BYTES: Final = 2**20
_NO_NAMES: Final = "must be YAML with a list `names`"
# What comes of text that is no YAML, has no names, or has a value that is not what it says.
_NOT_YAML: Final = (
    *(yaml.YAMLError, TypeError, KeyError, ValueError),
    *(AttributeError, OverflowError, RecursionError),
)


@dataclass(frozen=True, slots=True)
class Classes:
    """What the lines of labels mean."""

    names: list[str]  # by number, from 0
    points: tuple[int, int] | None = None  # how many follow each box, and of how many numbers


def classes_of(source: Source) -> Classes:
    """Read the list.

    Raises:
        DatasetError: there is no list of them, it is not one, or several of one name differ.

    """
    files: dict[str, list[str]] = {}
    for name in source.names:
        files.setdefault(PurePosixPath(name).name, []).append(name)
    lists = next((files[each] for each in CLASS_FILES if each in files), None)
    if lists is None:
        raise DatasetError(f"no list of classes is there: one of {', '.join(CLASS_FILES)}")
    return agreed(source, lists, _classes_in)


def _classes_in(source: Source, name: str) -> Classes:
    text = source.read(name, MAX_LIST_BYTES).decode("utf-8-sig", errors="replace")
    if not name.endswith(("yaml", "yml")):
        return Classes(names_in_lines(text, name))
    content = _content(text, name)
    listed = content["names"] or []
    if isinstance(listed, dict) and set(listed) == set(range(len(listed))):
        listed = [listed[number] for number in range(len(listed))]
    if not isinstance(listed, list):
        raise DatasetError("`names` must be a list, or numbered from 0", file=name)
    if not all(isinstance(each, str | int | float) for each in listed):
        raise DatasetError("`names` must be texts", file=name)
    return Classes([str(each) for each in listed], _points(content.get("kpt_shape"), name))


def _points(shape: object, name: str) -> tuple[int, int] | None:
    """Check how many points an object has: of two numbers each, or three with its visibility."""
    if shape is None:
        return None
    match shape:
        case [int(count), 2 | 3 as numbers] if count > 0:
            return count, numbers
    raise DatasetError("`kpt_shape` must be a count of points, and 2 or 3", file=name)


def _content(text: str, name: str) -> dict[str, object]:
    """Return what YAML says, `names` and more. Raise DatasetError."""
    try:
        # A few aliases of aliases are gigabytes once they are written out.
        events = yaml.parse(text, yaml.SafeLoader)
        has_aliases = any(isinstance(event, yaml.AliasEvent) for event in events)
        content: dict[str, object] = {} if has_aliases else {**yaml.safe_load(text)}
    except _NOT_YAML:
        raise DatasetError(_NO_NAMES, file=name) from None
    if has_aliases:
        raise DatasetError("aliases are not read: write them out", file=name)
    if "names" not in content:
        raise DatasetError(_NO_NAMES, file=name)
    return content
