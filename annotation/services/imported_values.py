"""Attributes of imported masks: those that their label has and that fit, and what is left out.

A label that an import makes gets the attributes that the files declare for it; what neither they
nor a manager have defined is counted under its name.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from annotation.models import Label
from annotation.services.attributes import Definition, Value, fault_of, live

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
        definition = known.get(attribute)
        place = f"{name or NO_LABEL}: {attribute[:_MAX_NAME]}"
        if definition is None:
            left[UNDEFINED + place] += 1
        elif (fit := _fitting(definition, value)) is None:
            left[UNFIT + place] += 1
        else:
            values[definition["id"]] = fit
    return values, left


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
    """Spell a value as the attribute has it; None where it cannot."""
    fit: Value = _spelt(value)
    if definition["kind"] == "number":
        try:
            fit = float(fit)
        except ValueError:
            return None
        if not abs(fit) < float("inf"):  # a NaN compares false
            return None
    return None if fit == "" or fault_of(definition, fit) else fit


def _spelt(value: str | float | bool) -> str:  # noqa: FBT001  # a value
    """Write a value as tools show it: true, 3, 2.5."""
    if isinstance(value, bool):
        return str(value).lower()
    is_whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if is_whole else str(value)
