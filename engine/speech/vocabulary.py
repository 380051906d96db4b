"""The names that a project knows, as text before the recording, for Whisper to spell. Light."""

import re
from collections.abc import Sequence
from typing import Final

# Whisper reads 223 tokens of prompt; each costs time, and a long one is more often repeated.
MAX_CHARACTERS: Final = 400
_LONGEST_NAME: Final = 40
_LEAD: Final = "In the picture:"


def prompt_of(names: Sequence[str]) -> str | None:
    """Return the names as one sentence, the first ones first; None without any."""
    text = _LEAD
    seen: set[str] = set()
    for given in names:
        name = re.sub(r"[^\w'&/+-]+", " ", given).replace("_", " ").strip()
        key = name.casefold()
        if not name or len(name) > _LONGEST_NAME or key in seen:
            continue
        if len(text) + len(name) + 2 > MAX_CHARACTERS:
            break
        seen.add(key)
        text += f"{',' if len(seen) > 1 else ''} {name}"
    return f"{text}." if seen else None
