"""Preparation: what of a project is not yet embedded, or due to be proposed for, becomes so."""

from django.contrib.auth.models import User

from annotation import jobs
from annotation.models import Job, Project
from annotation.services.jobs import enqueue_once


def prepare_project(*, project: Project, by: User | None = None) -> Job:
    """Have a worker look what is due; the job returned may have waited already."""
    args = {"project_id": project.pk}
    return enqueue_once(kind=jobs.PREPARE_IMAGES, project=project, args=args, created_by=by)
