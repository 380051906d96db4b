"""Preparations and rounds that an outage ended: both go on by themselves once it is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.models import Job, Project, Round
from annotation.services.jobs import MAX_ATTEMPTS, claim_job, fail_job, release_job
from annotation.services.preparation import prepare_project
from annotation.services.rounds import reopen_round, start_round
from annotation.services.settlement import AFTER_OUTAGE, LONGEST_OUTAGE, settle_failures
from tests.annotation.scored import serving_bundle
from tests.annotation.test_rounds import finish_with
from tests.annotation.world import World, create, make_image

OUTAGE = "The object store is unreachable."


def end_by_outage(job: Job, *, long_ago: timedelta = AFTER_OUTAGE) -> None:
    """Let the last attempt meet the outage."""
    Job.objects.filter(pk=job.pk).update(attempt=MAX_ATTEMPTS - 1)
    claim = claim_job(job_id=job.pk)
    assert claim is not None
    release_job(claim, error=OUTAGE)
    assert Job.objects.filter(pk=job.pk, state="failed").update(
        finished_at=timezone.now() - long_ago
    )


def state_of(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_a_preparation_that_an_outage_ended_is_tried_again_ten_minutes_later(world: World) -> None:
    job = prepare_project(project=world.project)
    end_by_outage(job, long_ago=timedelta(0))

    settle_failures()
    at_once = state_of(job)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - AFTER_OUTAGE)
    settle_failures()

    assert (at_once, state_of(job)) == ("failed", "queued")


def test_a_round_that_an_outage_ended_says_so_and_goes_on_where_it_stood(
    world: World,
) -> None:
    serving_bundle(world.project)
    finish_with(make_image(world.project), world.annotator, create())
    current = start_round(project=world.project, trigger="manual", created_by=world.manager)
    assert current.job is not None
    job = current.job
    end_by_outage(job, long_ago=timedelta(0))

    settle_failures()
    current.refresh_from_db()
    told = (current.state, current.decision)
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - AFTER_OUTAGE)
    settle_failures()

    assert told == ("failed", OUTAGE)
    assert state_of(job) == "queued"
    assert claim_job(job_id=job.pk) is not None
    assert reopen_round(round_id=current.pk).state == Round.State.TRAINING


def test_of_an_outage_nothing_is_tried_again_that_another_has_come_in_place_of(
    world: World,
) -> None:
    first = prepare_project(project=world.project)
    end_by_outage(first)
    second = prepare_project(project=world.project)

    settle_failures()

    assert (state_of(first), state_of(second)) == ("failed", "queued")


@pytest.mark.parametrize("left", ["what failed by itself", "the trash", "what lasts for days"])
def test_what_would_fail_again_or_is_not_wanted_any_more_is_left(world: World, left: str) -> None:
    job = prepare_project(project=world.project)
    if left == "what failed by itself":
        claim = claim_job(job_id=job.pk)
        assert claim is not None
        fail_job(claim, error="loss nan at step 3")
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - AFTER_OUTAGE)
    else:
        end_by_outage(job)
    if left == "the trash":
        Project.objects.filter(pk=world.project.pk).update(deleted_at=timezone.now())
    if left == "what lasts for days":
        Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - LONGEST_OUTAGE)

    settle_failures()

    assert state_of(job) == "failed"
