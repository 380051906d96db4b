"""Values of a stranger's JSON, taken as what they must be: else DatasetError says what is wrong."""

import re
from typing import Final, TypeAlias

from engine.canonical import canonical_json
from engine.datasets.errors import DatasetError
from engine.datasets.sample import label_or_none

Fields: TypeAlias = dict[str, object]
# NUL, which no database holds, and halves of pairs of UTF-16: JSON spells what is no text.
NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_MOST: Final = 2**31


def label_of(value: object) -> str | None:
    """Return a label; some tools leave it empty where there is none."""
    return None if value is None else label_or_none(checked_text(value)) or None


def checked_text(value: object) -> str:
    """Return text that any file and database holds: without NUL and halves of characters."""
    if not isinstance(value, str) or NO_TEXT.search(value):
        raise DatasetError("a label, a name or a caption must be text")
    return value


def checked_fields(value: object) -> Fields:
    if not isinstance(value, dict):
        raise DatasetError("must be an object")
    return value


def checked_list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise DatasetError(f"{name} must be a list")
    return value


def plain(fields: Fields) -> Fields:
    """Return fields that can be written again: JSON spells numbers and text that are none."""
    try:
        canonical_json(fields)
    except (ValueError, RecursionError):
        raise DatasetError("holds numbers or text that cannot be written again") from None
    return fields


def is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < _MOST


def placed(
    error: ValueError, *, file: str, field: str = "", index: int | None = None
) -> DatasetError:
    """Say of a fault where it is, unless it already tells the file."""
    is_placed = isinstance(error, DatasetError) and error.file
    return error if is_placed else DatasetError(str(error), file=file, field=field, index=index)  # type: ignore[return-value]  # just told
