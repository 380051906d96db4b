"""What CVAT's labels declare of their attributes, and how these are read.

Definitions are as a version's header has them, without ids: `name`, `kind` (choice, number, text),
`choices`, `min`, `max`, `required`, `default`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from engine.datasets.sample import Value
from engine.datasets.xml_elements import Element

Definition: TypeAlias = dict[str, object]
BOTH: Final = ["true", "false"]  # a checkbox
_OF_CHOICES: Final = {"select", "radio"}


@dataclass(frozen=True, slots=True)
class Declared:
    """One attribute of a label."""

    input_type: str
    definition: Definition | None  # None: it is not told which values it may have


@dataclass(frozen=True, slots=True)
class Input:
    """How CVAT asks for an attribute of a label."""

    kind: str
    default: str = ""
    values: str | None = None  # in lines; None: which there are is not told


Declarations: TypeAlias = dict[str, dict[str, Declared]]  # by label and attribute


def declared(meta: Element) -> Declarations:
    """Find the labels that a file lists, with their attributes."""
    return {
        label.findtext("name") or "": {
            each.findtext("name") or "": _declared(each) for each in label.iter("attribute")
        }
        for label in meta.iter("label")
    }


def definitions(attributes: Mapping[str, Declared]) -> dict[str, object]:
    """Return what a label tells beside its name."""
    told = [each.definition for name, each in attributes.items() if name and each.definition]
    return {"attributes": told} if told else {}


def inputs(extra: Mapping[str, object]) -> dict[str, Input]:
    """Return what CVAT would ask for, by attribute, of what is told beside a label's name.

    A range of which one end is open has no spelling there, nor has a choice of several lines.
    """
    listed = extra.get("attributes")
    told = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    found = ((each.get("name"), _input(each)) for each in told)
    return {name: each for name, each in found if isinstance(name, str) and each}


def _input(told: Definition) -> Input | None:
    kind, default = told.get("kind"), told.get("default")
    spelt = "" if default is None else str(default)
    if kind == "text":
        return Input("text", spelt, "")
    if kind == "number":
        ends = [told.get("min"), told.get("max")]
        return Input("number", spelt, "" if None in ends else "\n".join(map(str, ends)))
    listed = told.get("choices")
    choices = [str(each) for each in listed] if isinstance(listed, list) else []
    is_sound = (
        kind == "choice" and choices and all(each.split("\n") == [each.strip()] for each in choices)
    )
    return Input("select", spelt, "\n".join(choices)) if is_sound else None


def value_of(text: str, kind: str | None) -> Value:
    """Read an attribute by the kind of its input."""
    if kind == "checkbox" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return float(text) if kind == "number" else text
    except ValueError:
        return text


def _declared(attribute: Element) -> Declared:
    input_type = attribute.findtext("input_type") or "text"
    listed = attribute.findtext("values")
    if listed is None:  # as in our own files, which call a choice a text
        return Declared(input_type, None)
    values = listed.strip().split("\n")
    default = (attribute.findtext("default_value") or "").strip()
    definition: Definition = {
        "name": attribute.findtext("name") or "",
        "kind": "text",
        "choices": [],
        "min": None,
        "max": None,
        "required": False,
        "default": default or None,
    }
    if input_type == "checkbox":
        definition |= {"kind": "choice", "choices": BOTH, "default": default.lower() or None}
    elif input_type in _OF_CHOICES:
        definition |= {"kind": "choice", "choices": [each.strip() for each in values]}
    elif input_type == "number":
        low, high = [*map(_number, values), None, None][:2]  # the third is the step
        definition |= {"kind": "number", "min": low, "max": high, "default": _number(default)}
    return Declared(input_type, definition)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
