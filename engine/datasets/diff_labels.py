"""What changed from the header of one version to that of another: labels and their attributes."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias, TypedDict

from engine.datasets.header_labels import is_deleted

Header: TypeAlias = Mapping[str, object]
_LABELS: Final = "labels"
_TOLD: Final = frozenset({"id"})  # of an attribute: by it both are one


class AttributeChange(TypedDict):
    """An attribute that a label gained or lost, or that is defined otherwise."""

    label: str  # by its name in the later version
    attribute: str  # the same
    kind: Literal["added", "removed", "changed"]
    fields: list[str]  # of one that changed: what of it


def label_names(header: Header) -> dict[str, str]:
    """Return the names of a version's labels by their ids, as its masks have these."""
    return {label: str(told.get("name")) for label, told in _by_id(header.get(_LABELS)).items()}


def labels_added(before: Header, after: Header) -> list[str]:
    """Return the names of labels that were not there, or deleted, and those that came back."""
    old, new = _by_id(before.get(_LABELS)), _by_id(after.get(_LABELS))
    return [
        str(told.get("name"))
        for label, told in new.items()
        if label not in old or (is_deleted(old[label]) and not is_deleted(told))
    ]


def labels_removed(before: Header, after: Header) -> list[str]:
    """Return the names of labels that are not there any more, or deleted where they were not.

    One that came and went in between is told as both.
    """
    old, new = _by_id(before.get(_LABELS)), _by_id(after.get(_LABELS))
    gone = [told for label, told in old.items() if label not in new]
    deleted = [
        told
        for label, told in new.items()
        if is_deleted(told) and not is_deleted(old.get(label, {}))
    ]
    return [str(told.get("name")) for told in gone + deleted]


def attribute_changes(before: Header, after: Header) -> list[AttributeChange]:
    """Return what became of the attributes of labels that both versions have."""
    old, new = _by_id(before.get(_LABELS)), _by_id(after.get(_LABELS))
    return [
        change
        for label, told in new.items()
        if label in old
        for change in _changes(str(told.get("name")), old[label], told)
    ]


def header_fields(before: Header, after: Header) -> list[str]:
    """Name what else headers tell otherwise, as the query by which a version was cut."""
    there = (before.keys() | after.keys()) - {_LABELS}
    return sorted(name for name in there if before.get(name) != after.get(name))


def _changes(label: str, before: Header, after: Header) -> Iterator[AttributeChange]:
    old, new = _by_id(before.get("attributes")), _by_id(after.get("attributes"))
    for key, told in (old | new).items():
        change = AttributeChange(
            label=label, attribute=str(told.get("name")), kind="changed", fields=[]
        )
        if key not in old:
            yield {**change, "kind": "added"}
        elif key not in new:
            yield {**change, "kind": "removed"}
        elif fields := _fields(old[key], told):
            yield {**change, "fields": fields}


def _fields(before: Header, after: Header) -> list[str]:
    there = (before.keys() | after.keys()) - _TOLD
    return sorted(name for name in there if before.get(name) != after.get(name))


def _by_id(listed: object) -> dict[str, Header]:
    """Return what a list tells, by ids: any program may have written it."""
    found = listed if isinstance(listed, list) else []
    return {str(each.get("id")): each for each in found if isinstance(each, dict)}
