"""The entries of an untrusted archive of either kind: what they are called, and are refused for."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from engine.media.errors import MediaError

# Control characters, and those that make a name read other than it is.
_DECEPTIVE: Final = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A file of the archive: its bytes, or why it was refused."""

    name: str  # as in the archive, with "/" between folders
    data: bytes | None
    error: MediaError | None = None


def is_hidden(name: str) -> bool:
    """Tell what desktops add on their own."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or bool(re.match(r"\.(?!\.)", parts[-1] if parts else ""))


def check_name(name: str, names: set[str], archive: str) -> None:
    """Raise MediaError for a name that leads astray, or that an archive has had already."""
    if _DECEPTIVE.search(name):
        raise MediaError("name", "Its name holds control characters: rename it.")
    is_absolute = name.startswith("/") or re.match(r"[A-Za-z]:", name)
    if is_absolute or "\\" in name or ".." in name.split("/"):
        raise MediaError("name", f"Its name points outside the {archive}: make it again.")
    if name in names:
        raise MediaError(
            "duplicate", f"The {archive} holds a second file of this name: rename one."
        )
    names.add(name)


def printable(name: str) -> str:
    return _DECEPTIVE.sub("\N{REPLACEMENT CHARACTER}", name)
