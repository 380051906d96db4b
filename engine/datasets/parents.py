"""What is a part of what, by ids or any other keys."""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")


def circular(parents: Mapping[Key, Key | None]) -> set[Key]:
    """Find those who are, over their parents and theirs, a part of themselves."""
    circular: set[Key] = set()
    done: set[Key] = set()
    for start in parents:
        way: list[Key] = []
        places: dict[Key, int] = {}
        at: Key | None = start
        while at is not None and at not in done and at not in places:
            places[at] = len(way)
            way.append(at)
            at = parents.get(at)
        if at is not None and at in places:
            circular.update(way[places[at] :])
        done.update(way)
    return circular
