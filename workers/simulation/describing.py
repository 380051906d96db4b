"""The simulated loop of descriptions: people describe, rounds train captions alone.

Masks come with the images as truth, so nothing of the work on masks runs: no embedding for the
decoder, no proposals, no clicks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from annotation import jobs
from annotation.models import DatasetVersion, Job, Round
from annotation.services.bundles import ensure_pretrained
from annotation.services.captions import save_caption
from annotation.services.jobs import cancel_job
from annotation.services.rounds import start_round
from engine.captioning.experiment import Experiment, Score
from workers.caption_evaluation import holdout_of
from workers.captioning import described_images
from workers.simulation.described_pictures import DescribedPicture
from workers.simulation.loop import JobFailedError, wait_for
from workers.simulation.project import SimulatedProject
from workers.watch import Show


@dataclass(frozen=True, slots=True)
class DescribingPlan:
    """What the command asked for."""

    training: Sequence[DescribedPicture]
    held_out: Sequence[DescribedPicture]
    rounds: int

    def batch(self, number: int) -> Sequence[DescribedPicture]:
        """Return the images that are new in a round, from 1: equal shares, none left over."""
        count = len(self.training)
        return self.training[(number - 1) * count // self.rounds : number * count // self.rounds]


@dataclass(slots=True)
class CaptionReport:
    """One row of the table: what a round's captioner is worth, and the baselines on its images."""

    round: int
    images: int  # trained on
    captions: int
    cider: float
    f1: float
    difference: dict[str, float]  # of CIDEr to what served before
    promoted: bool
    decision: str
    seconds: float  # from start to verdict
    peak_mib: float  # of the worker's process
    baselines: list[dict[str, Any]] = field(default_factory=list)


def run_caption_rounds(
    people: SimulatedProject, plan: DescribingPlan, show: Show
) -> Iterator[CaptionReport]:
    """Yield each round's report; each learns from all images described so far."""
    ensure_pretrained(project=people.project)
    for done, each in enumerate(plan.held_out, start=1):
        describe(people, each, is_holdout=True)
        show(done, len(plan.held_out), "Importing the holdout")
    for number in range(1, plan.rounds + 1):
        batch = plan.batch(number)
        for done, each in enumerate(batch, start=1):
            describe(people, each, is_holdout=False)
            show(done, len(batch), "Describing")
        yield _run_round(people, show)


def experiment_of(version: DatasetVersion) -> Experiment:
    """Return what a round trained on and was measured on, for comparisons on the same images."""
    return Experiment(described_images(version, "train"), holdout_of(version))


def describe(people: SimulatedProject, each: DescribedPicture, *, is_holdout: bool) -> None:
    """Import an image with its masks, let one person after another describe it, and finish it."""
    image = people.import_finished(each.picture, is_holdout=is_holdout)
    for number, text in enumerate(each.captions, start=1):
        save_caption(
            caption_id=uuid5(NAMESPACE_URL, f"{image.pk} {number}"),
            image=image,
            author=people.describer(number),
            text=text,
        )


def row_of(score: Score) -> dict[str, Any]:
    """Return a score without its texts."""
    row = asdict(score)
    row.pop("captions")
    return row


def _run_round(people: SimulatedProject, show: Show) -> CaptionReport:
    began = monotonic()
    started = start_round(
        project=people.project,
        trigger="manual",
        created_by=people.manager,
        parts=[Round.Part.CAPTIONS],
    )
    wait_for(started.job_id or 0, show)
    seconds = monotonic() - began
    _leave_masks_alone(people)
    ended = Round.objects.select_related("dataset_version").get(pk=started.pk)
    figures = ended.metrics.get("captions")
    if ended.dataset_version is None or figures is None:
        raise JobFailedError(f"round {ended.number} ended {ended.state}: {ended.decision}")
    experiment = experiment_of(ended.dataset_version)
    return CaptionReport(
        round=ended.number,
        images=len(experiment.train_images),
        captions=sum(len(image.captions) for image in experiment.train_images),
        cider=figures["candidate"]["cider"],
        f1=figures["candidate"]["f1"],
        difference=figures["difference"],
        promoted=ended.state == Round.State.PROMOTED,
        decision=ended.decision,
        seconds=round(seconds, 1),
        peak_mib=round(figures["peak_mib"]),
        baselines=[row_of(score) for score in experiment.baselines()],
    )


def _leave_masks_alone(people: SimulatedProject) -> None:
    """Cancel what a promotion prepares for people: nobody here works on masks."""
    waiting = Job.objects.filter(
        project=people.project, kind=jobs.PREPARE_IMAGES, state__in=Job.UNFINISHED
    )
    for job_id in waiting.values_list("pk", flat=True):
        cancel_job(job_id=job_id)
