"""Order of the parts of a run, and how long each took."""

from collections import defaultdict

import pytest

PARTS = ("unit", "slow", "e2e")
_seconds: defaultdict[str, float] = defaultdict(float)


def _part_of(item: pytest.Item) -> str:
    return next((name for name in ("e2e", "slow") if item.get_closest_marker(name)), "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first; the order inside a part stays."""
    items.sort(key=lambda item: PARTS.index(_part_of(item)))
    for item in items:
        item.user_properties.append(("part", _part_of(item)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[str(dict(report.user_properties).get("part", "unit"))] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    times = ", ".join(f"{part} {_seconds[part]:.0f} s" for part in PARTS if _seconds[part])
    terminalreporter.write_line(f"time: {times or 'none'}")
