"""Jobs: claimed once, fenced, ended once, and never lost with the broker."""

from unittest.mock import Mock, call
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from annotation import jobs
from annotation.models import Job
from annotation.selectors.jobs import jobs_of
from annotation.services.jobs import (
    MAX_ATTEMPTS,
    Claim,
    JobCancelledError,
    JobEndedError,
    LeaseLostError,
    cancel_job,
    claim_job,
    count_anew,
    end_cancelled_job,
    enqueue_job,
    enqueue_once,
    fail_job,
    fenced,
    heartbeat,
    release_job,
    retry_job,
    succeed_job,
    sweep_jobs,
)
from tests.annotation.world import Api, World


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch) -> Mock:
    send = Mock()
    monkeypatch.setattr(jobs, "send", send)
    return send


def enqueue(world: World, **more: object) -> Job:
    return enqueue_job(
        kind=jobs.PREPARE_IMAGES,
        project=world.project,
        args={"project_id": world.project.pk},
        **more,  # type: ignore[arg-type]
    )


def claimed(job: Job) -> Claim:
    claim = claim_job(job_id=job.pk)
    assert claim is not None
    return claim


def let_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=Now())


def test_a_job_is_sent_once_its_row_is_committed(
    world: World, send: Mock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(world)
        send.assert_not_called()

    assert send.mock_calls == [call(jobs.PREPARE_IMAGES, job.pk)]


def test_the_same_key_gives_the_same_job(world: World) -> None:
    key = str(uuid4())

    assert enqueue(world, idempotency_key=key) == enqueue(world, idempotency_key=key)


def test_work_that_waits_already_is_not_queued_again(world: World) -> None:
    args = {"project_id": world.project.pk}
    first = enqueue_once(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)
    second = enqueue_once(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)
    claimed(first)
    third = enqueue_once(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)

    assert first == second
    assert third != first


def test_of_two_deliveries_one_gets_the_claim(world: World) -> None:
    job = enqueue(world)

    assert claim_job(job_id=job.pk) is not None
    assert claim_job(job_id=job.pk) is None


def test_the_same_work_does_not_run_twice_at_once(world: World) -> None:
    first, second = enqueue(world), enqueue(world)
    running = claimed(first)

    assert claim_job(job_id=second.pk) is None

    succeed_job(running)
    assert claim_job(job_id=second.pk) is not None


def test_a_stale_fencing_token_is_refused_everything(world: World) -> None:
    job = enqueue(world)
    stale = claimed(job)
    let_lease_run_out(job)
    newer = claimed(job)

    for write in (heartbeat, count_anew, succeed_job, end_cancelled_job):
        with pytest.raises(LeaseLostError):
            write(stale)
    with pytest.raises(LeaseLostError):
        fail_job(stale, error="late")
    with pytest.raises(LeaseLostError):
        release_job(stale, error="late")
    with pytest.raises(LeaseLostError), fenced(stale):
        raise AssertionError("a stale worker must not write")

    job.refresh_from_db()
    assert (job.state, job.fencing_token) == ("running", newer.fencing_token)


def test_a_heartbeat_shows_progress(world: World) -> None:
    job = enqueue(world)

    heartbeat(claimed(job), done=3, total=10, message="Embedding images")

    job.refresh_from_db()
    assert (job.progress_done, job.progress_total, job.message) == (3, 10, "Embedding images")


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_as_it_beats_or_writes(
    world: World,
) -> None:
    waiting = enqueue(world)
    running = enqueue_job(kind=jobs.RUN_ROUND, project=world.project, args={"round_id": 1})
    claim = claimed(running)

    assert cancel_job(job_id=waiting.pk).state == "cancelled"
    assert cancel_job(job_id=running.pk).state == "running"

    with pytest.raises(JobCancelledError), fenced(claim):
        raise AssertionError("what was cancelled must not write")
    with pytest.raises(JobCancelledError):
        heartbeat(claim)
    end_cancelled_job(claim)
    running.refresh_from_db()
    assert running.state == "cancelled"


def test_a_job_whose_fault_passes_is_tried_again_but_not_for_ever(world: World) -> None:
    job = enqueue(world)

    for _ in range(MAX_ATTEMPTS):
        release_job(claimed(job), error="The object store is unreachable.")

    job.refresh_from_db()
    assert (job.state, job.attempt) == ("failed", MAX_ATTEMPTS)
    assert job.error == "The object store is unreachable."


def test_a_fault_that_comes_again_is_given_longer_to_pass(world: World) -> None:
    job = enqueue(world)
    pauses_s = []

    for _ in range(MAX_ATTEMPTS - 1):
        release_job(claimed(job), error="The object store is unreachable.")
        job.refresh_from_db()
        assert job.lease_until is not None
        pauses_s.append((job.lease_until - job.updated_at).total_seconds())

    assert pauses_s == [5, 60]


def test_a_fault_after_progress_is_the_first_again(world: World) -> None:
    job = enqueue(world)

    for _ in range(MAX_ATTEMPTS + 1):
        claim = claimed(job)
        count_anew(claim)
        release_job(claim, error="The object store is unreachable.")

    job.refresh_from_db()
    assert (job.state, job.attempt) == ("queued", 1)


def test_a_failed_job_can_be_retried_and_a_succeeded_one_cannot(world: World) -> None:
    job = enqueue(world)
    fail_job(claimed(job), error="out of disk")

    assert retry_job(job_id=job.pk).state == "queued"

    succeed_job(claimed(job))
    with pytest.raises(JobEndedError):
        retry_job(job_id=job.pk)


def test_work_outlives_a_wiped_broker(world: World, send: Mock) -> None:
    waiting = enqueue(world)
    abandoned = enqueue_job(kind=jobs.RUN_ROUND, project=world.project, args={"round_id": 1})
    claimed(abandoned)
    for job in (waiting, abandoned):
        let_lease_run_out(job)

    assert sweep_jobs() == [waiting.pk, abandoned.pk]

    assert send.mock_calls == [
        call(jobs.PREPARE_IMAGES, waiting.pk),
        call(jobs.RUN_ROUND, abandoned.pk),
    ]
    assert claim_job(job_id=abandoned.pk) is not None


def test_a_job_is_not_sent_again_while_it_may_still_be_on_its_way(world: World, send: Mock) -> None:
    enqueue(world)

    assert sweep_jobs() == []


def test_a_job_that_kills_its_workers_fails_in_the_end(world: World, send: Mock) -> None:
    job = enqueue(world)
    for _ in range(MAX_ATTEMPTS):
        claimed(job)
        let_lease_run_out(job)

    sweep_jobs()

    job.refresh_from_db()
    assert job.state == "failed"
    assert "vanished" in job.error


@pytest.mark.parametrize("is_alive", [True, False])
def test_what_a_person_stops_in_its_last_attempt_was_stopped_and_has_not_failed(
    world: World,
    send: Mock,
    is_alive: bool,  # noqa: FBT001
) -> None:
    job = enqueue(world)
    Job.objects.filter(pk=job.pk).update(attempt=MAX_ATTEMPTS - 1)
    claim = claimed(job)
    cancel_job(job_id=job.pk)

    if is_alive:
        release_job(claim, error="The object store is unreachable.")
    else:
        let_lease_run_out(job)
        sweep_jobs()

    job.refresh_from_db()
    assert (job.state, job.error) == ("cancelled", "")


def test_a_job_that_gets_further_is_not_given_up_however_often_its_worker_dies(
    world: World, send: Mock
) -> None:
    job = enqueue(world)

    for _ in range(MAX_ATTEMPTS + 1):
        count_anew(claimed(job))
        let_lease_run_out(job)
        sweep_jobs()

    job.refresh_from_db()
    assert job.state == "running"


def test_a_broker_that_is_away_does_not_fail_the_request(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(jobs.queue, "send_task", Mock(side_effect=OperationalError("refused")))

    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(world)

    job.refresh_from_db()
    assert job.state == "queued"


def test_a_job_that_nobody_holds_shows_as_stalled(world: World) -> None:
    job = enqueue(world)
    claimed(job)

    assert [each.stalled for each in jobs_of(world.project.pk)] == [False]  # type: ignore[attr-defined]
    let_lease_run_out(job)
    assert [each.stalled for each in jobs_of(world.project.pk)] == [True]  # type: ignore[attr-defined]


def test_a_manager_sees_and_cancels_jobs(world: World, manager: Api, annotator: Api) -> None:
    job = enqueue(world)

    listed = annotator.get(f"projects/{world.project.pk}/jobs").json()["results"]
    refused = annotator.post(f"jobs/{job.pk}/cancel")
    cancelled = manager.post(f"jobs/{job.pk}/cancel")

    assert [(each["id"], each["kind"]) for each in listed] == [(job.pk, "prepare_images")]
    assert refused.status_code == 403
    assert cancelled.json()["state"] == "cancelled"
