"""YOLO's lists of classes: `data.yaml` of Ultralytics, or names in lines."""

from pathlib import PurePosixPath
from typing import Final

import yaml

from engine.datasets.errors import DatasetError
from engine.datasets.files import Source
from engine.datasets.formats.class_lists import agreed

CLASS_FILES: Final = ("data.yaml", "data.yml", "obj.names", "classes.txt")
MAX_LIST_BYTES: Final = 2**20
_BLANK: Final = (
    "nobody knows whether it counts where classes are numbered; name a class or leave it out"
)
# What comes of text that is no YAML, has no names, or has a value that is not what it says.
_NOT_YAML: Final = (
    *(yaml.YAMLError, TypeError, KeyError, ValueError),
    *(AttributeError, OverflowError, RecursionError),
)


def class_names(source: Source) -> list[str]:
    """Return the classes in the order of their numbers, from 0.

    Raises:
        DatasetError: there is no list of them, it is not one, or several of one name differ.

    """
    files: dict[str, list[str]] = {}
    for name in source.names:
        files.setdefault(PurePosixPath(name).name, []).append(name)
    lists = next((files[each] for each in CLASS_FILES if each in files), None)
    if lists is None:
        raise DatasetError(f"no list of classes is there: one of {', '.join(CLASS_FILES)}")
    return agreed(source, lists, _names_in)


def _names_in(source: Source, name: str) -> list[str]:
    text = source.read(name, MAX_LIST_BYTES).decode("utf-8-sig", errors="replace")
    if not name.endswith(("yaml", "yml")):
        lines = [line.strip() for line in text.rstrip().splitlines()]
        if "" in lines:
            raise DatasetError(f"is blank: {_BLANK}", file=name, index=lines.index("") + 1)
        return lines
    listed = _listed(text, name)
    if isinstance(listed, dict) and set(listed) == set(range(len(listed))):
        listed = [listed[number] for number in range(len(listed))]
    if not isinstance(listed, list):
        raise DatasetError("`names` must be a list, or numbered from 0", file=name)
    if not all(isinstance(each, str | int | float) for each in listed):
        raise DatasetError("`names` must be texts", file=name)
    return [str(each) for each in listed]


def _listed(text: str, name: str) -> object:
    """Return what YAML says of `names`. Raise DatasetError."""
    try:
        # A few aliases of aliases are gigabytes once they are written out.
        events = yaml.parse(text, yaml.SafeLoader)
        has_aliases = any(isinstance(event, yaml.AliasEvent) for event in events)
        listed = [] if has_aliases else yaml.safe_load(text)["names"] or []
    except _NOT_YAML:
        raise DatasetError("must be YAML with a list `names`", file=name) from None
    if has_aliases:
        raise DatasetError("aliases are not read: write them out", file=name)
    return listed
