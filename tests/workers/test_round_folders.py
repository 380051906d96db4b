"""What ended rounds leave on the disk is deleted, and nothing that one may go on from."""

from datetime import timedelta

from django.utils import timezone

from annotation import jobs
from annotation.models import Job, Round
from tests.annotation.world import World, make_bundle
from workers.periodic import drop_round_folders_daily
from workers.round_folders import KEPT, folder_of

JUST_KEPT, TOO_OLD = KEPT - timedelta(hours=1), KEPT + timedelta(hours=1)


def make_round(world: World, state: str, *, ended: timedelta | None, job: str) -> Round:
    """Make a round that ended so long ago, and its folder."""
    bundle = make_bundle(str(Round.objects.count()))
    made = Round.objects.create(
        project=world.project,
        number=Round.objects.count() + 1,
        trigger="manual",
        state=state,
        base_bundle=bundle,
        finished_at=None if ended is None else timezone.now() - ended,
        job=Job.objects.create(
            kind=jobs.RUN_ROUND,
            project=world.project,
            state=job,
            lease_until=timezone.now() + timedelta(minutes=1),
        ),
    )
    (folder_of(made) / "checkpoints" / "step-000005").mkdir(parents=True)
    return made


def test_folders_of_judged_rounds_and_of_those_given_up_long_ago_are_deleted(world: World) -> None:
    ended = [
        make_round(world, "promoted", ended=timedelta(), job="succeeded"),
        make_round(world, "refused", ended=timedelta(), job="failed"),
        make_round(world, "failed", ended=TOO_OLD, job="failed"),
        make_round(world, "cancelled", ended=TOO_OLD, job="cancelled"),
    ]

    drop_round_folders_daily()

    assert [one for one in ended if folder_of(one).exists()] == []


def test_folders_that_a_round_may_go_on_from_stay(world: World) -> None:
    rounds = [
        make_round(world, "training", ended=None, job="running"),
        make_round(world, "failed", ended=JUST_KEPT, job="failed"),
        make_round(world, "cancelled", ended=JUST_KEPT, job="cancelled"),
        make_round(world, "failed", ended=TOO_OLD, job="queued"),  # it is run again
        make_round(world, "promoted", ended=timedelta(), job="running"),  # it deletes its own
    ]
    make_round(world, "failed", ended=TOO_OLD, job="failed")

    drop_round_folders_daily()

    assert [one for one in rounds if not folder_of(one).exists()] == []
    assert len(list(folder_of(rounds[0]).parent.iterdir())) == len(rounds)
