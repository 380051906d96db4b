"""Exports that were asked for before: the same bytes are written once, and kept for all who ask."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from annotation.export_formats import VOICED
from annotation.models import DatasetVersion, Export, Job
from annotation.services.jobs import retry_job

STOPPED = (Job.State.FAILED, Job.State.CANCELLED)


def equal_export(
    *, version: DatasetVersion, export_format: str, options: Mapping[str, Any]
) -> Export | None:
    """Return the export that answers a request for the same, if there is one.

    That is one under way, or written and not expired, which is kept for longer then; else one that
    stopped, which is begun again. What holds voices is written anew each time: it is of those who
    agree at that moment.
    """
    equal = Export.objects.filter(version=version, format=export_format, options=options)
    newest_first = equal.order_by("-created_at", "-pk")
    # Whoever asked for the end of one shall not be answered with it.
    answers = Q(job__state__in=Job.UNFINISHED, job__cancel_requested=False)
    if export_format not in VOICED:
        answers |= Q(job__state=Job.State.SUCCEEDED, expired_at=None) & ~Q(key="")
    # Locked, so that it neither expires nor is closed before it is marked as used.
    found = newest_first.filter(answers).select_for_update(of=("self",)).first()
    if found is None:
        found = newest_first.filter(job__state__in=STOPPED).first()
        if found is not None:
            retry_job(job_id=found.job_id)
    if found is not None:
        Export.objects.filter(pk=found.pk).update(used_at=timezone.now())
    return found
