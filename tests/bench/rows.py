"""What one measurement came to, beside what is allowed."""

import json
import os
from collections.abc import Mapping, Sequence
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


def in_one_line(rows: Sequence[Mapping[str, object]], *, load_before: float) -> str:
    """Return what was measured as a line of JSON, with the machine that it was measured on."""
    figures = {
        "cores": os.cpu_count(),
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "rows": list(rows),
    }
    return json.dumps(figures)
