"""Rounds, bundles and effort as the web side knows them."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.utils import timezone

from annotation.api.rounds import PAGE
from annotation.models import (
    Alias,
    AliasMove,
    Bundle,
    DatasetVersion,
    Image,
    Job,
    Project,
    Proposal,
    Round,
)
from annotation.selectors.caption_effort import NO_CAPTION_EFFORT
from annotation.selectors.rounds import efforts_of
from annotation.selectors.to_learn import finished_since_round, new_to_learn
from annotation.services.assignments import claim_image, finish_image
from annotation.services.bundles import ServingMovedError, promote_bundle
from annotation.services.gate import Verdict
from annotation.services.jobs import claim_job, fail_job, retry_job
from annotation.services.masks import save_operations
from annotation.services.retrain_policies import apply_retrain_policies
from annotation.services.rounds import (
    NothingNewError,
    NotPreparedError,
    RoundRunningError,
    begin_version,
    cancel_round,
    finish_round,
    freeze_version,
    record_bundle,
    reopen_round,
    settle_rounds,
    start_round,
)
from annotation.services.versions import cut_version
from engine.segmentation.precision import SizePrecision
from engine.verification.kept_promise import KeptPromise
from engine.verification.promise import Precision
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    operation,
)

MEASURED = {
    "miou_1": 0.6,
    "miou_3": 0.7,
    "miou_5": 0.8,
    "noc_85": 4.0,
    "noc_90": 8.0,
    "ap_50": None,
    "ap_75": None,
    "ap_images": 0,
    "objects": 100,
}


@pytest.fixture
def serving(world: World) -> Bundle:
    bundle = make_bundle("a")
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    return bundle


def finish_with(
    image: Image, user: User, *operations: dict[str, object], seconds: float = 10
) -> None:
    place = claim_image(project=image.project, user=user, image_id=image.pk)
    assert place is not None
    save_operations(image_id=image.pk, operations=operations, expected_version=0, author=user)
    finish_image(assignment=place, user=user, active_s=seconds)


@pytest.fixture
def finished(world: World, serving: Bundle) -> Image:
    image = make_image(world.project)
    finish_with(image, world.annotator, create())
    return image


def start(world: World) -> Round:
    return start_round(project=world.project, trigger="manual", created_by=world.manager)


def ready_to_judge(world: World) -> tuple[Round, Bundle]:
    current, candidate = start(world), make_bundle("b")
    record_bundle(round_id=current.pk, bundle=candidate)
    return current, candidate


def test_retrain_starts_a_round_from_what_serves(
    world: World, finished: Image, serving: Bundle, manager: Api
) -> None:
    answer = manager.post(f"projects/{world.project.pk}/rounds", {"id": str(uuid4())})

    assert answer.status_code == 201
    row = answer.json()
    assert (row["number"], row["state"], row["base_bundle"]) == (1, "training", serving.pk)
    assert row["job"]["kind"] == "run_round"


def test_the_same_request_starts_one_round(world: World, finished: Image, manager: Api) -> None:
    body = {"id": str(uuid4())}

    first = manager.post(f"projects/{world.project.pk}/rounds", body)
    second = manager.post(f"projects/{world.project.pk}/rounds", body)

    assert first.json()["id"] == second.json()["id"]
    assert Round.objects.count() == Job.objects.filter(kind="workers.run_round").count() == 1


def test_while_a_round_runs_no_other_starts(world: World, finished: Image) -> None:
    start(world)

    with pytest.raises(RoundRunningError):
        start(world)


def test_a_project_without_a_bundle_or_without_new_work_has_nothing_to_train(
    world: World, image: Image
) -> None:
    with pytest.raises(NotPreparedError):
        start(world)
    Alias.objects.create(project=world.project, name="serving", bundle=make_bundle())
    with pytest.raises(NothingNewError):
        start(world)


def test_a_round_whose_job_failed_ends_with_the_reason(world: World, finished: Image) -> None:
    current = start(world)
    claim = claim_job(job_id=current.job_id or 0)
    assert claim is not None
    fail_job(claim, error="loss nan at step 3")

    settle_rounds()

    current.refresh_from_db()
    assert (current.state, current.decision) == ("failed", "loss nan at step 3")
    assert start(world).number == 2


@pytest.mark.parametrize(("is_trained", "state"), [(False, "training"), (True, "evaluating")])
def test_a_round_that_is_taken_up_again_goes_on_where_it_stood(
    world: World,
    finished: Image,
    is_trained: bool,  # noqa: FBT001
    state: str,
) -> None:
    current = ready_to_judge(world)[0] if is_trained else start(world)
    Round.objects.filter(pk=current.pk).update(state="failed")

    assert reopen_round(round_id=current.pk).state == state


def test_a_round_that_waits_to_be_taken_up_again_can_be_cancelled(
    world: World, finished: Image
) -> None:
    current = start(world)
    claim = claim_job(job_id=current.job_id or 0)
    assert claim is not None
    fail_job(claim, error="The disk is full.")
    settle_rounds()
    retry_job(job_id=claim.job_id)

    stopped = cancel_round(round_id=current.pk)

    assert stopped.state == "failed"  # as it was: it has not been taken up
    assert Job.objects.get(pk=claim.job_id).state == "cancelled"


def test_a_manager_cancels_a_waiting_round(world: World, finished: Image, manager: Api) -> None:
    current = start(world)

    answer = manager.post(f"rounds/{current.pk}/cancel")

    assert answer.json()["state"] == "cancelled"


def test_a_verdict_is_carried_out_once(world: World, finished: Image, serving: Bundle) -> None:
    current, candidate = ready_to_judge(world)
    yes = Verdict(is_promoted=True, reason="better")

    for _ in range(2):
        finish_round(round_id=current.pk, serving=serving.pk, metrics={}, verdict=yes)

    current.refresh_from_db()
    assert current.state == "promoted"
    assert Alias.objects.get(project=world.project, name="serving").bundle == candidate
    assert Alias.objects.get(project=world.project, name="previous").bundle == serving
    assert AliasMove.objects.filter(name="serving").count() == 1


@pytest.mark.parametrize("is_better", [True, False])
def test_a_candidate_compared_with_what_serves_no_longer_is_neither_promoted_nor_refused(
    world: World, finished: Image, serving: Bundle, *, is_better: bool
) -> None:
    current, _ = ready_to_judge(world)
    other = make_bundle("c")
    promote_bundle(
        project=world.project, expected=serving.pk, to=other, reason="by hand", by=world.manager
    )

    with pytest.raises(ServingMovedError):
        finish_round(
            round_id=current.pk,
            serving=serving.pk,
            metrics={"against": serving.pk},
            verdict=Verdict(is_promoted=is_better, reason="better"),
        )

    current.refresh_from_db()
    assert (current.state, current.metrics, current.decision) == ("evaluating", {}, "")
    assert Alias.objects.get(project=world.project, name="serving").bundle == other


def test_an_alias_moves_only_from_what_its_mover_saw(world: World, serving: Bundle) -> None:
    candidate = make_bundle("b")

    with pytest.raises(ServingMovedError):
        promote_bundle(
            project=world.project, expected="x" * 64, to=candidate, reason="", by=world.manager
        )

    assert not AliasMove.objects.exists()


def test_a_manager_rolls_back_and_sees_it_refused_when_stale(
    world: World, serving: Bundle, manager: Api
) -> None:
    newer = make_bundle("b")
    promote_bundle(
        project=world.project, expected=serving.pk, to=newer, reason="", by=world.manager
    )
    path = f"projects/{world.project.pk}/rollback"

    done = manager.post(path, {"serving": newer.pk})
    again = manager.post(path, {"serving": newer.pk})

    assert done.json() == {"bundle": serving.pk, "round": None, "is_in_part": False}
    assert (again.status_code, again.json()["code"]) == (409, "serving_moved")


def test_a_manager_promotes_what_the_gate_refused(
    world: World, finished: Image, serving: Bundle, manager: Api
) -> None:
    current, candidate = ready_to_judge(world)
    no = Verdict(is_promoted=False, reason="Not promoted: too few.")
    finish_round(round_id=current.pk, serving=serving.pk, metrics={}, verdict=no)

    path = f"projects/{world.project.pk}/bundles/{candidate.pk}/promote"
    answer = manager.post(path, {"serving": serving.pk, "reason": "Seen by eye."})

    assert answer.json() == {"bundle": candidate.pk, "round": current.number, "is_in_part": False}
    current.refresh_from_db()
    assert current.state == "promoted"
    assert current.decision == "Promoted by hand by manager. The gate had refused: too few."
    assert Alias.objects.get(project=world.project, name="serving").bundle == candidate


def propose(image: Image, bundle: Bundle, count: int) -> list[Proposal]:
    """Propose as preparation does for an image that is not drawn for comparing."""
    Image.objects.filter(pk=image.pk).update(arm="serving", proposed_by=bundle)
    return make_proposals(image, bundle, count)


def of_one_image(value: Any, n: int) -> dict[str, Any]:
    """Write a figure that one image alone tells: it has no interval."""
    return {"value": value, "low": None, "high": None, "n": n}


def test_effort_is_what_a_bundles_proposals_cost_to_correct(world: World, serving: Bundle) -> None:
    image = make_image(world.project)
    kept, corrected, rejected = propose(image, serving, 3)
    effort = {"seconds": 3, "clicks": 4, "strokes": 1}
    finish_with(
        image,
        world.annotator,
        operation("verdict", proposal=kept.pk, verdict="accepted", mask=uuid4(), label=None),
        create(at=(12, 12)) | {"proposal": corrected.pk, "effort": effort},
        operation("verdict", proposal=rejected.pk, verdict="rejected"),
        create(at=(20, 12)) | {"effort": {"clicks": 2}},
        seconds=30,
    )

    effort_of = efforts_of(world.project.pk)[serving.pk]

    assert effort_of == {
        "images": 1,
        "masks": 3,
        "seconds_per_mask": of_one_image(10, 3),
        "clicks_per_mask": of_one_image(2, 3),
        "accepted_untouched_share": of_one_image(pytest.approx(1 / 3), 3),
        "captions": NO_CAPTION_EFFORT,
    }


def test_clicks_that_nobody_counted_are_no_effort_of_zero(world: World, serving: Bundle) -> None:
    image = make_image(world.project)
    [kept] = propose(image, serving, 1)
    accepted = operation("verdict", proposal=kept.pk, verdict="accepted", mask=uuid4(), label=None)
    finish_with(image, world.annotator, accepted, seconds=30)

    effort = efforts_of(world.project.pk)[serving.pk]

    assert (effort["seconds_per_mask"], effort["clicks_per_mask"]) == (of_one_image(30, 1), None)


def test_the_table_of_rounds_ends_with_the_pretrained_bundle(
    world: World, finished: Image, serving: Bundle, annotator: Api
) -> None:
    start(world)

    rows = annotator.get(f"projects/{world.project.pk}/rounds").json()["results"]

    assert [(row["number"], row["state"]) for row in rows] == [(1, "training"), (0, "pretrained")]


def test_what_was_measured_of_another_bundle_is_not_told_of_the_pretrained_one(
    world: World, finished: Image, serving: Bundle, annotator: Api
) -> None:
    current, _ = ready_to_judge(world)
    metrics = {"against": "c" * 64, "serving": MEASURED}  # that served by then
    no = Verdict(is_promoted=False, reason="Not promoted: no better.")
    finish_round(round_id=current.pk, serving=serving.pk, metrics=metrics, verdict=no)

    rows = annotator.get(f"projects/{world.project.pk}/rounds").json()["results"]

    assert (rows[-1]["bundle"], rows[-1]["metrics"]) == (serving.pk, {})


def test_what_was_measured_by_size_and_of_promises_is_told_as_it_was_kept(
    world: World, finished: Image, serving: Bundle, annotator: Api
) -> None:
    kept = KeptPromise(0.9, 0.7, proposals=40, taken=20, right=19, precision=Precision(1, 0.8, 1))
    none = KeptPromise(0.95, None, proposals=40, taken=0, right=0, precision=None)
    interval = {"mean": 0.25, "low": 0.1, "high": 0.4}
    candidate = MEASURED | {
        "ap_by_size": {"medium": asdict(SizePrecision(0.8, 0.6, objects=31))},
        "promises": [asdict(none) | {"saved": 0.0}, asdict(kept) | {"saved": 0.45}],
    }
    by_size = {"medium": {**interval, "clicks": interval, "objects": 31}}
    metrics = {
        "serving": MEASURED,  # by an older Anneal, which measured neither
        "candidate": candidate,
        "difference": {**interval, "clicks": interval, "by_size": by_size},
    }
    current, _ = ready_to_judge(world)
    no = Verdict(is_promoted=False, reason="Not promoted: medium objects pay.")
    finish_round(round_id=current.pk, serving=serving.pk, metrics=metrics, verdict=no)

    told = annotator.get(f"rounds/{current.pk}").json()["metrics"]

    assert told == metrics


def test_the_pretrained_bundle_is_told_the_newest_figures_whichever_page_their_round_is_on(
    world: World, serving: Bundle, annotator: Api
) -> None:
    old, new = ({"cider": value, "f1": 0.2, "images": 20, "by": "neighbours"} for value in (1, 2))
    metrics = {
        1: {"serving": MEASURED, "captions": {"serving": old}},
        PAGE: {"captions": {"serving": new}},
        PAGE + 1: {"against": "c" * 64, "serving": MEASURED | {"miou_1": 0.9}},
    }
    trained = {"project": world.project, "base_bundle": serving, "state": "refused"}
    Round.objects.bulk_create(
        Round(number=number, metrics=metrics.get(number, {}), **trained)
        for number in range(1, PAGE + 3)
    )
    path = f"projects/{world.project.pk}/rounds"

    cursor = annotator.get(path).json()["next"]
    *rounds, pretrained = annotator.get(f"{path}?cursor={cursor}").json()["results"]

    assert [each["number"] for each in rounds] == [2, 1]
    assert pretrained["metrics"] == {"candidate": MEASURED, "captions": {"candidate": new}}


def test_each_page_of_rounds_tells_what_its_own_proposals_cost(
    world: World, serving: Bundle, manager: Api
) -> None:
    trained = make_bundle("b")
    for seed, bundle in enumerate((serving, trained)):
        image = make_image(world.project, seed)
        propose(image, bundle, 1)
        finish_with(image, world.annotator, create(at=(12, 12)), seconds=10 * (seed + 1))
    rounds = [
        Round(project=world.project, base_bundle=serving, state="failed", number=number)
        for number in range(1, PAGE + 2)
    ]
    rounds[-1].bundle, rounds[-1].state = trained, "refused"
    Round.objects.bulk_create(rounds)
    path = f"projects/{world.project.pk}/rounds"

    first = manager.get(path).json()
    last = manager.get(f"{path}?cursor={first['next']}").json()

    [newest, *others, pretrained] = first["results"] + last["results"]
    told = [each["effort"]["seconds_per_mask"]["value"] for each in (newest, pretrained)]
    assert told == [20, 10]
    assert {each["effort"]["images"] for each in others} == {0}


@pytest.mark.parametrize(("needed", "triggers"), [(1, ["images"]), (2, [])])
def test_a_policy_starts_a_round_after_so_many_images(
    world: World, finished: Image, needed: int, triggers: list[str]
) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_after_images=needed)

    assert [each.trigger for each in apply_retrain_policies()] == triggers
    assert apply_retrain_policies() == []


@pytest.mark.parametrize("ended", ["failed", "cancelled"])
def test_a_round_that_was_not_judged_starts_another_only_after_as_many_new_images(
    world: World, finished: Image, ended: str
) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_after_images=1)
    [first] = apply_retrain_policies()
    Round.objects.filter(pk=first.pk).update(state=ended)

    at_once = apply_retrain_policies()
    finish_with(make_image(world.project, 1), world.annotator, create())
    later = apply_retrain_policies()

    assert (at_once, [each.number for each in later]) == ([], [2])


def cut_for(learning: Round) -> DatasetVersion:
    """Let a round's job freeze what is there by now."""
    version = cut_version(project=learning.project, created_by=None)
    freeze_version(round_id=learning.pk, version=version)
    return version


