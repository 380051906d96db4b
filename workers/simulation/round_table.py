"""What simulated rounds of masks were worth, as tables and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from workers.simulation.figures import Part, Row, parts_of
from workers.simulation.loop import Plan, RoundReport


def line_of(report: RoundReport) -> str:
    """Tell a round in one line, as soon as it is over."""
    figures = report.holdout
    return (
        f"round {report.round}: mIoU@1 {figures['miou_1']:.3f}, NoC@85 {figures['noc_85']:.2f}"
        f"{'' if report.promoted else ' (not promoted)'}; {report.seconds}"
    )


def content_of(
    plan: Plan,
    reports: Sequence[RoundReport],
    seconds: float,
    *,
    project_id: int,
    protocol: Mapping[str, Any],
) -> dict[str, Any]:
    """Return all figures as JSON, and what a run that is stopped needs to go on."""
    return {
        "project": project_id,
        "rounds": [asdict(report) for report in reports],
        "seconds": round(seconds, 1),
        "images": {"holdout": len(plan.held_out), "training": len(plan.training)},
        "protocol": {**protocol, "ap_images": reports[0].holdout["ap_images"]},
    }


def tables_of(reports: Sequence[RoundReport], plan: Plan) -> list[Table]:
    """Show a row for each round, in tables of figures that belong together.

    Rehearsed is what some of the held-out images would cost: the same for each bundle, where what
    was worked through is other images in each row.
    """
    rows = [asdict(report) for report in reports]
    tables = [_table(part, rows) for part in parts_of(rows)]
    tables[0].caption = f"{len(plan.held_out)} images are held out"
    return tables


def _table(part: Part, rows: Sequence[Row]) -> Table:
    table = Table(title=part.title.capitalize(), title_justify="left")
    for name in ["round", *(each.name for each in part.figures)]:
        table.add_column(name, justify="right")
    for row in rows:
        cells = [each.told(each.read(row)) for each in part.figures]
        table.add_row(str(row["round"]), *cells)
    return table
