"""A queue of images in which some are chosen and some come by chance."""

from collections.abc import Collection, Hashable, Sequence
from itertools import chain
from typing import TypeVar

Id = TypeVar("Id", bound=Hashable)


def with_chosen(by_chance: Sequence[Id], kept: Collection[Id], chosen: Sequence[Id]) -> list[Id]:
    """Let chosen images come first, but for the places of those that are kept where they are.

    Args:
        by_chance: all images, in an order by chance.
        kept: those that keep their place in it.
        chosen: some of the others, the best first.

    Returns:
        All images, each once.

    """
    kept, first = set(kept), set(chosen)
    rest = (each for each in by_chance if each not in kept and each not in first)
    others = chain(chosen, rest)
    return [each if each in kept else next(others) for each in by_chance]