@pytest.mark.parametrize(("ended", "new"), [("refused", 0), ("failed", 2)])
def test_what_is_finished_before_a_rounds_dataset_is_cut_is_nothing_new_after_it(
    world: World, finished: Image, ended: str, new: int
) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_after_images=1)
    [first] = apply_retrain_policies()
    finish_with(make_image(world.project, 1), world.annotator, create())
    cut_for(first)
    Round.objects.filter(pk=first.pk).update(state=ended)

    told = finished_since_round(world.project.pk), new_to_learn(world.project.pk)["masks"]
    at_once = apply_retrain_policies()
    finish_with(make_image(world.project, 2), world.annotator, create())
    later = apply_retrain_policies()

    assert told == (new, new)  # what failed has taught nothing
    assert (at_once, [each.number for each in later]) == ([], [2])


def test_what_is_finished_while_a_rounds_dataset_is_cut_is_new_after_it(
    world: World, finished: Image
) -> None:
    """Its images are listed in one look; those that are done later wait for another round."""
    current = start(world)
    finish_with(make_image(world.project, 1), world.annotator, create())

    begin_version(round_id=current.pk)
    version = cut_version(project=world.project, created_by=None)
    finish_with(make_image(world.project, 2), world.annotator, create())
    DatasetVersion.objects.filter(pk=version.pk).update(created_at=Now())  # as it is written last
    freeze_version(round_id=current.pk, version=version)
    begin_version(round_id=current.pk)  # by a worker that goes on with it

    assert new_to_learn(world.project.pk)["masks"] == 1


def test_what_was_mended_before_a_round_began_is_nothing_new_though_its_version_is_older(
    world: World, finished: Image
) -> None:
    version = cut_version(project=world.project, created_by=None)
    Image.objects.filter(pk=finished.pk).update(finished_at=timezone.now())
    first = start(world)

    assert cut_for(first) == version
    assert finished_since_round(world.project.pk) == 0


def test_a_policy_starts_a_round_every_so_many_hours(world: World, finished: Image) -> None:
    Project.objects.filter(pk=world.project.pk).update(retrain_every_hours=0.0)

    assert [each.trigger for each in apply_retrain_policies()] == ["schedule"]
