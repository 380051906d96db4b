"""What CVAT's labels declare of their attributes, and how these are read.

Definitions are as a version's header has them, without ids: `name`, `kind` (choice, number, text),
`choices`, `min`, `max`, `required`, `default`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from engine.datasets.formats.fields import number_of
from engine.datasets.sample import Value
from engine.datasets.xml_elements import Element

Definition: TypeAlias = dict[str, object]
BOTH: Final = ["true", "false"]  # a checkbox
NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_CHOICES: Final = 1_000
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
    values: tuple[str, ...] | None = None  # lines; None: which values there are is not told

    def holding(self, value: Value) -> "Input":
        """Return what asks for this value as well: a text, where nothing else does.

        A mask may have a choice that is offered no longer, which its reader wants to be told of.
        """
        if self.kind == "select" and self.values is not None and isinstance(value, str):
            if value in self.values:
                return self
            is_told = _is_line(value) and len(self.values) < _MOST_CHOICES
            return replace(self, values=(*self.values, value)) if is_told else Input("text")
        if self.kind == "checkbox" and self.values is not None and value in BOTH:
            return self
        if kind_of(value) != self.kind:
            return Input("text")
        if self.kind == "number" and self.values and not isinstance(value, str):
            low, high = map(float, self.values)
            return self if low <= value <= high else replace(self, values=())
        return self


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

    It has no word for an attribute that must be filled in, none for a range that is open at one
    end, and no choice of several lines.
    """
    listed = extra.get("attributes")
    told = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    found = ((each.get("name"), _input(each)) for each in told)
    return {name: each for name, each in found if isinstance(name, str) and name and each}


def _input(told: Definition) -> Input | None:
    kind, default = told.get("kind"), told.get("default")
    spelt = "" if default is None else str(default)
    if kind == "text":
        return Input("text", spelt, ())
    if kind == "number":
        ends = [number_of(told.get("min")), number_of(told.get("max"))]
        return Input("number", spelt, () if None in ends else tuple(map(str, ends)))
    listed = told.get("choices")
    choices = tuple(map(str, listed)) if isinstance(listed, list) else ()
    if kind != "choice" or not choices or not all(map(_is_line, choices)):
        return None
    if list(choices) == BOTH:
        return Input("checkbox", spelt, ("false",))
    return Input("select", spelt, choices)


def _is_line(text: str) -> bool:
    """Tell whether a choice comes back as it is from a list with one on each line."""
    return text != "" and text == text.strip() and "\n" not in text and not NOT_XML.search(text)


def kind_of(value: Value) -> str:
    """Return the input that a value tells of."""
    if isinstance(value, bool):
        return "checkbox"
    return "text" if isinstance(value, str) else "number"


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
    if listed is None:  # as in files of ours where nobody declared it: a choice is a text there
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
