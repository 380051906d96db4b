"""The entries of an untrusted archive of either kind: what they are called, and are refused for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from engine.media.errors import MediaError

MAX_REFUSED: Final = 10_000  # entries of an archive of which the rest is read nonetheless
# Control characters, and those that make a name read other than it is.
_DECEPTIVE: Final = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """A file of the archive: its bytes, or why it was refused."""

    name: str  # as in the archive, with "/" between folders
    data: bytes | None
    error: MediaError | None = None


class Refusals:
    """The entries of an archive that are refused by themselves, and why."""

    def __init__(self, archive: str) -> None:
        self.entries: list[ArchiveEntry] = []
        self._archive = archive  # its kind
        self._names: set[str] = set()
        self._unread: dict[str, MediaError] = {}

    def is_named_well(self, name: str) -> bool:
        """Tell whether an entry may be known by its name; else note why not.

        Raises:
            MediaError: the archive is refused: the name leads out of it, or too many are odd.

        """
        try:
            check_name(name, self._names, self._archive)
        except MediaError as error:
            if leads_out(name):
                raise _of_entry(name, error) from None
            self._add(name, error)
            return False
        return True

    def judge(self, name: str, check: Callable[[], None]) -> None:
        """Note why an entry that has its name is not to be read, if that is so.

        Raises:
            MediaError: the archive is refused, as too many of its entries are odd.

        """
        try:
            check()
        except MediaError as error:
            self._add(name, error)
            self._unread[name] = error

    def check(self, name: str) -> None:
        """Raise MediaError if an entry is not to be read."""
        if error := self._unread.get(name):
            raise MediaError(error.code, str(error))

    def _add(self, name: str, error: MediaError) -> None:
        if len(self.entries) == MAX_REFUSED:
            raise _of_entry(name, error)
        self.entries.append(ArchiveEntry(printable(name), None, error))


def _of_entry(name: str, error: MediaError) -> MediaError:
    return MediaError(error.code, f"{printable(name)}: {error}")


def is_hidden(name: str) -> bool:
    """Tell what desktops add on their own."""
    parts = PurePosixPath(name).parts
    last = parts[-1] if parts else ""
    return "__MACOSX" in parts or last == "Icon\r" or bool(re.match(r"\.(?!\.)", last))


def check_name(name: str, names: set[str], archive: str) -> None:
    """Raise MediaError for a name that leads astray, or that an archive has had already."""
    if leads_out(name):
        raise MediaError("name", f"Its name points outside the {archive}: make it again.")
    if _DECEPTIVE.search(name):
        raise MediaError("name", "Its name holds control characters: rename it.")
    if "\\" in name:
        fault = f"Its name holds a backslash: make the {archive} with another program."
        raise MediaError("name", fault)
    if name in names:
        raise MediaError(
            "duplicate", f"The {archive} holds a second file of this name: rename one."
        )
    names.add(name)


def leads_out(name: str) -> bool:
    """Tell whether a name is of a place outside of its archive, on any system."""
    is_absolute = name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:", name))
    return is_absolute or ".." in re.split(r"[/\\]", name)


def printable(name: str) -> str:
    return _DECEPTIVE.sub("\N{REPLACEMENT CHARACTER}", name)
