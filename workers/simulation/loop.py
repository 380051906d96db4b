"""The simulated loop: rounds as people would run them, and what each was worth."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Final

from annotation.models import Bundle, Job, Round
from annotation.services.jobs import retry_job
from annotation.services.rounds import start_round
from annotation.services.versions import cut_version
from workers.evaluation import evaluate_bundle
from workers.holdout import measure
from workers.labels import label_figures, measure_labels
from workers.simulation.extra_sets import ExtraSet, embedded_images
from workers.simulation.pictures import Picture
from workers.simulation.project import SimulatedProject
from workers.simulation.rehearsal import rehearse
from workers.simulation.work import Effort, Work, total, work_through
from workers.watch import Onlooker, Show

POLL_S: Final = 0.5
NO_WORKER_S: Final = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command asked for."""

    training: Sequence[Picture]
    held_out: Sequence[Picture]
    rounds: int
    per_round: int
    accept_iou: float
    also: Sequence[ExtraSet]
    # With an order of images, all of `training` is there from the first round on, and each round
    # takes what comes next. Without, each round's images arrive with it.
    next_by: str | None

    def arriving(self, number: int) -> Sequence[Picture]:
        """Return the images that are imported for a round."""
        size = self.per_round if self.next_by is None else len(self.training)
        return self.training[number * size : (number + 1) * size]


@dataclass(slots=True)
class RoundReport:
    """One row of the table; `seconds` are of the machine, by stage."""

    round: int
    bundle: str = ""
    promoted: bool = True
    decision: str = ""
    holdout: dict[str, Any] = field(default_factory=dict)
    also: dict[str, dict[str, Any]] = field(default_factory=dict)
    rehearsed: Effort | None = None  # what some images of the holdout would cost with `bundle`
    rehearsed_by_queue: dict[str, Effort] = field(default_factory=dict)  # of the plan
    worked_with: str = ""  # whose proposals people got: what serves, also after a refusal
    images_finished: int = 0
    masks_finished: int = 0
    accepted_untouched: float | None = None  # share of the proposals decided on
    clicks_per_mask: float | None = None
    strokes_per_mask: float | None = None
    effort: dict[str, Effort] = field(default_factory=dict)  # by queue of the plan
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        began = monotonic()
        yield
        spent = monotonic() - began
        self.seconds[stage] = round(self.seconds.get(stage, 0) + spent, 1)


class JobFailedError(RuntimeError):
    """A job of the loop did not succeed."""


def run_rounds(
    people: SimulatedProject, plan: Plan, show: Show, *, done: int = 0
) -> Iterator[RoundReport]:
    """Yield each round's report once its bundle is measured and its proposals are worked through.

    A round's effort is what its own proposals cost to correct; the last round's bundle is
    measured and rehearsed, and its proposals are not worked through. So many rounds were `done`
    before.
    """
    candidate: Bundle | None = None
    if done == 0:
        report = _begin(people, plan, show)
    elif done <= plan.rounds:
        _meet_again(people, plan, done)
        report, candidate = _next_round(people, done, show)
    for number in range(done, plan.rounds + 1):
        _prepare(people, plan.arriving(number), report, show)
        candidate = candidate or people.serving()
        _measure(report, people, candidate, plan, show)
        if number < plan.rounds:
            with report.timed("annotate"):
                _annotate(people, people.next_images(plan.per_round), plan, report, show)
        yield report
        if number < plan.rounds:
            report, candidate = _next_round(people, number + 1, show)


def _begin(people: SimulatedProject, plan: Plan, show: Show) -> RoundReport:
    report = RoundReport(0)
    if plan.next_by is not None:
        people.order_images(plan.next_by)
    with report.timed("import"):
        for done, picture in enumerate(plan.held_out, start=1):
            people.import_holdout(picture)
            show(done, len(plan.held_out), "Importing the holdout")
    return report


