"""What one measurement came to, beside what is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass

FRAME_MS = 1000 / 60


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    figures: Mapping[str, object]
    allowed: str
    is_within: bool

    def as_json(self) -> dict[str, object]:
        return {
            "what": self.what,
            **self.figures,
            "allowed": self.allowed,
            "is_within": self.is_within,
        }


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
