"""Order of the parts of a run, how long each took, and what becomes of the database."""

from collections import defaultdict
from pathlib import Path

import pytest

PARTS = ("unit", "slow", "e2e")
_seconds: defaultdict[str, float] = defaultdict(float)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave the database to go with its server (tests/services.py).

    Somebody may still be connected, so that it could not be dropped.
    """
    return True


def _part_of(item: pytest.Item) -> str:
    return next((name for name in ("e2e", "slow") if item.get_closest_marker(name)), "unit")


def _queries(item: pytest.Item) -> bool:
    fixtures = item.fixturenames if isinstance(item, pytest.Function) else ()
    return (
        not {"db", "transactional_db"}.isdisjoint(fixtures)
        or item.get_closest_marker("django_db") is not None
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first, then a slow file and one with a browser in turn.

    Slow ones mostly wait, those with a browser never do, and two files run at once. A browser keeps
    an event loop in its process to the end, in which Django refuses to query: what queries in the
    process of the tests runs before the first browser.
    """
    files: defaultdict[str, dict[Path, int]] = defaultdict(dict)
    for item in items:
        part = _part_of(item)
        item.user_properties.append(("part", part))
        files[part].setdefault(item.path, len(files[part]))

    def place(item: pytest.Item) -> tuple[int, str]:
        part = _part_of(item)
        if part == "unit":
            return (-2, part)
        return (-1 if part == "slow" and _queries(item) else files[part][item.path], part)

    items.sort(key=place)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[str(dict(report.user_properties).get("part", "unit"))] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    times = ", ".join(f"{part} {_seconds[part]:.0f} s" for part in PARTS if _seconds[part])
    terminalreporter.write_line(f"time: {times or 'none'}")
