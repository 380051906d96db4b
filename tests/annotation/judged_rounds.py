"""Rounds that were judged, the time that they took, and people's work with what served then."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from annotation.models import Bundle, DatasetVersion, Job, Project, Round
from annotation.services.assignments import claim_image, finish_image
from annotation.services.masks import save_operations
from tests.annotation.world import World, create, make_image

SEEDS = count()


def judge_round(
    project: Project, base: Bundle, bundle: Bundle, *, learned: int, state: str = "promoted"
) -> Round:
    """Make a project's next round, which learned from so many images."""
    number = Round.objects.filter(project=project).count() + 1
    version = DatasetVersion.objects.create(
        pk=f"{number:064}", project=project, counts={"train": learned}
    )
    return Round.objects.create(
        project=project,
        number=number,
        trigger="manual",
        state=state,
        dataset_version=version,
        base_bundle=base,
        bundle=bundle,
    )


def run_for(judged: Round, minutes: int, *, runs: int = 1) -> Job:
    """Let a round's job have run for so long, until now."""
    ended = timezone.now()
    job = Job.objects.create(
        project=judged.project,
        kind="workers.run_round",
        state="succeeded",
        fencing_token=runs,
        started_at=ended - timedelta(minutes=minutes),
        finished_at=ended,
    )
    Round.objects.filter(pk=judged.pk).update(job=job)
    return job


def finish_with(world: World, bundle: Bundle | None, seconds: float, *, masks: int = 10) -> None:
    """Let a person finish an image that a bundle proposed for."""
    image = make_image(world.project, next(SEEDS), arm="serving", proposed_by=bundle)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    save_operations(
        image_id=image.pk,
        operations=[create(at=(2 * x, 2)) for x in range(masks)],
        expected_version=0,
        author=world.annotator,
    )
    finish_image(assignment=place, user=world.annotator, active_s=seconds)
