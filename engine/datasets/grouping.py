"""Which images belong together by their names: those of a folder, or with the same part of a name.

A pattern is a name with fields, such as `{group}_{}.png`, and no regular expression: it is matched
in time that grows with the name alone, whoever wrote it.
"""

import re
from typing import Final

from engine.datasets.naming import with_slashes

FOLDER: Final = "folder"
MAX_GROUP_BY: Final = 200  # characters
MAX_GROUP: Final = 100
_GROUP: Final = "{group}"
_FIELD: Final = re.compile(r"(\{group\}|\{\})")


def check_group_by(group_by: str) -> None:
    """See that images can be grouped by this: by nothing, by folder or by a pattern.

    Raises:
        ValueError: it is none of these.

    """
    if group_by in {"", FOLDER}:
        return
    if len(group_by) > MAX_GROUP_BY:
        raise ValueError(f"A pattern may have at most {MAX_GROUP_BY} characters.")
    texts, fields = _parts(group_by)
    if fields.count(_GROUP) != 1:
        raise ValueError("Say folder, or a pattern with {group} once, such as {group}_{}.png.")
    if any("{" in text or "}" in text for text in texts):
        raise ValueError("Braces may hold nothing or the word group: {} or {group}.")
    if not all(texts[1:-1]):
        raise ValueError("Between two fields of a pattern there must be something.")


def group_of(file_name: str, group_by: str) -> str:
    """Return the group of an image by its name; "" for one that is by itself.

    Each field of a pattern takes one character or more, but no "/", and those that come first take
    as many as they can. One without "/" is for the name without its folders, one with n of them for
    that with its last n folders. Of a name that is too long for a group the end counts.
    """
    if not group_by:
        return ""
    parts = [part for part in with_slashes(file_name).split("/") if part not in {"", ".", ".."}]
    if group_by == FOLDER:
        return "/".join(parts[:-1])[-MAX_GROUP:]
    depth = group_by.count("/") + 1
    return _matched("/".join(parts[-depth:]), group_by)[-MAX_GROUP:]


def _matched(name: str, pattern: str) -> str:
    """Return what stands where the pattern has its group; "" where the name is not like it.

    What lies between fields is looked for from the end, so that the last fields are the shortest:
    if there is room for all that comes before at all, there is most of it then.
    """
    (first, *between, last), fields = _parts(pattern)
    if not name.startswith(first) or not name.endswith(last):
        return ""
    start, end = len(first), len(name) - len(last)
    found = ""
    for text, field in zip(reversed(["", *between]), reversed(fields), strict=True):
        at = name.rfind(text, start + 1, max(end - 1, 0)) if text else start
        value_at = at + len(text)
        if at < start or value_at >= end:
            return ""
        found = name[value_at:end] if field == _GROUP else found
        end = at
    return found


def _parts(pattern: str) -> tuple[list[str], list[str]]:
    """Return the texts around the fields of a pattern, one more than there are of these."""
    parts = _FIELD.split(pattern)
    return parts[::2], parts[1::2]
