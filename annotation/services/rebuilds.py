"""Making a bundle again, as a job: asked for, done once, and kept as what was found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs
from annotation.errors import DomainError
from annotation.models import Bundle, ComparedFile, Job, Project, Rebuild
from annotation.services.caption_gate import CIDER_TOLERANCE
from annotation.services.gate import TOLERANCE
from annotation.services.jobs import enqueue_job

log = structlog.get_logger(__name__)


class NoRecipeError(DomainError):
    """Nobody knows how the bundle was made."""

    code = "no_recipe"


@transaction.atomic
def begin_rebuild(*, project: Project, bundle: Bundle, by: User | None) -> Rebuild:
    """Have a job make a bundle again and compare. Whoever asks meanwhile gets the same one.

    Raises:
        NoRecipeError: the bundle came ready, or was made before recipes were kept.

    """
    if not bundle.has_recipe:
        raise NoRecipeError(_why_not(bundle))
    Project.objects.select_for_update().get(pk=project.pk)  # of two that ask at once, one begins
    rebuilds = Rebuild.objects.filter(project=project, bundle=bundle)
    running = rebuilds.filter(job__state__in=Job.UNFINISHED).first()
    if running is not None:
        return running
    rebuild_id = uuid4()
    job = enqueue_job(
        kind=jobs.REBUILD_BUNDLE,
        project=project,
        args={"rebuild_id": str(rebuild_id)},
        created_by=by,
    )
    log.info("rebuild_begun", rebuild_id=str(rebuild_id), bundle=bundle.pk)
    return Rebuild.objects.create(
        pk=rebuild_id, project=project, bundle=bundle, job=job, created_by=by
    )


def record_rebuild(
    *,
    rebuild: Rebuild,
    files: Sequence[ComparedFile],
    changes: Sequence[str],
    metrics: Mapping[str, Any],
) -> None:
    """Keep how the files compare, what that is worth, and what was not as it had been.

    The first answer stays.
    """
    Rebuild.objects.filter(pk=rebuild.pk, files=[]).update(
        files=list(files), changes=list(changes), metrics=dict(metrics)
    )
    log.info("rebuild_compared", rebuild_id=str(rebuild.pk), bundle=rebuild.bundle_id)


def is_within_noise(metrics: Mapping[str, Any]) -> bool | None:
    """Tell whether what was made again does as well, as far as the holdout tells; None: unknown.

    At one click on its objects, and in the CIDEr of descriptions: neither surely differs by more
    than the gates take for chance. `metrics` is as `Rebuild.metrics` has it.
    """
    found = [
        each["low"] <= chance and each["high"] >= -chance for each, chance, _ in _compared(metrics)
    ]
    return all(found) if found else None


def noise_words(metrics: Mapping[str, Any]) -> str:
    """Say what `is_within_noise` tells, and by how much both differ."""
    is_noise = is_within_noise(metrics)
    if is_noise is None:
        return "Not measured: there is nothing on the holdout to compare them by."
    changes = " and ".join(
        f"{each['mean']:+.3f} {what} [{each['low']:+.3f}, {each['high']:+.3f}]"
        for each, _, what in _compared(metrics)
    )
    return f"{'Within noise' if is_noise else 'More than noise'}: {changes}."


def _compared(metrics: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, float], float, str]]:
    """Yield each difference, with what chance may make of it and what it is of."""
    if "difference" in metrics:
        objects = metrics["candidate"]["objects"]
        what = f"IoU at one click on {objects} holdout objects"
        yield metrics["difference"], TOLERANCE, what
    captions = metrics.get("captions", {})
    if "difference" in captions:
        images = captions["candidate"]["images"]
        what = f"CIDEr on {images} described holdout images"
        yield captions["difference"], CIDER_TOLERANCE, what


def _why_not(bundle: Bundle) -> str:
    if bundle.dataset_version_id is None:
        return "This model came ready: there is no recipe to make it again by."
    return "This model was made before recipes were kept: it cannot be made again."
