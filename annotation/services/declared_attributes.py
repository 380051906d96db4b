"""Attributes that files declare for their labels: an import makes them with the labels it makes.

Any program may have written them. One that the settings page would not take is left out, and its
values are told as those of an attribute that is not defined.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from annotation.services.attributes import (
    KINDS,
    LARGEST_NUMBER,
    LONGEST_CHOICE,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_ATTRIBUTES,
    MOST_CHOICES,
    Definition,
    fault_of,
    redefined,
)
from annotation.services.import_batches import label_name
from annotation.services.imported_values import cleaned
from engine.datasets.sample import Dataset


def attributes_by_label(dataset: Dataset) -> dict[str, list[Definition]]:
    """Return what files declare, by the names that their labels have here; "" is none's.

    Of several labels that have one name here the first that declares any counts.
    """
    found: dict[str, list[Definition]] = {}
    for each in dataset.labels:
        name = label_name(each.name)
        found[name] = found.get(name) or declared_attributes(each.extra)
    return found


def declared_attributes(extra: Mapping[str, object]) -> list[Definition]:
    """Return what is told beside a label's name as definitions with new ids, each name once."""
    told = extra.get("attributes")
    found: dict[str, Definition] = {}
    for each in told if isinstance(told, list) else ():
        given = _sound(each) if isinstance(each, dict) else None
        if given is not None and len(found) < MOST_ATTRIBUTES:
            found.setdefault(given["name"], redefined(None, given))
    return list(found.values())


def _sound(told: Mapping[str, object]) -> dict[str, Any] | None:
    """Return what the settings page would send, None where it would be refused."""
    name, kind = _text(told.get("name"), LONGEST_NAME), told.get("kind")
    choices = _choices(told.get("choices")) if kind == "choice" else []
    if not name or kind not in KINDS or choices is None:
        return None
    low, high = _range(told) if kind == "number" else (None, None)
    given = {
        "id": str(uuid4()),
        "name": name,
        "kind": kind,
        "choices": choices,
        "min": low,
        "max": high,
        "required": told.get("required") is True,
    }
    return given | {"default": _default(given, told.get("default"))}


def _text(value: object, longest: int) -> str:
    """Return a text as people write one, "" where it is none or too long."""
    text = cleaned(value) if isinstance(value, str) else ""
    return text if len(text) <= longest else ""


def _choices(value: object) -> list[str] | None:
    """Return the choices, each once; None where there is none, or one that cannot be."""
    told: Sequence[object] = value if isinstance(value, list) else []
    texts = [_text(each, LONGEST_CHOICE) for each in told]
    unique = list(dict.fromkeys(texts))
    return unique if all(unique) and 0 < len(unique) <= MOST_CHOICES else None


def _range(told: Mapping[str, object]) -> tuple[float | None, float | None]:
    low, high = _number(told.get("min")), _number(told.get("max"))
    return (None, None) if None not in (low, high) and low > high else (low, high)  # type: ignore[operator]  # neither is None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= LARGEST_NUMBER else None  # a NaN compares false


def _default(given: Mapping[str, Any], value: object) -> str | float | None:
    """Return the value that a new mask has, None where it could not have it."""
    default = _number(value) if given["kind"] == "number" else _text(value, LONGEST_TEXT) or None
    return None if default is None or fault_of(given, default) else default
