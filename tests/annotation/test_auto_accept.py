"""What the model is sure of it accepts by itself, and people's audits can stop it."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from annotation.models import (
    Alias,
    AliasMove,
    Bundle,
    Image,
    Mask,
    Operation,
    Project,
    Proposal,
    Revision,
)
from annotation.selectors.auto_accept import auto_accept_of
from annotation.selectors.doubts import FEWEST
from annotation.selectors.rounds import efforts_of
from annotation.services import auto_accept
from annotation.services.assignments import claim_image, finish_image, release
from annotation.services.auto_accept import accept_surely, withdraw_accepted
from annotation.services.labels import create_label, delete_label
from annotation.services.masks import save_operations
from annotation.services.projects import update_project
from annotation.services.proposals import (
    Found,
    replace_pending_proposals,
    withhold_proposals,
)
from tests.annotation.verdicts import note_verdict
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    operation,
    square,
)

SHARE = auto_accept.AUDITED_SHARE
IN_A_ROW = 28  # squares on an image


@pytest.fixture(autouse=True)
def no_audits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which proposals are drawn follows from ids that the database makes."""
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)


@pytest.fixture
def bundle(world: World) -> Bundle:
    bundle = make_bundle()
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    AliasMove.objects.create(project=world.project, name="serving", to_bundle=bundle, reason="")
    return bundle


@pytest.fixture
def promised(world: World) -> Project:
    return update_project(project=world.project, changes={"auto_accept_precision": 0.95})


