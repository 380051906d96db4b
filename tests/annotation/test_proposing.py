"""Whether the bundle that serves is proposing still, as its jobs and proposals tell."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from annotation import jobs
from annotation.models import Alias, Bundle, Job
from annotation.selectors.proposing import proposing_of
from annotation.services.bundles import promote_bundle
from annotation.services.jobs import claim_job, enqueue_job, fail_job, heartbeat, succeed_job
from tests.annotation.world import (
    Api,
    World,
    make_bundle,
    make_captioned,
    make_image,
    make_proposals,
)


@pytest.fixture
def served(world: World) -> Bundle:
    bundle = make_bundle("a")
    world.project.aliases.create(name="serving", bundle=bundle)
    return bundle


@pytest.fixture
def promoted(world: World, served: Bundle) -> Bundle:
    newer = make_bundle("b")
    promote_bundle(project=world.project, expected=served.pk, to=newer, reason="", by=None)
    return newer


def told(manager: Api, world: World) -> Any:
    return manager.get(f"projects/{world.project.pk}/proposing").json()


def preparation(world: World) -> Job:
    args = {"project_id": world.project.pk}
    return enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)


def test_a_promoted_bundle_waits_proposes_and_has_proposed(
    world: World, promoted: Bundle, manager: Api
) -> None:
    waiting = told(manager, world)
    claim = claim_job(job_id=waiting["job"]["id"])
    assert claim is not None
    heartbeat(claim, done=40, total=120, message="Proposing masks")
    running = told(manager, world)
    for seed in range(2):
        make_proposals(make_image(world.project, seed), promoted, 3)
    succeed_job(claim)
    ended = told(manager, world)

    assert [each["bundle"] for each in (waiting, running, ended)] == [promoted.pk] * 3
    assert [(each["job"]["state"], each["images"]) for each in (waiting, running, ended)] == [
        ("queued", None),
        ("running", None),
        ("succeeded", 2),
    ]
    assert (running["job"]["progress_done"], running["job"]["progress_total"]) == (40, 120)


def test_what_failed_is_told_with_how_far_it_came(
    world: World, promoted: Bundle, manager: Api
) -> None:
    make_proposals(make_image(world.project), promoted)
    claim = claim_job(job_id=Job.objects.get().pk)
    assert claim is not None
    fail_job(claim, error="The disk is full.")

    answer = told(manager, world)

    assert (answer["job"]["state"], answer["images"]) == ("failed", 1)
    assert answer["job"]["error"] == "The disk is full."


def test_a_job_that_proposes_with_what_served_before_is_not_taken_for_it(
    world: World, served: Bundle
) -> None:
    old = claim_job(job_id=preparation(world).pk)
    assert old is not None
    began = timezone.now() - timedelta(minutes=1)
    Job.objects.filter(pk=old.job_id).update(started_at=began)
    promote_bundle(
        project=world.project, expected=served.pk, to=make_bundle("b"), reason="", by=None
    )

    job = proposing_of(world.project.pk)["job"]

    assert job is not None
    assert (job.pk == old.job_id, job.state) == (False, "queued")


def test_what_runs_is_told_while_another_waits_behind_it(world: World, served: Bundle) -> None:
    running = claim_job(job_id=preparation(world).pk)
    assert running is not None
    preparation(world)  # more images came

    job = proposing_of(world.project.pk)["job"]

    assert job is not None
    assert job.pk == running.job_id


def test_what_other_bundles_proposed_is_not_counted_and_what_was_superseded_is(
    world: World, served: Bundle
) -> None:
    image, other = (make_image(world.project, seed) for seed in range(2))
    newer = make_bundle("b")
    make_proposals(image, served)
    make_proposals(image, newer)  # a candidate's, in their place
    make_proposals(other, newer)

    assert proposing_of(world.project.pk)["images"] == 1


def test_after_a_round_of_captions_alone_what_was_proposed_with_the_same_masks_counts(
    world: World, served: Bundle
) -> None:
    make_proposals(make_image(world.project), served)
    captioned = make_captioned(served)
    Alias.objects.filter(project=world.project).update(bundle=captioned)
    make_proposals(make_image(world.project, 1), captioned)

    assert proposing_of(world.project.pk)["images"] == 2


def test_a_project_that_was_never_prepared_has_nothing_to_tell(world: World, manager: Api) -> None:
    assert told(manager, world) == {"bundle": None, "job": None, "images": None}


def test_however_much_was_proposed_it_takes_four_queries(
    world: World, served: Bundle, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for seed in range(3):
        make_proposals(make_image(world.project, seed), served, 2)

    with django_assert_num_queries(4):
        proposing_of(world.project.pk)


def test_managers_alone_read_it(world: World, reviewer: Api, annotator: Api, stranger: Api) -> None:
    path = f"projects/{world.project.pk}/proposing"

    answers = [each.get(path).status_code for each in (reviewer, annotator, stranger)]

    assert answers == [403, 403, 404]
