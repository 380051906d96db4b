"""The labels that a manifest's header has: by which names they leave, and their attributes."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from engine.datasets.sample import UNLABELLED, Label

DELETED: Final = "deleted"  # of a label in the header, where it was, from edition 4 on
_TOLD: Final = ("id", "name", DELETED)  # of it, too; the rest goes along


def header_labels(header: Mapping[str, Any]) -> list[Label]:
    """Return a version's labels by unique names.

    Of several of one name, all but one were deleted: the last is not, where nothing tells which.
    They get their id behind it, and as COCO has always told them, keep their own name among what
    else is told. Formats are not told which were deleted.
    """
    taken = {UNLABELLED}
    listed = _listed(header)
    found: dict[int, Label] = {}
    for place in sorted(range(len(listed)), key=lambda at: (is_deleted(listed[at]), -at)):
        each = listed[place]
        plain = " ".join(each["name"].split())
        name = plain
        while name in taken:
            name = f"{name} ({each['id']})"
        taken.add(name)
        extra = {key: value for key, value in each.items() if key not in _TOLD}
        own = {} if name == each["name"] else {"name": each["name"]}
        found[place] = Label(name, each["id"], extra | own)
    return [found[place] for place in range(len(listed))]


def unused_labels(header: Mapping[str, Any], with_masks: Collection[str | None]) -> frozenset[str]:
    """Return labels that an export is better without, by the names of `header_labels`.

    They have no mask, and were deleted or not chosen by the version's query: as classes they would
    be trained on nothing. That one was deleted a header tells, or in one that does not a later one
    of its name; all others stay, as classes shall be the same from one version to the next.

    Args:
        header: the manifest's.
        with_masks: names of labels that have some in the version.

    """
    listed = _listed(header)
    chosen = _chosen_by_query(header)
    last = {each["name"]: each["id"] for each in listed if not is_deleted(each)}
    return frozenset(
        label.name
        for label, each in zip(header_labels(header), listed, strict=True)
        if label.name not in with_masks
        and (last.get(each["name"]) != label.id or (chosen and label.id not in chosen))
    )


def attributes_by_label(header: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the names of attributes by their ids, by the id of the label that has them."""
    return {str(each["id"]): _attributes(each) for each in _listed(header)}


def is_deleted(label: Mapping[str, Any]) -> bool:
    """Tell whether the project had deleted a label when its version was cut, as far as is told."""
    return label.get(DELETED) is True


def _listed(header: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is a label: any program may have written the header."""
    told = header.get("labels")
    return [each for each in told if _is_named(each, int)] if isinstance(told, list) else []


def _chosen_by_query(header: Mapping[str, Any]) -> list[object]:
    """Return the ids of labels that a version was cut of; none: of all."""
    query = header.get("query")
    ids = query.get("labels") if isinstance(query, dict) else None
    return ids if isinstance(ids, list) else []


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