def propose(image: Image, bundle: Bundle, scores: Sequence[float | None]) -> list[Proposal]:
    """Propose small squares, with these scores of the verifier."""
    found = [
        Found(square(at % IN_A_ROW, at // IN_A_ROW, 4), 0.9, 0.95, (1.0, 1.0), {}, score)
        for at, score in enumerate(scores)
    ]
    return replace_pending_proposals(image=image, bundle=bundle, found=found)


def make_audited(image: Image, bundle: Bundle, count: int) -> list[Proposal]:
    """Make proposals that auto-accept has left to people."""
    return Proposal.objects.bulk_create(
        Proposal(
            pk=uuid4(),
            image=image,
            bundle=bundle,
            rle=square(at % IN_A_ROW, at // IN_A_ROW),
            predicted_iou=0.9,
            stability=0.9,
            verifier_score=0.97,
            point_xy=[1, 1],
            is_audited=True,
        )
        for at in range(count)
    )


def judge(world: World, image: Image, verdicts: dict[Proposal, str]) -> None:
    """Let the annotator decide on proposals, and finish the image."""
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    image.refresh_from_db()
    operations = [
        operation("verdict", proposal=proposal.pk, verdict=verdict)
        | ({"mask": uuid4(), "label": None} if verdict == "accepted" else {})
        for proposal, verdict in verdicts.items()
    ]
    save_operations(
        image_id=image.pk,
        operations=operations,
        expected_version=image.version,
        author=world.annotator,
    )
    finish_image(assignment=place, user=world.annotator, active_s=5)


def stopped(world: World) -> bool:
    world.project.refresh_from_db()
    return world.project.auto_accept_stopped_at is not None


def everything_on(image: Image) -> list[object]:
    """All rows that an acceptance writes."""
    images = Image.objects.filter(pk=image.pk).values_list("version", flat=True)
    counts = [model.objects.count() for model in (Mask, Revision, Operation)]
    return [*images, *counts, *Proposal.objects.order_by("pk").values()]


def test_what_scores_high_enough_becomes_masks_without_author(
    world: World, image: Image, bundle: Bundle
) -> None:
    sure, other, unscored = propose(image, bundle, [0.97, 0.95, None])

    count = accept_surely(image=image, bundle=bundle, threshold=0.96)

    assert count == 1
    sure.refresh_from_db()
    assert (sure.state, sure.decided_by, sure.is_auto_accepted) == ("accepted", None, True)
    assert sure.mask is not None
    head = sure.mask.head
    assert head is not None
    assert (head.number, head.author, head.bundle, head.proposal) == (1, None, bundle, sure)
    assert (head.rle, head.label_id) == (sure.rle, world.label_id)
    for left in (other, unscored):
        left.refresh_from_db()
        assert (left.state, left.is_audited) == ("pending", False)


def test_without_a_threshold_people_decide_all(image: Image, bundle: Bundle) -> None:
    propose(image, bundle, [1.0])

    assert accept_surely(image=image, bundle=bundle, threshold=None) == 0
    assert not Mask.objects.exists()


def test_a_tenth_of_what_qualifies_waits_for_people_who_do_not_know(
    image: Image, bundle: Bundle, annotator: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", SHARE)
    propose(image, bundle, [0.99] * 200)

    accepted = accept_surely(image=image, bundle=bundle, threshold=0.9)

    audited = Proposal.objects.filter(is_audited=True)
    assert {proposal.state for proposal in audited} == {"pending"}
    assert 3 <= audited.count() <= 40  # of 200; four deviations around the tenth
    assert accepted == 200 - audited.count() == Proposal.objects.filter(mask__isnull=False).count()
    shown = annotator.get(f"images/{image.pk}").json()["proposals"]
    assert len(shown) == audited.count()
    assert not any("audit" in name for row in shown for name in row)


def test_accepting_twice_changes_nothing(
    image: Image, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0.5)
    propose(image, bundle, [0.99] * 12)
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    before = everything_on(image)

    again = accept_surely(image=image, bundle=bundle, threshold=0.9)

    assert again == 0
    assert everything_on(image) == before


def test_what_a_person_takes_back_is_not_accepted_again(
    world: World, image: Image, bundle: Bundle, manager: Api
) -> None:
    [sure] = propose(image, bundle, [0.99])
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    sure.refresh_from_db()
    taken_back = operation("verdict", proposal=str(sure.pk), verdict="pending")
    manager.save(image, operation("delete", mask=str(sure.mask_id)), taken_back)
    before = everything_on(image)

    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 0
    assert everything_on(image) == before


def test_what_is_withdrawn_is_accepted_again_as_the_same_masks(
    image: Image, bundle: Bundle
) -> None:
    propose(image, bundle, [0.99] * 3)
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    made = set(Mask.objects.values_list("pk", flat=True))

    withdrawn = withdraw_accepted(image=image, keeping=None)
    withhold_proposals(image=image)

    assert withdrawn == 3
    assert not Mask.objects.filter(head__rle__isnull=False).exists()
    assert set(Proposal.objects.values_list("state", flat=True)) == {"superseded"}
    assert withdraw_accepted(image=image, keeping=None) == 0

    propose(image, bundle, [0.99] * 3)

    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 3
    live = Mask.objects.filter(head__rle__isnull=False, head__number=3)
    assert set(live.values_list("pk", flat=True)) == made


def test_what_the_same_bundle_accepted_stays(image: Image, bundle: Bundle) -> None:
    propose(image, bundle, [0.99])
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    before = everything_on(image)

    assert withdraw_accepted(image=image, keeping=bundle) == 0
    assert everything_on(image) == before


@pytest.mark.parametrize(
    "changes", [{"is_holdout": True}, {"status": "done"}, {"status": "returned"}]
)
def test_nothing_is_accepted_on_the_holdout_or_on_finished_images(
    world: World, bundle: Bundle, changes: dict[str, Any]
) -> None:
    image = make_image(world.project)
    propose(image, bundle, [0.99])
    Image.objects.filter(pk=image.pk).update(**changes)

    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 0
    assert not Mask.objects.exists()


def test_nothing_is_accepted_on_an_image_that_somebody_holds(
    world: World, image: Image, bundle: Bundle
) -> None:
    propose(image, bundle, [0.99])
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None

    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 0

    release(assignment=place, user=world.annotator)
    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 1


def test_nothing_is_accepted_where_somebody_has_drawn_and_gone(
    image: Image, bundle: Bundle, annotator: Api
) -> None:
    propose(image, bundle, [0.99])
    annotator.save(image, create(at=(15, 15)))

    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 0


def test_a_label_is_the_proposals_own_or_the_only_one(
    world: World, image: Image, bundle: Bundle
) -> None:
    named, _, gone = propose(image, bundle, [0.99] * 3)
    ring = create_label(project=world.project, name="ring", color="#ff8787")
    old = create_label(project=world.project, name="old", color="#ff8787")
    Proposal.objects.filter(pk=named.pk).update(label=ring)
    Proposal.objects.filter(pk=gone.pk).update(label=old)
    delete_label(label=old)

    accept_surely(image=image, bundle=bundle, threshold=0.9)

    accepted = Proposal.objects.get(is_auto_accepted=True)
    assert accepted == named
    assert accepted.mask is not None
    assert accepted.mask.head is not None
    assert accepted.mask.head.label == ring
    assert not Proposal.objects.filter(is_audited=True).exists()


def test_whoever_has_an_older_version_is_told_what_the_model_accepted(
    image: Image, bundle: Bundle, manager: Api
) -> None:
    [sure] = propose(image, bundle, [0.99])
    accept_surely(image=image, bundle=bundle, threshold=0.9)

    answer = manager.save(image, create(at=(15, 15)), version=0)

    assert answer.status_code == 409
    [missed] = answer.json()["missed"]
    assert (missed["kind"], missed["proposal"], missed["author"]) == ("create", str(sure.pk), None)
    history = manager.get(f"masks/{missed['mask']}/revisions").json()["results"]
    assert [(row["kind"], row["author"], row["bundle"]) for row in history] == [
        ("create", None, bundle.pk)
    ]


def test_only_a_sure_model_accepts_without_a_person(image: Image, bundle: Bundle) -> None:
    [sure] = propose(image, bundle, [0.99])
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    mine = Proposal.objects.filter(pk=sure.pk)

    for changes in ({"verifier_score": None}, {"is_auto_accepted": False}, {"is_audited": True}):
        with (
            pytest.raises(IntegrityError, match="proposal_verdict_has_its_person"),
            transaction.atomic(),
        ):
            mine.update(**changes)


def test_it_stops_by_itself_once_people_reject_what_it_was_sure_of(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    accepted_before = propose(make_image(world.project, 1), bundle, [0.99])
    accept_surely(image=accepted_before[0].image, bundle=bundle, threshold=0.9)

    judge(world, image, dict.fromkeys(make_audited(image, bundle, 30), "rejected"))

    assert stopped(world)
    assert world.project.auto_accept_precision is None
    assert world.project.auto_accept_stop_reason == (
        "People accepted 0 of 30 audited proposals as they were: 0.0 %, and 95 % was promised."
    )
    assert Proposal.objects.filter(is_auto_accepted=True, mask__isnull=False).exists()


def test_few_verdicts_stop_nothing(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    judge(world, image, dict.fromkeys(make_audited(image, bundle, 29), "rejected"))

    assert not stopped(world)


def test_what_was_accepted_unseen_is_no_audit(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    seen, unseen = make_audited(image, bundle, 2)
    claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    accept = {"verdict": "accepted", "label": None}

    save_operations(
        image_id=image.pk,
        operations=[
            operation("verdict", proposal=seen.pk, mask=uuid4(), **accept),
            operation("verdict", proposal=unseen.pk, mask=uuid4(), is_unseen=True, **accept),
        ],
        expected_version=image.version,
        author=world.annotator,
    )

    audited = Proposal.objects.filter(is_audited=True)
    assert list(audited) == [seen]
    unseen.refresh_from_db()
    assert (unseen.state, unseen.decided_by) == ("accepted", world.annotator)


@pytest.mark.parametrize(("wrong", "stops"), [(1, False), (2, True)])
def test_it_stops_when_the_measure_falls_under_the_promise(
    world: World,
    image: Image,
    bundle: Bundle,
    promised: Project,
    wrong: int,
    stops: bool,  # noqa: FBT001
) -> None:
    audited = make_audited(image, bundle, 30)
    verdicts = dict.fromkeys(audited, "accepted") | dict.fromkeys(audited[:wrong], "needs_work")

    judge(world, image, verdicts)

    assert stopped(world) is stops


def test_a_mask_that_was_corrected_after_its_acceptance_counts_against_it(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    audited = make_audited(image, bundle, 30)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    masks = [uuid4() for _ in audited]
    pairs = list(zip(audited, masks, strict=True))
    operations = [
        operation("verdict", proposal=one.pk, verdict="accepted", mask=mask, label=None)
        for one, mask in pairs
    ] + [operation("revise", mask=mask, rle=square(1, 1, 9)) for mask in masks[:2]]
    save_operations(
        image_id=image.pk, operations=operations, expected_version=0, author=world.annotator
    )
    assert not stopped(world)  # they may be corrected until the image is finished

    finish_image(assignment=place, user=world.annotator, active_s=5)

    assert stopped(world)


def test_switching_on_again_measures_anew(
    world: World, image: Image, bundle: Bundle, promised: Project, manager: Api
) -> None:
    judge(world, image, dict.fromkeys(make_audited(image, bundle, 30), "rejected"))
    address = f"projects/{world.project.pk}"

    answer = manager.patch(address, {"auto_accept_precision": 0.95})

    assert answer.json()["auto_accept_precision"] == 0.95
    state = manager.get(f"{address}/auto-accept").json()
    assert (state["stopped_at"], state["stop_reason"]) == (None, "")
    assert (state["audited"], state["decided"], state["measured"]) == (0, 0, None)


def test_sending_the_same_promise_again_goes_on_with_the_measurement(
    world: World, image: Image, bundle: Bundle, promised: Project, manager: Api
) -> None:
    judge(world, image, dict.fromkeys(make_audited(image, bundle, 3), "accepted"))

    manager.patch(f"projects/{world.project.pk}", {"auto_accept_precision": 0.95})

    state = manager.get(f"projects/{world.project.pk}/auto-accept").json()
    assert (state["audited"], state["decided"], state["measured"]["share"]) == (3, 3, 1)


@pytest.mark.parametrize("wanted", [0.5, 1.0, "NaN", "most"])
def test_a_promise_that_cannot_be_kept_is_refused(
    world: World, manager: Api, wanted: object
) -> None:
    answer = manager.patch(f"projects/{world.project.pk}", {"auto_accept_precision": wanted})

    assert answer.status_code == 400


def test_only_a_manager_promises_and_every_member_may_look(
    world: World, annotator: Api, reviewer: Api, stranger: Api
) -> None:
    address = f"projects/{world.project.pk}"
    refused = {
        api.patch(address, {"auto_accept_precision": 0.95}).status_code
        for api in (annotator, reviewer)
    }

    assert refused == {403}
    assert annotator.get(f"{address}/auto-accept").status_code == 200
    assert stranger.get(f"{address}/auto-accept").status_code == 404


def test_the_state_tells_scores_beside_what_people_made_of_them(
    world: World,
    image: Image,
    bundle: Bundle,
    promised: Project,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    low, high, top, sent_on, undecided = propose(image, bundle, [0.12, 0.83, 1.0, 0.87, 0.5])
    old = propose(make_image(world.project, 1), make_bundle("b"), [0.9])
    judge(world, old[0].image, {old[0]: "rejected"})
    judge(world, image, {low: "rejected", high: "accepted", top: "accepted", sent_on: "needs_work"})

    with django_assert_num_queries(3):
        state = auto_accept_of(promised)

    assert state["has_scores"]
    assert [(row["low"], row["accepted_share"], row["count"]) for row in state["bins"]] == [
        (0.1, 0, 1),
        (0.8, 0.5, 2),
        (0.9, 1, 1),
    ]
    assert state["bins"][1]["mean_score"] == pytest.approx(0.85)
    assert undecided.state == "pending"


def test_a_project_whose_model_scores_nothing_says_so(world: World, bundle: Bundle) -> None:
    state = auto_accept_of(world.project)

    assert (state["has_scores"], state["bins"], state["accepted"]) == (False, [], 0)


def test_what_the_model_accepted_is_nobodys_verdict(
    world: World, image: Image, bundle: Bundle
) -> None:
    sure, rejected = propose(image, bundle, [0.99, 0.2])
    Image.objects.filter(pk=image.pk).update(arm="serving", proposed_by=bundle)
    accept_surely(image=image, bundle=bundle, threshold=0.9)

    judge(world, image, {rejected: "rejected"})

    effort = efforts_of(world.project.pk)[bundle.pk]
    assert effort["accepted_untouched_share"] == 0
    assert (effort["masks"], effort["seconds_per_mask"]) == (1, 5)  # it cost nobody anything
    sure.refresh_from_db()
    assert sure.final_iou == 1


def test_what_one_bundle_accepted_does_not_count_for_the_next(
    world: World, image: Image, bundle: Bundle
) -> None:
    newer = make_bundle("b")
    propose(image, bundle, [0.99] * 3)
    accept_surely(image=image, bundle=bundle, threshold=0.9)

    withdraw_accepted(image=image, keeping=newer)
    [proposal] = propose(image, newer, [0.99])
    Image.objects.filter(pk=image.pk).update(arm="serving", proposed_by=newer)
    judge(world, image, {proposal: "accepted"})

    efforts = efforts_of(world.project.pk)
    assert set(efforts) == {newer.pk}
    assert (efforts[newer.pk]["masks"], efforts[newer.pk]["seconds_per_mask"]) == (1, 5)


def note(
    person: User, image: Image, bundle: Bundle, final_iou: float | None, score: float, count: int
) -> None:
    for _ in range(count):
        note_verdict(person, image, bundle, final_iou, score=score)


def test_who_accepts_whatever_is_shown_keeps_no_promise_alive(
    world: World, image: Image, bundle: Bundle, promised: Project, manager: Api, annotator: Api
) -> None:
    careless, seen = world.reviewer, make_image(world.project, 1, status="done")
    note(careless, seen, bundle, 1.0, 0.05, FEWEST)
    note(world.annotator, seen, bundle, None, 0.05, FEWEST)
    note(careless, seen, bundle, 1.0, 0.97, 60)
    Proposal.objects.filter(verifier_score=0.97).update(is_audited=True)
    audited = make_audited(image, bundle, 30)
    verdicts = dict.fromkeys(audited, "accepted") | dict.fromkeys(audited[:3], "rejected")

    judge(world, image, verdicts)

    assert stopped(world)
    assert world.project.auto_accept_stop_reason.startswith("People accepted 27 of 30 audited")
    address = f"projects/{world.project.pk}/auto-accept"
    state = manager.get(address).json()
    assert (state["decided"], state["measured"]["share"], state["left_out"]) == (30, 0.9, 60)
    bins = [(row["low"], row["accepted_share"], row["count"]) for row in state["bins"]]
    assert bins == [(0.0, 0, FEWEST), (0.9, 0.9, 30)]
    assert annotator.get(address).json()["left_out"] is None
