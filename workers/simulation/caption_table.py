"""What simulated rounds of captions were worth, as a table and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings
from rich.table import Table

from workers.simulation.describing import CaptionReport, DescribingPlan


def line_of(report: CaptionReport) -> str:
    """Tell a round in one line, as soon as it is over."""
    verdict = "" if report.promoted else " (not promoted)"
    return (
        f"round {report.round}: CIDEr {report.cider:.3f}, F1 {report.f1:.3f}{verdict}; "
        f"{report.seconds:.0f} s, {report.peak_mib:.0f} MiB"
    )


def content_of(
    plan: DescribingPlan,
    reports: Sequence[CaptionReport],
    inputs: Sequence[dict[str, Any]],
    seconds: float,
    seed: int,
) -> dict[str, Any]:
    """Return all figures as JSON."""
    return {
        "rounds": [asdict(report) for report in reports],
        "inputs": list(inputs),
        "seconds": round(seconds, 1),
        "images": {
            "holdout": len(plan.held_out),
            "training": len(plan.training),
            "training_with_masks": sum(bool(each.picture.truth) for each in plan.training),
        },
        "protocol": {"steps": settings.CAPTION_STEPS, "seed": seed},
    }


def table_of(
    plan: DescribingPlan, reports: Sequence[CaptionReport], inputs: Sequence[dict[str, Any]]
) -> Table:
    """Show the baselines on the last round's images, the rounds, and what inputs are worth."""
    table = Table(title=f"captions of {len(plan.held_out)} held-out images with masks")
    for name in ("by", "images", "captions", "CIDEr", "F1", "promoted", "seconds", "MiB"):
        table.add_column(name, justify="left" if name == "by" else "right")
    for row in reports[-1].baselines:
        table.add_row(row["row"], "", "", f"{row['cider']:.3f}", f"{row['f1']:.3f}")
    for report in reports:
        table.add_row(
            f"round {report.round}",
            str(report.images),
            str(report.captions),
            f"{report.cider:.3f}",
            f"{report.f1:.3f}",
            "yes" if report.promoted else "no",
            f"{report.seconds:.0f}",
            f"{report.peak_mib:.0f}",
        )
    for row in inputs:
        table.add_row(f"with {row['row']}", "", "", f"{row['cider']:.3f}", f"{row['f1']:.3f}")
    return table
