"""What cutting a version costs in real PostgreSQL, and comparing two with the shapes in it."""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.bench.rows import Row
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack, running_stack

FEW, MANY = 10_000, 100_000  # masks
EVERY: Final = 20  # of so many images one is changed
GOAL: Final = 10**6  # masks, to which the rate is extended: a straight line, not a measurement
FLAT: Final = 1.2  # of memory, with ten times the masks
MOST_PAGE_MS: Final = 500


def measure_cutting() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        bundle = make_quick_bundle(Path(folder) / "bundle")
        with running_stack(Path(folder) / "data", PRETRAINED_BUNDLE=str(bundle)) as stack:
            stack.add_users("ada")
            return _rows(stack)


def _rows(stack: Stack) -> list[Row]:
    body = {"name": "many", "holdout_share": 0.0}
    project = stack.log_in("ada").post("/api/projects", body)["id"]
    cuts = []
    for wanted in (FEW, MANY):
        _run(stack, f"fill({project}, {wanted})")
        stack.sql_do("ANALYZE")
        cuts.append(_run(stack, f"cut({project})"))
    few, many = cuts
    _run(stack, f"revise({project}, {EVERY})")
    later = _run(stack, f"cut({project})")
    compared = _run(stack, f"compare({many['version']!r}, {later['version']!r})")
    return [
        _cut_row(few, few),
        _cut_row(many, few),
        Row(
            f"compare {MANY} masks in PostgreSQL, one in {EVERY} images changed",
            compared,
            f"a page in {MOST_PAGE_MS} ms",
            compared["page_ms"] <= MOST_PAGE_MS and compared["measured"] == compared["changed"],
        ),
    ]


def _cut_row(cut: dict[str, Any], few: dict[str, Any]) -> Row:
    per_s = cut["masks"] / cut["wall_s"]
    figures = {
        **{name: cut[name] for name in ("masks", "wall_s", "cpu_s", "peak_mib")},
        "masks_per_s": round(per_s),
        f"extended_to_{GOAL}_s": round(GOAL / per_s),
    }
    is_flat = cut["peak_mib"] <= FLAT * few["peak_mib"]
    return Row(f"cut {cut['masks']} masks", figures, f"{FLAT} x the memory of {FEW}", is_flat)


def _run(stack: Stack, call: str) -> dict[str, Any]:
    """Call a function of `fill` in a process of its own, and return the JSON that it printed."""
    said = stack.manage(
        "shell", "--no-imports", "-c", f"from tests.bench.datasets import fill\nfill.{call}"
    )
    lines = [line for line in said.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
