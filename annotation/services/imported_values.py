"""Attributes of imported masks: those that their label has and that fit, and what is left out.

A label that an import makes gets the attributes that the files declare for it; what neither they
nor a manager have defined is counted under its name.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from annotation.models import Label
from annotation.services.attributes import (
    LARGEST_NUMBER,
    LONGEST_TEXT,
    Definition,
    Value,
    fault_of,
    live,
)
from annotation.services.import_batches import plain

UNDEFINED: Final = "attributes not defined: "  # then the label and the attribute
UNFIT: Final = "attributes that do not fit: "
OTHERS: Final = "others"
MOST_NAMED: Final = 50  # of either, that are told apart
NO_LABEL: Final = "no label"
_MAX_NAME: Final = 60


def fitting_values(
    label: Label | None, name: str, told: Mapping[str, str | float | bool]
) -> tuple[dict[str, Value], Counter[str]]:
    """Return what a mask takes, by the attributes' ids, and what it does not.

    `label` is None where there is none of that name yet, or the name is empty.
    """
    if not told:
        return {}, Counter()
    known = {each["name"]: each for each in live(label.attributes)} if label else {}
    values: dict[str, Value] = {}
    left: Counter[str] = Counter()
    for attribute, value in told.items():
        if value == "":  # some tools write each attribute on each object
            continue
        definition = known.get(cleaned(attribute))
        place = f"{name or NO_LABEL}: {attribute[:_MAX_NAME]}"
        if definition is None:
            left[UNDEFINED + place] += 1
        elif (fit := _fitting(definition, value)) is None:
            left[UNFIT + place] += 1
        else:
            values[definition["id"]] = fit
    return values, left


def cleaned(text: str) -> str:
    """Return a name or a choice as the settings page would take it."""
    return plain(text).strip()


def named_apart(counts: Mapping[str, int]) -> Counter[str]:
    """Name the attributes that most masks have: files may have any number of names."""
    told = Counter(counts)
    for prefix in (UNDEFINED, UNFIT):
        named = Counter({key: count for key, count in told.items() if key.startswith(prefix)})
        for key, count in named.most_common()[MOST_NAMED:]:
            del told[key]
            told[prefix + OTHERS] += count
    return told


def _fitting(definition: Definition, value: str | float | bool) -> Value | None:  # noqa: FBT001  # a value
    """Spell a value as the attribute has it; None where it cannot, or no save could send it."""
    text = _spelt(value)
    if definition["kind"] == "number":
        fit = _number(text)
        return None if fit is None or fault_of(definition, fit) else fit
    if definition["kind"] == "choice":
        text = cleaned(text)
    is_too_long = len(text) > LONGEST_TEXT
    return None if not text or is_too_long or fault_of(definition, text) else text


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= LARGEST_NUMBER else None  # a NaN compares false


def _spelt(value: str | float | bool) -> str:  # noqa: FBT001  # a value
    """Write a value as tools show it: true, 3, 2.5."""
    if isinstance(value, bool):
        return str(value).lower()
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if is_whole else str(value)
