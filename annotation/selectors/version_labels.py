"""The labels of a version as it froze them, whatever became of them in the project since."""

from collections.abc import Mapping
from dataclasses import dataclass

from annotation.models import DatasetVersion
from annotation.selectors.versions import manifest_path_to_serve
from engine.datasets.header_labels import header_labels
from engine.datasets.manifest_lines import header_of


@dataclass(frozen=True, slots=True)
class VersionLabel:
    """A label by a name that no other of the version has."""

    name: str
    called: str  # by people; several may be called the same, where one was deleted
    masks: int | None  # None: cut before they were counted


def frozen_labels(version: DatasetVersion) -> list[VersionLabel]:
    """Return a version's labels in their order. Of the database nothing is asked for it."""
    counts = masks_by_name(version)
    with manifest_path_to_serve(version.pk).open("rb") as file:
        labels = header_labels(header_of(file))
    return [
        VersionLabel(
            label.name,
            str(label.extra.get("name", label.name)),
            None if counts is None else counts.get(label.name, 0),
        )
        for label in labels
    ]


def masks_by_name(version: DatasetVersion) -> Mapping[str | None, int] | None:
    """Return how many masks labels have, those without one as None's; None: never counted."""
    if version.distributions is None:
        return None
    return {each["label"]: each["masks"] for each in version.distributions["labels"]}
