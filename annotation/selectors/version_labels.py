"""The labels of a version as it froze them, whatever became of them in the project since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from annotation.models import DatasetVersion
from annotation.selectors.versions import manifest_path_to_serve
from engine.datasets.choosing import Choice
from engine.datasets.header_labels import header_labels, unused_labels
from engine.datasets.manifest_lines import header_of
from engine.datasets.sample import UNUSED_LEFT_OUT_SINCE, Dataset


@dataclass(frozen=True, slots=True)
class VersionLabel:
    """A label by a name that no other of the version has."""

    name: str
    called: str  # by people; several may be called the same, where one was deleted
    masks: int | None  # None: cut before they were counted


def frozen_labels(version: DatasetVersion) -> list[VersionLabel]:
    """Return the labels of a version's exports in their order, without asking the database."""
    counts = masks_by_name(version)
    unused = unused_in(version)
    return [
        VersionLabel(
            label.name,
            str(label.extra.get("name", label.name)),
            None if counts is None else counts.get(label.name, 0),
        )
        for label in header_labels(_header(version))
        if label.name not in unused
    ]


def unused_in(version: DatasetVersion) -> frozenset[str]:
    """Return the names of labels that stay behind: see `unused_labels`."""
    counts = masks_by_name(version)
    if version.edition < UNUSED_LEFT_OUT_SINCE or counts is None:
        return frozenset()
    return unused_labels(_header(version), counts.keys())


def without_unused(
    dataset: Dataset, choice: Choice, version: DatasetVersion
) -> tuple[Dataset, Choice]:
    """Leave unused labels out of a version's dataset, and of what is chosen of it.

    The names and ids of the others stay as they are. Whoever renames the labels of a project may
    go on to name all of them, whichever a version has.
    """
    unused = unused_in(version)
    labels = tuple(each for each in dataset.labels if each.name not in unused)
    wanted = {old: new for old, new in choice.labels.items() if old not in unused}
    return replace(dataset, labels=labels), replace(choice, labels=wanted)


def missing_labels(version: DatasetVersion, names: Collection[str]) -> list[str]:
    """Return the names that no label of the version has, unused ones included."""
    return sorted(set(names) - {label.name for label in header_labels(_header(version))})


def _header(version: DatasetVersion) -> dict[str, Any]:
    with manifest_path_to_serve(version.pk).open("rb") as file:
        return header_of(file)


def masks_by_name(version: DatasetVersion) -> Mapping[str | None, int] | None:
    """Return how many masks labels have, those without one as None's; None: never counted."""
    if version.distributions is None:
        return None
    return {each["label"]: each["masks"] for each in version.distributions["labels"]}
