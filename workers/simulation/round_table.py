"""What simulated rounds of masks were worth, as a table and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from workers.simulation.loop import Plan, RoundReport
from workers.simulation.work import Effort


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


def table_of(reports: Sequence[RoundReport], plan: Plan) -> Table:
    """Show a row for each round.

    Rehearsed is what some of the held-out images would cost: the same for each bundle, where what
    was worked through is other images in each row.
    """
    first = reports[0].holdout
    rehearsed = reports[0].rehearsed.images if reports[0].rehearsed else 0
    table = Table(
        title=f"{first['objects']} objects of {len(plan.held_out)} held-out images; "
        f"AP50 on {first['ap_images']}, rehearsed on {rehearsed}"
    )
    names = ["round", "promoted", "mIoU@1", "mIoU@3", "mIoU@5", "NoC@85", "NoC@90", "AP50", "AP75"]
    names.append("labels right")
    names += [f"{extra.name} mIoU@1" for extra in plan.also]
    worked = ["untouched", "clicks / mask", "strokes / mask"]
    for name in [*names, *(f"rehearsed {each}" for each in worked), "masks", *worked]:
        table.add_column(name, justify="right")
    for report in reports:
        figures = report.holdout
        keys = ("miou_1", "miou_3", "miou_5", "noc_85", "noc_90", "ap_50", "ap_75")
        labels = figures.get("labels")
        table.add_row(
            str(report.round),
            "yes" if report.promoted else "no",
            *(_cell(figures[key]) for key in keys),
            _cell(labels and labels["right"] / labels["masks"]),
            *(_cell(report.also[extra.name]["miou_1"]) for extra in plan.also),
            *_effort_cells(report.rehearsed),
            str(report.masks_finished or ""),
            _cell(report.accepted_untouched),
            _cell(report.clicks_per_mask),
            _cell(report.strokes_per_mask),
        )
    return table


def _effort_cells(effort: Effort | None) -> list[str]:
    if effort is None:
        return ["", "", ""]
    figures = effort.accepted_untouched, effort.clicks_per_mask, effort.strokes_per_mask
    return [_cell(each) for each in figures]


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
