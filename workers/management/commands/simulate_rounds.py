"""`manage.py simulate_rounds`: the loop with simulated annotators, measured round by round."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from annotation.models import Project
from engine.segmentation.clicked_objects import MAX_CLICKS
from engine.segmentation.items import OBJECTS_PER_IMAGE
from engine.whole_file import whole_file
from workers.simulation.extra_sets import parse_extra_set
from workers.simulation.loop import JobFailedError, Plan, run_rounds
from workers.simulation.pictures import read_pictures, split_by_group, with_swapped_masks
from workers.simulation.project import SimulatedProject
from workers.simulation.round_table import content_of, line_of, tables_of
from workers.simulation.stopped_run import StoppedRun, project_of, read_stopped
from workers.watch import Show

PER_ROUND: Final = 20  # images
DESCRIBE: Final = "workers.simulation.caption_command.describe"  # slow to import
TABLE_WIDTH: Final = 160  # columns, where the output is a file or a pipe


class Command(BaseCommand):
    help = (
        "Run rounds with simulated annotators on images whose masks are known, and tell what each "
        "round was worth on images that no model was trained on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--images", type=Path, required=True, help="folder of images")
        parser.add_argument("--coco", type=Path, required=True, help="their masks, COCO JSON")
        parser.add_argument("--rounds", type=_positive, default=3)
        parser.add_argument(
            "--per-round",
            type=_positive,
            help=f"images annotated, {PER_ROUND} by default; with --captions, described: all",
        )
        parser.add_argument(
            "--holdout",
            type=_share,
            default=0.3,
            help="share of the images; with --captions, of those with masks",
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument(
            "--plan",
            choices=Project.Plan.values,
            default=Project.Plan.WHOLE,
            help="one pass over whole images, or the queues verify, complete and correct",
        )
        parser.add_argument(
            "--next",
            choices=Project.NextBy.values,
            help="with --plan whole: import all images at first, and take those of a round in this "
            "order; else each round's images are imported with it",
        )
        parser.add_argument(
            "--accept-iou",
            type=_share,
            default=0.85,
            help="an annotator leaves a mask that is so close to the truth as it is",
        )
        parser.add_argument(
            "--also",
            type=parse_extra_set,
            action="append",
            default=[],
            metavar="NAME=DIR:FILE",
            help="a set to evaluate after every round, never trained on; repeatable",
        )
        parser.add_argument(
            "--swap-masks",
            action="store_true",
            help="a trial of the gate: people draw each image's masks on another of its size, and "
            "no round may be promoted",
        )
        parser.add_argument(
            "--captions",
            type=Path,
            help="COCO captions of the images: rounds train a captioner alone",
        )
        parser.add_argument(
            "--inputs",
            nargs="*",
            metavar="ROW",
            help="with --captions: train once more for each row of inputs, as `image, masks`; "
            "without any, for the usual five",
        )
        parser.add_argument("--json", type=Path, help="write the figures here")
        parser.add_argument(
            "--resume",
            action="store_true",
            help="go on after the last round that the file of --json tells of; its project must be "
            "here still",
        )

    def handle(self, *args: object, **options: Any) -> None:  # noqa: ANN401, ARG002  # Django's signature
        began = monotonic()
        logging.getLogger().setLevel(logging.WARNING)  # the services' events would tear the bars
        console = Console(stderr=True)
        if options["captions"] and options["resume"]:
            raise CommandError("--resume goes on with rounds of masks, not with --captions.")
        if options["captions"]:
            self._describe(options, console)
            return
        plan = _plan(options)
        people, before = _people(options, plan)
        reports = list(before.reports)
        try:
            with _bars(console) as show:
                for report in run_rounds(people, plan, show, done=len(reports)):
                    reports.append(report)
                    console.print(line_of(report))
                    content = content_of(
                        plan,
                        reports,
                        before.seconds + monotonic() - began,
                        project_id=people.project.pk,
                        protocol=_protocol(options, plan),
                    )
                    _write(options["json"], content)
        except JobFailedError as error:
            raise CommandError(str(error)) from error
        for table in tables_of(reports, plan):
            _print(table)

    def _describe(self, options: dict[str, Any], console: Console) -> None:
        describe = import_string(DESCRIBE)
        try:
            with _bars(console) as show:
                write = partial(_write, options["json"])
                table = describe(options, show=show, say=console.print, write=write)
        except (JobFailedError, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        _print(table)


def _plan(options: dict[str, Any]) -> Plan:
    if options["next"] and options["plan"] != Project.Plan.WHOLE:
        raise CommandError("--next needs --plan whole: queues hand out images until none is left.")
    try:
        pictures = read_pictures(options["images"], options["coco"])
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from error
    training, held_out = split_by_group(pictures, holdout=options["holdout"], seed=options["seed"])
    if options["swap_masks"]:
        training = with_swapped_masks(training)
    per_round = options["per_round"] or PER_ROUND
    needed = options["rounds"] * per_round
    if not held_out:
        raise CommandError("No image is held out: raise --holdout.")
    if len(training) < needed:
        raise CommandError(
            f"{options['rounds']} rounds of {per_round} images need {needed} images; "
            f"{len(training)} are left beside the holdout."
        )
    return Plan(
        training=training if options["next"] else training[:needed],
        held_out=held_out,
        rounds=options["rounds"],
        per_round=per_round,
        accept_iou=options["accept_iou"],
        also=options["also"],
        next_by=options["next"],
    )


def _people(options: dict[str, Any], plan: Plan) -> tuple[SimulatedProject, StoppedRun]:
    """Make a project, or meet that of a run that was stopped."""
    if not options["resume"]:
        pictures = [*plan.training, *plan.held_out]
        people = SimulatedProject.of(options["images"], pictures, options["seed"], options["plan"])
        return people, StoppedRun(people.project.pk, [], 0)
    if options["json"] is None:
        raise CommandError("--resume needs the --json of the run that was stopped.")
    try:
        stopped = read_stopped(options["json"], _protocol(options, plan))
        return SimulatedProject(project_of(stopped)), stopped
    except (ValueError, OSError) as error:
        raise CommandError(str(error)) from error


def _protocol(options: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Tell what makes two runs the same; how many rounds are wanted may change."""
    return {
        "images": str(options["images"].resolve()),
        "masks": str(options["coco"].resolve()),
        "held_out": len(plan.held_out),
        "also": [extra.name for extra in plan.also],
        "swap_masks": options["swap_masks"],
        "steps": settings.TRAIN_STEPS,
        "objects_per_image": OBJECTS_PER_IMAGE,
        "max_clicks": MAX_CLICKS,
        **{name: options[name] for name in ("per_round", "accept_iou", "seed", "plan", "next")},
    }


def _write(path: Path | None, content: dict[str, Any]) -> None:
    """Write what is known so far: a long run that breaks has not been for nothing."""
    if path is None:
        return
    with whole_file(path) as scratch:
        scratch.write_text(json.dumps(content, indent=2) + "\n")


def _print(table: Table) -> None:
    wide = None if sys.stdout.isatty() else TABLE_WIDTH
    Console(width=wide).print(table)


@contextmanager
def _bars(console: Console) -> Iterator[Show]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Starting", total=None)
        last = ""

        def show(done: int, total: int, message: str) -> None:
            nonlocal last
            stage = message.partition(",")[0]
            if stage != last:
                progress.reset(task)
                last = stage
            progress.update(
                task, completed=done, total=total or None, description=message or "Waiting"
            )

        yield show


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return value
