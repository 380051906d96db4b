"""The labels that a manifest's header has: by which names they leave, and their attributes."""

from collections.abc import Mapping
from typing import Any, Final

from engine.datasets.sample import UNLABELLED, Label

_TOLD: Final = ("id", "name")  # of a label in the header; the rest goes along


def header_labels(header: Mapping[str, Any]) -> list[Label]:
    """Return a version's labels by unique names.

    Of several of one name, all but the last were deleted. They get their id behind it, and as COCO
    has always told them, keep their own name among what else is told.
    """
    taken = {UNLABELLED}
    labels: list[Label] = []
    for each in reversed(_listed(header)):
        plain = " ".join(each["name"].split())
        name = plain
        while name in taken:
            name = f"{name} ({each['id']})"
        taken.add(name)
        extra = {key: value for key, value in each.items() if key not in _TOLD}
        own = {} if name == each["name"] else {"name": each["name"]}
        labels.append(Label(name, each["id"], extra | own))
    return labels[::-1]


def attributes_by_label(header: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the names of attributes by their ids, by the id of the label that has them."""
    return {str(each["id"]): _attributes(each) for each in _listed(header)}


def _listed(header: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is a label: any program may have written the header."""
    told = header.get("labels")
    return [each for each in told if _is_named(each, int)] if isinstance(told, list) else []


def _attributes(label: Mapping[str, Any]) -> dict[str, str]:
    told = label.get("attributes")
    listed = told if isinstance(told, list) else []
    return {each["id"]: each["name"] for each in listed if _is_named(each, str)}


def _is_named(value: object, kind: type) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), kind)
        and isinstance(value.get("name"), str)
    )
