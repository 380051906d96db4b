"""`manage.py simulate_rounds --captions`: rounds of descriptions, and what inputs are worth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final

from django.conf import settings
from rich.table import Table

from annotation import caption_models
from engine.captioning.experiment import ROWS
from engine.captioning.training import CaptionConfig, StepReport
from workers.simulation.caption_table import content_of, line_of, table_of
from workers.simulation.described_pictures import read_described, split_described
from workers.simulation.describing import (
    CaptionReport,
    DescribingPlan,
    experiment_of,
    row_of,
    run_caption_rounds,
)
from workers.simulation.project import SimulatedProject
from workers.watch import Show

INPUTS: Final = ("image", "tags", "masks", "neighbours", "image, masks", "image, masks, agreement")


def describe(
    options: Mapping[str, Any],
    *,
    show: Show,
    say: Callable[[str], None],
    write: Callable[[dict[str, Any]], None],
) -> Table:
    """Run the rounds, then train once more for each row of inputs that is asked for.

    Raises:
        ValueError: it cannot be done with these options.
        OSError: a file is not there.
        JobFailedError: a round did not end with a verdict.

    """
    began = monotonic()
    plan, rows = _plan(options), _rows(options["inputs"])
    pictures = [each.picture for each in [*plan.training, *plan.held_out]]
    people = SimulatedProject.of(options["images"], pictures, options["seed"], options["plan"])
    reports: list[CaptionReport] = []
    inputs: list[dict[str, Any]] = []
    for report in run_caption_rounds(people, plan, show):
        reports.append(report)
        say(line_of(report))
        write(content_of(plan, reports, inputs, monotonic() - began, options["seed"]))
    for row in _measured(people, rows, options["seed"], show):
        inputs.append(row)
        write(content_of(plan, reports, inputs, monotonic() - began, options["seed"]))
    return table_of(plan, reports, inputs)


def _plan(options: Mapping[str, Any]) -> DescribingPlan:
    if not caption_models.are_installed():
        raise ValueError(f"Descriptions cannot be trained: {caption_models.MISSING}.")
    pictures = read_described(options["images"], options["coco"], options["captions"])
    training, held_out = split_described(pictures, holdout=options["holdout"], seed=options["seed"])
    if not held_out:
        raise ValueError("No described image with masks is held out: raise --holdout.")
    if options["per_round"]:
        training = training[: options["rounds"] * options["per_round"]]
    if len(training) < options["rounds"]:
        raise ValueError(f"{len(training)} described images are left beside the holdout.")
    return DescribingPlan(training, held_out, options["rounds"])


def _rows(wanted: Sequence[str] | None) -> Sequence[str]:
    """Return the rows of inputs to measure: none, the usual ones, or those that are named."""
    if wanted is None:
        return ()
    unknown = sorted(set(wanted) - ROWS.keys())
    if unknown:
        raise ValueError(f"--inputs knows {'; '.join(ROWS)}; got {'; '.join(unknown)}")
    return wanted or INPUTS


def _measured(
    people: SimulatedProject, rows: Sequence[str], seed: int, show: Show
) -> Iterator[dict[str, Any]]:
    """Train a captioner for each row, on what the last round had, and score it."""
    experiment, base = experiment_of(people.newest_version()), Path(settings.CAPTION_BASE)
    config = replace(CaptionConfig(), steps=settings.CAPTION_STEPS, seed=seed)
    for row in rows:

        def on_step(report: StepReport, row: str = row) -> None:
            show(report.step, report.steps, f"Training on {row}")

        with TemporaryDirectory() as folder:
            captioner = experiment.train(
                row, base=base, config=config, work=Path(folder), on_step=on_step
            )
        yield row_of(experiment.measure(row, captioner, base=base))
