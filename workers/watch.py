"""Whoever follows a long piece of work: the lease of its job, or somebody at a terminal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Show: TypeAlias = Callable[[int, int, str], None]  # done, total, what


class Watch(Protocol):
    """Whoever wants to know how far a long piece of work is, and may want it to stop."""

    def report(self, done: int, total: int, message: str = "") -> None:
        """Take its progress; what it raises ends the work."""
        ...

    def should_stop(self) -> bool:
        """Tell whether it should stop."""
        ...

    def count_anew(self) -> None:
        """Hear that something was stored which no other attempt will have to make again."""
        ...


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Sees how far it is, and leaves it alone."""

    show: Show

    def report(self, done: int, total: int, message: str = "") -> None:
        self.show(done, total, message)

    def should_stop(self) -> bool:
        return False

    def count_anew(self) -> None:
        pass  # no attempts are counted
