"""Making a bundle again, as a job: asked for, done once, and kept as what was found."""

from collections.abc import Sequence
from uuid import uuid4

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from annotation import jobs
from annotation.errors import DomainError
from annotation.models import Bundle, ComparedFile, Job, Project, Rebuild
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
    *, rebuild: Rebuild, files: Sequence[ComparedFile], changes: Sequence[str]
) -> None:
    """Keep how the files compare, and what was not as it had been; the first answer stays."""
    Rebuild.objects.filter(pk=rebuild.pk, files=[]).update(files=list(files), changes=list(changes))
    log.info("rebuild_compared", rebuild_id=str(rebuild.pk), bundle=rebuild.bundle_id)


def _why_not(bundle: Bundle) -> str:
    if bundle.dataset_version_id is None:
        return "This model came ready: there is no recipe to make it again by."
    return "This model was made before recipes were kept: it cannot be made again."
