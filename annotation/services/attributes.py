"""Attributes of a label: what managers define, and what the values on a mask must be like.

A definition is JSON on its label, as `Definition` has it. Values are kept by its id, so that a new
name changes no mask. Taking away an attribute or a choice, or a narrower range, must make nobody's
save fail: `ever` remembers the widest that a definition was, and saves are held to that.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NotRequired, TypedDict

from annotation.errors import InvalidInputError
from annotation.models import Label

KINDS: Final = ("choice", "number", "text")
MOST_ATTRIBUTES: Final = 20  # of one label
MOST_CHOICES: Final = 100
LONGEST_NAME: Final = 60
LONGEST_CHOICE: Final = 100
LONGEST_TEXT: Final = 1000
LARGEST_NUMBER: Final = 1e15

Value = str | float


class Ever(TypedDict):
    """All choices that there ever were, and the widest range; null: open."""

    choices: list[str]
    min: float | None
    max: float | None


class Definition(TypedDict):
    """One attribute of a label."""

    id: str  # a UUID that the client made
    name: str
    kind: str
    choices: list[str]
    min: float | None
    max: float | None
    required: bool
    default: Value | None  # what a mask begins with
    deleted: bool  # a tombstone
    ever: NotRequired[Ever]


def defined(label: Label, given: Sequence[Mapping[str, Any]]) -> list[Definition]:
    """Return a label's definitions once `given` are its attributes; the others leave tombstones.

    Raises:
        InvalidInputError: an id is another label's, or an attribute would be of another kind.

    """
    before: dict[str, Definition] = {each["id"]: each for each in label.attributes}
    elsewhere = definitions_of(label.project_id, but=label)
    kept: dict[str, Definition] = {}
    for at, new in enumerate(given):
        if new["id"] in elsewhere:
            raise InvalidInputError("Another label has this id.", field=f"attributes[{at}].id")
        kept[new["id"]] = redefined(before.get(new["id"]), new, at)
    gone: list[Definition] = [
        {**each, "deleted": True} for each in before.values() if each["id"] not in kept
    ]
    return [*kept.values(), *gone]


def redefined(old: Definition | None, new: Mapping[str, Any], at: int = 0) -> Definition:
    """Return an attribute as it is from now on; `old` is None where it is new.

    Raises:
        InvalidInputError: it would be of another kind.

    """
    if old is not None and old["kind"] != new["kind"]:
        raise InvalidInputError(
            f"{old['name']} holds a {old['kind']}: make another attribute instead.",
            field=f"attributes[{at}].kind",
        )
    before = old.get("ever") if old else None
    ever = Ever(choices=list(new["choices"]), min=new["min"], max=new["max"])
    if before is not None:
        ever["choices"] += [each for each in before["choices"] if each not in ever["choices"]]
        ever["min"] = _wider(before["min"], new["min"], min)
        ever["max"] = _wider(before["max"], new["max"], max)
    return Definition(
        id=new["id"],
        name=new["name"],
        kind=new["kind"],
        choices=list(new["choices"]),
        min=new["min"],
        max=new["max"],
        required=new["required"],
        default=new["default"],
        deleted=False,
        ever=ever,
    )


def _wider(a: float | None, b: float | None, widest: Any) -> float | None:  # noqa: ANN401  # min or max
    return None if a is None or b is None else widest(a, b)


def definitions_of(project_id: int, *, but: Label | None = None) -> dict[str, Definition]:
    """Return the definitions of a project's labels by id, the deleted ones too."""
    labels = Label.objects.filter(project_id=project_id).exclude(attributes=[])
    if but is not None:
        labels = labels.exclude(pk=but.pk)
    found = labels.values_list("attributes", flat=True)
    return {each["id"]: each for attributes in found for each in attributes}


def live(definitions: Iterable[Definition]) -> list[Definition]:
    """Return those that are not deleted."""
    return [each for each in definitions if not each["deleted"]]


def fault_of(definition: Mapping[str, Any], value: Value) -> str | None:
    """Say why a mask cannot have the value; None if it can."""
    allowed = definition.get("ever") or definition
    if definition["kind"] == "number":
        return _fault_of_number(allowed, value)
    if not isinstance(value, str):
        return "This must be text."
    if definition["kind"] == "choice" and value not in allowed["choices"]:
        return f"{value!r} is none of the choices."
    return None


def _fault_of_number(allowed: Mapping[str, Any], value: Value) -> str | None:
    if isinstance(value, str):
        return "This must be a number."
    low, high = allowed["min"], allowed["max"]
    if low is not None and value < low:
        return f"This must be at least {low:g}."
    if high is not None and value > high:
        return f"This must be at most {high:g}."
    return None


def merged(
    before: Mapping[str, Value],
    changes: Mapping[str, Value | None],
    definitions: Mapping[str, Definition],
    where: str,
) -> dict[str, Value]:
    """Return a mask's values after an operation sets some; null takes one away.

    Raises:
        InvalidInputError: no such attribute was ever there, or it cannot have the value.

    """
    after = dict(before)
    for key, value in changes.items():
        definition = definitions.get(key)
        field = f"{where}.attributes.{key}"
        if definition is None:
            raise InvalidInputError("The project has no such attribute.", field=field)
        if value is None or value == "":
            after.pop(key, None)
            continue
        if (fault := fault_of(definition, value)) is not None:
            raise InvalidInputError(f"{definition['name']}: {fault}", field=field)
        after[key] = value
    return after
