"""What cutting a version costs in real PostgreSQL, exporting it, and comparing two with shapes."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.inside import run_inside
from tests.bench.rows import Row
from tests.quick_bundle import make_quick_bundle
from tests.stack import Stack, running_stack

EVERY: Final = 20  # of so many images one is changed
GOAL: Final = 10**6  # masks
MOST_S: Final = 30  # for so many
FLAT: Final = 1.2  # of memory, with a hundred times the masks
AT_ONCE: Final = 200_000  # masks that one command adds
MOST_PAGE_MS: Final = 500
FEWEST_PER_S: Final = 3300  # masks that an export writes
MOST_MIB: Final = 500  # that it takes


def measure_cutting(sizes: Sequence[int]) -> list[Row]:
    """Cut and export versions of a project as it grows to each number of masks; compare two."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = make_quick_bundle(Path(folder) / "bundle")
        with running_stack(Path(folder) / "data", PRETRAINED_BUNDLE=str(bundle)) as stack:
            stack.add_users("ada")
            return _rows(stack, sizes)


def _rows(stack: Stack, sizes: Sequence[int]) -> list[Row]:
    body = {"name": "many", "holdout_share": 0.0}
    project = stack.log_in("ada").post("/api/projects", body)["id"]
    cuts, exports = [], []
    for wanted in sizes:
        for _ in range(0, wanted, AT_ONCE):
            run_inside(stack, "datasets.fill", f"fill({project}, {wanted}, {AT_ONCE})")
        stack.sql_do("ANALYZE")
        cuts.append(run_inside(stack, "datasets.fill", f"cut({project})"))
        version = cuts[-1]["version"]
        exports.append(run_inside(stack, "datasets.fill", f"export({version!r})"))
    run_inside(stack, "datasets.fill", f"revise({project}, {EVERY})")
    later = run_inside(stack, "datasets.fill", f"cut({project})")
    compared = run_inside(
        stack, "datasets.fill", f"compare({cuts[-1]['version']!r}, {later['version']!r})"
    )
    return [
        *(_cut_row(each, cuts[0]) for each in cuts),
        *(_export_row(each, exports[0]) for each in exports),
        Row(
            f"compare {sizes[-1]} masks in PostgreSQL, one in {EVERY} images changed",
            compared,
            f"{MOST_S} s for {GOAL} masks, a page in {MOST_PAGE_MS} ms",
            compared["page_ms"] <= MOST_PAGE_MS
            and compared["measured"] == compared["changed"]
            and compared["wall_s"] <= MOST_S,
        ),
    ]


def _export_row(export: dict[str, Any], least: dict[str, Any]) -> Row:
    """Say of an export from the database, of all that the version holds, whether it is within."""
    is_flat = export["peak_mib"] <= min(MOST_MIB, FLAT * least["peak_mib"])
    return Row(
        f"export {export['masks']} masks of a version as COCO",
        export,
        f"{FEWEST_PER_S} masks/s, {MOST_MIB} MiB, {FLAT} x the memory of {least['masks']}",
        is_flat and export["masks_per_s"] >= FEWEST_PER_S,
    )


def _cut_row(cut: dict[str, Any], least: dict[str, Any]) -> Row:
    per_s = cut["masks"] / cut["wall_s"]
    figures = {
        **{name: cut[name] for name in ("masks", "wall_s", "cpu_s", "peak_mib")},
        "masks_per_s": round(per_s),
    }
    is_within = cut["peak_mib"] <= FLAT * least["peak_mib"] and (
        cut["masks"] < GOAL or cut["wall_s"] <= MOST_S
    )
    allowed = f"{MOST_S} s for {GOAL} masks, {FLAT} x the memory of {least['masks']}"
    return Row(f"cut {cut['masks']} masks", figures, allowed, is_within)
