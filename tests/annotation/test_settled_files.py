"""Files whose job failed, was cancelled or met an outage: each is refused, or looked at later."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Project
from annotation.services.imports import check_upload
from annotation.services.jobs import (
    MAX_ATTEMPTS,
    Claim,
    cancel_job,
    claim_job,
    fail_job,
    release_job,
    sweep_jobs,
)
from annotation.services.settlement import AFTER_OUTAGE, settle_failures
from tests.annotation.sending import listed_files, send, zip_of
from tests.annotation.world import Api, World, png


def _look(project: Project) -> Claim:
    claim = claim_job(
        job_id=Job.objects.get(kind=jobs.IMPORT_UPLOADS, project=project, state="queued").pk
    )
    assert claim is not None
    return claim


def _states(api: Api, world: World) -> dict[str, str]:
    return {name: row["state"] for name, row in listed_files(api, world).items()}


def test_of_files_whose_look_failed_the_one_that_was_read_is_refused_and_the_others_go_on(
    manager: Api, world: World
) -> None:
    archive = send(manager, world, "set.zip", zip_of({"a.png": png(1)}))
    check_upload(upload_id=archive)
    for seed, name in enumerate(["first.png", "second.png", "third.png"]):
        send(manager, world, name, png(seed))

    for _ in range(2):
        fail_job(_look(world.project), error="The disk is full.")
        settle_failures()
        settle_failures()

    assert _states(manager, world) == {
        "set.zip": "checking",
        "first.png": "refused",
        "second.png": "refused",
        "third.png": "checking",
    }
    assert listed_files(manager, world)["first.png"]["message"] == "The disk is full."
    _look(world.project)


def test_what_is_asked_to_settle_files_does_not_grow_with_a_projects_archives(
    manager: Api, world: World
) -> None:
    for seed, name in enumerate(["first.png", "second.png", "third.png"]):
        send(manager, world, name, png(seed))
    longest = []

    for archives in (1, 50):
        for _ in range(archives):
            args = {"upload_id": str(uuid4())}
            Job.objects.create(kind=jobs.IMPORT_ARCHIVE, project=world.project, args=args)
        fail_job(_look(world.project), error="The disk is full.")
        with CaptureQueriesContext(connection) as asked:
            settle_failures()
        longest.append(max(len(query["sql"]) for query in asked))

    assert abs(longest[1] - longest[0]) < len(str(uuid4()))


def test_a_file_at_which_workers_vanish_is_refused_and_the_others_go_on(
    manager: Api, world: World
) -> None:
    for seed, name in enumerate(["first.png", "second.png"]):
        send(manager, world, name, png(seed))
    claim = _look(world.project)
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(pk=claim.job_id).update(attempt=MAX_ATTEMPTS, lease_until=past)

    sweep_jobs()
    settle_failures()

    assert _states(manager, world) == {"first.png": "refused", "second.png": "checking"}
    _look(world.project)


def test_an_outage_refuses_neither_files_nor_archives_and_their_jobs_are_tried_again_later(
    manager: Api, world: World
) -> None:
    archive = send(manager, world, "set.zip", zip_of({"a.png": png(1)}))
    check_upload(upload_id=archive)
    send(manager, world, "alone.png", png(2))
    outages = Job.objects.filter(kind__in=[jobs.IMPORT_UPLOADS, jobs.IMPORT_ARCHIVE])
    outages.update(attempt=MAX_ATTEMPTS - 1)
    for job in outages:
        claim = claim_job(job_id=job.pk)
        assert claim is not None
        release_job(claim, error="The object store is unreachable.")

    settle_failures()
    at_once = list(outages.values_list("state", flat=True))
    outages.update(finished_at=timezone.now() - AFTER_OUTAGE)
    for _ in range(2):
        settle_failures()

    assert at_once == ["failed", "failed"]
    assert list(outages.values_list("state", "attempt")) == [("queued", 0)] * 2
    assert _states(manager, world) == {"set.zip": "checking", "alone.png": "checking"}


def test_files_whose_look_was_cancelled_are_refused_but_no_archive_that_is_at_work(
    manager: Api, world: World
) -> None:
    archive = send(manager, world, "set.zip", zip_of({"a.png": png(1)}))
    check_upload(upload_id=archive)
    send(manager, world, "alone.png", png(2))
    send(manager, world, "beside.png", png(3))
    cancel_job(job_id=Job.objects.get(kind=jobs.IMPORT_UPLOADS).pk)

    settle_failures()
    send(manager, world, "later.png", png(4))
    settle_failures()

    assert _states(manager, world) == {
        "set.zip": "checking",
        "alone.png": "refused",
        "beside.png": "refused",
        "later.png": "checking",
    }
    assert listed_files(manager, world)["alone.png"]["message"] == "Cancelled."
