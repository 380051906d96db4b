"""What cutting a version costs in real PostgreSQL, and comparing two with the shapes in it."""

import tempfile
from pathlib import Path
from typing import Any, Final

from tests.bench.datasets.inside import run_inside
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
        run_inside(stack, "fill", f"fill({project}, {wanted})")
        stack.sql_do("ANALYZE")
        cuts.append(run_inside(stack, "fill", f"cut({project})"))
    few, many = cuts
    run_inside(stack, "fill", f"revise({project}, {EVERY})")
    later = run_inside(stack, "fill", f"cut({project})")
    compared = run_inside(stack, "fill", f"compare({many['version']!r}, {later['version']!r})")
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
