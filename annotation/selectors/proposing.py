"""Whether what serves a project is proposing still, and on how many images it has."""

from typing import TypedDict

from django.db.models import Exists, F, OuterRef, Q

from annotation import jobs
from annotation.models import Bundle, Job, Proposal
from annotation.selectors.jobs import jobs_of
from annotation.selectors.serving import alike, moves_anew, serving_of


class Proposing(TypedDict):
    """How far the bundle that serves is; None: nothing serves."""

    bundle: str | None
    job: Job | None  # the preparation that is under way, else the last: None before the first
    # With a mask of the bundle's, whatever became of it; None: under way, or nothing serves.
    images: int | None


def proposing_of(project_id: int) -> Proposing:
    """Tell how far proposing is, in four queries; in two, however often, while it is under way.

    An image that a bundle alike has proposed for is not proposed for again.
    """
    serving = serving_of(project_id)
    if serving is None:
        return Proposing(bundle=None, job=None, images=None)
    bundle, job = serving["bundle"], _preparation(project_id)
    if job is not None and job.state in Job.UNFINISHED:
        return Proposing(bundle=bundle, job=job, images=None)
    same = alike(Bundle.objects.get(pk=bundle))
    made = Proposal.objects.filter(bundle__in=same, image__project=project_id)
    images = made.values("image").distinct().count()
    return Proposing(bundle=bundle, job=job, images=images)


def _preparation(project_id: int) -> Job | None:
    """Find the job that proposes with what serves, or the last that did.

    One that runs since before another bundle came to serve proposes with what served then; the next
    waits for its end.
    """
    moved = moves_anew().filter(project=OuterRef("project"), at__gt=OuterRef("started_at"))
    is_of_another = Q(Exists(moved), state=Job.State.RUNNING)
    found = jobs_of(project_id).filter(kind=jobs.PREPARE_IMAGES).exclude(is_of_another)
    # Under way before ended, and running before what waits for that.
    order = (F("finished_at").desc(nulls_first=True), F("started_at").desc(nulls_last=True), "-pk")
    return found.order_by(*order).first()