def _meet_again(people: SimulatedProject, plan: Plan, done: int) -> None:
    """Find the images of earlier rounds: importing one again adds nothing."""
    for picture in plan.held_out:
        people.import_picture(picture)
    for number in range(done):
        for picture in plan.arriving(number):
            people.import_picture(picture)


def _prepare(
    people: SimulatedProject, arriving: Sequence[Picture], report: RoundReport, show: Show
) -> None:
    with report.timed("import"):
        for picture in arriving:
            people.import_picture(picture)
    with report.timed("prepare"):
        wait_for(people.prepare(), show)


def _measure(
    report: RoundReport,
    people: SimulatedProject,
    bundle: Bundle,
    plan: Plan,
    show: Show,
) -> None:
    version = cut_version(
        project=people.project, note="what is measured on", created_by=people.manager
    )
    report.bundle = bundle.pk
    with report.timed("evaluate"):
        # As rounds do: nothing is done twice.
        watch = Onlooker(show)
        view, evaluation = measure(watch, version, bundle)
        report.holdout = evaluation.figures | label_figures(measure_labels(watch, version, bundle))
        for extra in plan.also:
            seen = embedded_images(extra, bundle, show)
            evaluated = evaluate_bundle(watch, bundle, seen, proposal_images=0)
            report.also[extra.name] = evaluated.figures
    with report.timed("rehearse"):  # what no round does
        rehearsed = rehearse(people, bundle, view.images, plan.accept_iou, show)
        report.rehearsed, report.rehearsed_by_queue = total(rehearsed.values()), rehearsed


def _annotate(
    people: SimulatedProject, work: Work, plan: Plan, report: RoundReport, show: Show
) -> None:
    report.worked_with = people.serving().pk
    report.effort = work_through(people, work, plan.accept_iou, show)
    done = total(report.effort.values())
    report.images_finished = len(work)
    report.masks_finished = done.masks
    report.accepted_untouched = done.accepted_untouched
    report.clicks_per_mask = done.clicks_per_mask
    report.strokes_per_mask = done.strokes_per_mask


def _next_round(people: SimulatedProject, number: int, show: Show) -> tuple[RoundReport, Bundle]:
    report = RoundReport(number)
    started = _round_met_again(people, number) or start_round(
        project=people.project, trigger="manual", created_by=people.manager
    )
    with report.timed("round"):
        wait_for(started.job_id or 0, show)
    ended = Round.objects.select_related("bundle", "trained_bundle").get(pk=started.pk)
    if ended.trained is None:
        raise JobFailedError(f"round {number} ended {ended.state}: {ended.decision}")
    is_promoted = ended.state == Round.State.PROMOTED
    report.promoted = is_promoted and Round.Part.MASKS in ended.metrics.get("passed", ended.parts)
    report.decision = ended.decision
    return report, ended.trained


def _round_met_again(people: SimulatedProject, number: int) -> Round | None:
    """Return the round that the run was stopped in, which goes on if it was cancelled or failed."""
    stopped_in = Round.objects.filter(project=people.project, number=number).first()
    if stopped_in and stopped_in.state in {Round.State.CANCELLED, Round.State.FAILED}:
        retry_job(job_id=stopped_in.job_id or 0)
    return stopped_in


def wait_for(job_id: int, show: Show) -> None:
    """Follow a job to its end.

    Raises:
        JobFailedError: it failed, was cancelled, or no worker takes it.

    """
    began = monotonic()
    while True:
        job = Job.objects.get(pk=job_id)
        show(job.progress_done, job.progress_total, job.message)
        if job.state == Job.State.SUCCEEDED:
            return
        if job.state in {Job.State.FAILED, Job.State.CANCELLED}:
            raise JobFailedError(f"{job.kind} {job.state}: {job.error}")
        if job.attempt == 0 and monotonic() - began > NO_WORKER_S:
            raise JobFailedError(f"no worker takes {job.kind}: is one running?")
        sleep(POLL_S)
