"""What of a project a version shall hold, as a value and as the JSON of headers and rows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

TRAIN: Final = "train"
HOLDOUT: Final = "holdout"
UNFINISHED: Final = "unfinished"
SPLITS: Final = (TRAIN, HOLDOUT, UNFINISHED)  # that images have; `val` is cut out of train
PRETRAINED: Final = 0  # the round of what proposed before any was trained


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a version holds; none of them: everything that is finished or begun."""

    splits: frozenset[str] = frozenset()  # none: all of them
    labels: frozenset[int] = frozenset()  # masks of these alone, by id; none: all masks
    drop_empty: bool = False  # leave images out that have no mask, or none left
    reviewed: bool = False  # only what a reviewer accepted
    agreement: float | None = None  # at least, of images that several people did
    rounds: frozenset[int] = frozenset()  # whose model proposed on the image; 0: the pretrained
    finished_from: date | None = None  # the first day, by UTC
    finished_to: date | None = None  # the last
    groups: frozenset[str] = frozenset()
    val_share: float | None = None  # of train, drawn by hash


EVERYTHING: Final = Criteria()


def json_of(criteria: Criteria) -> dict[str, Any]:
    """Return what was chosen and nothing else, in one spelling: it is part of a version's id."""
    found: dict[str, Any] = {}
    for field in fields(Criteria):
        value = getattr(criteria, field.name)
        if value == field.default or (field.name == "splits" and value == set(SPLITS)):
            continue
        if isinstance(value, frozenset):
            value = sorted(value)
        found[field.name] = value.isoformat() if isinstance(value, date) else value
    return found


def criteria_of(found: Mapping[str, Any]) -> Criteria:
    """Read what `json_of` wrote, or a request that says the same in other words."""
    values: dict[str, Any] = {}
    for field in fields(Criteria):
        value = found.get(field.name)
        if value is None:
            continue
        if isinstance(field.default, frozenset):
            value = frozenset(value)
        elif field.name.startswith("finished_") and isinstance(value, str):
            value = date.fromisoformat(value)
        values[field.name] = value
    return Criteria(**values)
