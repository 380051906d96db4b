"""Preparation: what of a project is not yet embedded, or due to be proposed for, becomes so."""

from collections.abc import Collection

from django.contrib.auth.models import User

from annotation import jobs
from annotation.models import Job, Project
from annotation.selectors.images import unbegun
from annotation.services.jobs import enqueue_once


def prepare_project(*, project: Project, by: User | None = None) -> Job:
    """Have a worker look what is due; the job returned may have waited already."""
    args = {"project_id": project.pk}
    return enqueue_once(kind=jobs.PREPARE_IMAGES, project=project, args=args, created_by=by)


def propose_again(image_ids: Collection[int]) -> None:
    """Make images that nobody has begun due to be proposed for, whatever has seen them.

    Who begins or finishes one first does so with what was proposed before, in its arm.
    """
    unbegun(image_ids).update(is_due=True)
