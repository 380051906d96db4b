"""`labels.json`: a dataset's labels in a file of their own, with their ids and attributes."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Final

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.files import Out, Source, read_json
from engine.datasets.formats.fields import json_of, text_of
from engine.datasets.sample import Dataset, Label

LABELS: Final = "labels.json"


def write_labels(dataset: Dataset, out: Out) -> None:
    with out.file(LABELS) as file:
        labels = [{**each.extra, "id": each.id, "name": each.name} for each in dataset.labels]
        file.write(canonical_json(labels) + b"\n")


def read_labels(source: Source, name: str) -> tuple[Label, ...]:
    """Read the list and number its labels from 1.

    Raises:
        DatasetError: it is not there, or lists something else.

    """
    unique: dict[str, Label] = {}
    for index, row in enumerate(listed(read_json(source, name))):
        label = text_of(row.get("name")) if isinstance(row, dict) else None
        if not isinstance(row, dict) or label is None:
            raise DatasetError("must be labels that have a name", file=name, index=index)
        extra = json_of({key: row[key] for key in row if key not in {"id", "name"}})
        unique.setdefault(label, Label(label, len(unique) + 1, extra))
    return tuple(unique.values())


def united(lists: Iterable[Iterable[Label]]) -> tuple[Label, ...]:
    """Unite the labels of several lists by name, as the first tells them, numbered from 1."""
    unique: dict[str, Label] = {}
    for label in chain.from_iterable(lists):
        unique.setdefault(label.name, replace(label, id=len(unique) + 1))
    return tuple(unique.values())


def listed(value: object) -> list[object]:
    """Take what is no list for a list of itself, so that it is found to be wrong."""
    return value if isinstance(value, list) else [value]
