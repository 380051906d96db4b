"""Audits of what the model accepts by itself: people's verdicts measure it, and can stop it."""

from collections.abc import Sequence
from itertools import cycle, islice
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from annotation.models import (
    Alias,
    Bundle,
    Image,
    Label,
    Project,
    Proposal,
    Round,
)
from annotation.selectors.auto_accept import auto_accept_of
from annotation.selectors.doubts import FEWEST, doubts_of
from annotation.services import auto_accept
from annotation.services.assignments import claim_image, finish_image
from annotation.services.auto_accept import accept_surely
from annotation.services.bundles import promote_bundle, roll_back
from annotation.services.labels import create_label, delete_label
from annotation.services.masks import save_operations
from annotation.services.projects import update_project
from annotation.services.review import review_image
from engine.bundle import VERIFIER
from tests.annotation.scored import judge, make_audited, propose, serving_bundle
from tests.annotation.verdicts import note_verdict
from tests.annotation.world import (
    Api,
    World,
    make_bundle,
    make_captioned,
    make_image,
    make_promoted_round,
    operation,
    square,
)


@pytest.fixture
def bundle(world: World) -> Bundle:
    return serving_bundle(world.project)


def stopped(world: World) -> bool:
    world.project.refresh_from_db()
    return world.project.auto_accept_stopped_at is not None


def test_it_stops_by_itself_once_people_reject_what_it_was_sure_of(
    world: World,
    image: Image,
    bundle: Bundle,
    promised: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)
    accepted_before = propose(make_image(world.project, 1), bundle, [0.99])
    accept_surely(image=accepted_before[0].image, bundle=bundle, threshold=0.9)

    judge(world, image, dict.fromkeys(make_audited(image, bundle, 30), "rejected"))

    assert stopped(world)
    assert world.project.auto_accept_precision is None
    assert world.project.auto_accept_stop_reason == (
        "People accepted 0 of 30 audited proposals as they were: 0.0 % (95 % interval 0.0 to 11.6)"
        ", and 95 % was promised."
    )
    assert Proposal.objects.filter(is_auto_accepted=True, mask__isnull=False).exists()


def test_few_verdicts_stop_nothing(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    judge(world, image, dict.fromkeys(make_audited(image, bundle, 29), "rejected"))

    assert not stopped(world)


def audit_worse(world: World, bundle: Bundle) -> None:
    """Let people keep 400 audited proposals of another bundle, and 24 of this one's 30."""
    kept = make_image(world.project, 1, status="done")
    note(world.annotator, [kept], make_bundle("b"), 1.0, 0.97, 400)
    Proposal.objects.update(audited_at=timezone.now())
    image = make_image(world.project, 2)
    audited = make_audited(image, bundle, 30)
    judge(world, image, dict.fromkeys(audited, "accepted") | dict.fromkeys(audited[:6], "rejected"))


def test_a_worse_bundle_does_not_hide_behind_the_audits_of_those_before(
    world: World, bundle: Bundle, promised: Project, manager: Api, annotator: Api
) -> None:
    audit_worse(world, bundle)

    assert stopped(world)
    assert world.project.auto_accept_stop_reason == (
        "People accepted 24 of 30 audited proposals of the serving model as they were: "
        "80.0 % (95 % interval 61.4 to 92.3), and 95 % was promised."
    )
    address = f"projects/{world.project.pk}/auto-accept"
    state = manager.get(address).json()
    assert (state["decided"], state["serving"]["decided"]) == (430, 30)
    assert state["measured"]["share"] == pytest.approx(424 / 430)
    assert state["serving"]["measured"]["share"] == 0.8
    told = annotator.get(address).json()
    for known_by_managers in ("audited", "decided", "left_out", "at_once", "measured", "serving"):
        assert told[known_by_managers] is None


def test_bundles_that_propose_alike_are_audited_together(
    world: World, bundle: Bundle, promised: Project
) -> None:
    captioner_alone = Bundle.objects.create(
        pk="c" * 64, encoder_digest=bundle.encoder_digest, manifest=bundle.manifest
    )

    audit_worse(world, captioner_alone)

    assert stopped(world)


@pytest.mark.parametrize(("share", "stops"), [(0.1, True), (0, False)])
def test_the_previous_bundle_is_to_keep_the_promise_while_it_proposes(
    world: World,
    bundle: Bundle,
    promised: Project,
    share: float,
    stops: bool,  # noqa: FBT001
) -> None:
    previous = make_bundle("c")
    Alias.objects.create(project=world.project, name="previous", bundle=previous)
    Project.objects.filter(pk=world.project.pk).update(previous_bundle_share=share)

    audit_worse(world, previous)

    assert stopped(world) is stops


def test_what_was_rolled_back_is_not_to_keep_it_any_more(
    world: World, bundle: Bundle, promised: Project
) -> None:
    left = make_bundle("c")
    Project.objects.filter(pk=world.project.pk).update(previous_bundle_share=0.1)
    promote_bundle(project=promised, expected=bundle.pk, to=left, reason="round 1", by=None)
    roll_back(project=promised, serving_seen=left.pk, by=world.manager)

    audit_worse(world, left)

    assert not stopped(world)


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


def test_what_a_reviewer_corrects_on_a_finished_image_counts_against_it(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    kept, corrected = make_audited(image, bundle, 2)
    judge(world, image, {kept: "accepted", corrected: "accepted"})
    image.refresh_from_db()
    corrected.refresh_from_db()
    assert corrected.is_untouched

    save_operations(
        image_id=image.pk,
        operations=[operation("revise", mask=corrected.mask_id, rle=square(1, 1, 9))],
        expected_version=image.version,
        author=world.reviewer,
    )

    untouched = dict(Proposal.objects.values_list("pk", "is_untouched"))
    assert untouched == {kept.pk: True, corrected.pk: False}


def test_what_is_called_otherwise_than_proposed_is_no_longer_right(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    ring = create_label(project=world.project, name="ring", color="#ff8787").pk
    named, relabelled, unnamed = make_audited(image, bundle, 3)
    Proposal.objects.exclude(pk=unnamed.pk).update(label=world.label_id)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    labels = {named: world.label_id, relabelled: ring, unnamed: ring}
    operations = [
        operation("verdict", proposal=one.pk, verdict="accepted", mask=uuid4(), label=label)
        for one, label in labels.items()
    ]

    save_operations(
        image_id=image.pk, operations=operations, expected_version=0, author=world.annotator
    )
    finish_image(assignment=place, user=world.annotator, active_s=5)

    untouched = Proposal.objects.filter(is_untouched=True)
    assert set(untouched) == {named, unnamed}
    measured = auto_accept_of(promised)["measured"]
    assert measured is not None
    assert measured.share == pytest.approx(2 / 3)


def test_a_label_that_was_deleted_before_the_verdict_is_no_name_to_be_kept(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    ring = create_label(project=world.project, name="ring", color="#ff8787")
    before, after = make_audited(image, bundle, 2)
    Proposal.objects.filter(pk=before.pk).update(label=ring)
    Proposal.objects.filter(pk=after.pk).update(label=world.label_id)
    delete_label(label=ring)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None

    save_operations(
        image_id=image.pk,
        operations=[
            operation("verdict", proposal=one.pk, verdict="accepted", mask=uuid4(), label=label)
            for one, label in ((before, world.label_id), (after, None))
        ],
        expected_version=0,
        author=world.annotator,
    )
    delete_label(label=Label.objects.get(pk=world.label_id))
    finish_image(assignment=place, user=world.annotator, active_s=5)

    assert set(Proposal.objects.filter(is_untouched=True)) == {before}


def test_a_verdict_counts_once_its_image_is_finished_whatever_it_was(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    right, wrong, sent_on = make_audited(image, bundle, 3)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    operations = [
        operation("verdict", proposal=right.pk, verdict="accepted", mask=uuid4(), label=None),
        operation("verdict", proposal=wrong.pk, verdict="rejected"),
        operation("verdict", proposal=sent_on.pk, verdict="needs_work"),
    ]

    save_operations(
        image_id=image.pk, operations=operations, expected_version=0, author=world.annotator
    )
    ahead = auto_accept_of(promised)
    finish_image(assignment=place, user=world.annotator, active_s=5)
    finished = auto_accept_of(promised)

    assert (ahead["audited"], ahead["decided"], ahead["bins"]) == (3, 0, [])
    assert (finished["decided"], [row["count"] for row in finished["bins"]]) == (3, [3])
    assert finished["measured"] is not None
    assert finished["measured"].share == pytest.approx(1 / 3)


def test_who_annotates_the_same_image_blindly_settles_no_verdict_by_finishing_it(
    world: World, bundle: Bundle, promised: Project
) -> None:
    project = update_project(project=world.project, changes={"overlap": 2, "overlap_share": 1})
    image = make_image(project, 2)
    [audited] = make_audited(image, bundle, 1)
    first, second = (
        claim_image(project=world.project, user=person, image_id=image.pk)
        for person in (world.annotator, world.reviewer)
    )
    assert first is not None
    assert second is not None
    accept = operation("verdict", proposal=audited.pk, verdict="accepted", mask=uuid4(), label=None)
    save_operations(
        image_id=image.pk, operations=[accept], expected_version=0, author=world.annotator
    )

    finish_image(assignment=second, user=world.reviewer, active_s=5)
    of_second = auto_accept_of(promised)
    finish_image(assignment=first, user=world.annotator, active_s=5)

    assert (second.slot, of_second["decided"]) == (1, 0)
    assert auto_accept_of(promised)["decided"] == 1


def test_a_promise_that_reviewers_find_broken_is_given_up_as_they_judge_the_image(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    audited = make_audited(image, bundle, 30)
    judge(world, image, dict.fromkeys(audited, "accepted"))
    image.refresh_from_db()
    masks = Proposal.objects.filter(pk__in=[one.pk for one in audited[:3]])
    save_operations(
        image_id=image.pk,
        operations=[
            operation("revise", mask=mask, rle=square(1, 1, 9))
            for mask in masks.values_list("mask_id", flat=True)
        ],
        expected_version=image.version,
        author=world.reviewer,
    )
    assert not stopped(world)

    review_image(image=image, verdict="reviewed", comment="", reviewer=world.reviewer)

    assert stopped(world)


def test_what_is_decided_anew_on_a_finished_image_counts_as_it_is_now(
    world: World, image: Image, bundle: Bundle, promised: Project, reviewer: Api
) -> None:
    first, second = make_audited(image, bundle, 2)
    judge(world, image, {first: "accepted", second: "accepted"})

    for proposal, verdict in ((first, "rejected"), (second, "pending")):
        mask = str(Proposal.objects.get(pk=proposal.pk).mask_id)
        anew = operation("verdict", proposal=str(proposal.pk), verdict=verdict)
        reviewer.save(image, operation("delete", mask=mask), anew)

    state = auto_accept_of(promised)
    # What is open again on a finished image is left standing there.
    assert (state["audited"], state["decided"]) == (2, 2)
    assert state["measured"] is not None
    assert state["measured"].share == 0


def test_a_save_sums_nothing_up_and_finishing_does(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    finished = make_image(world.project, 1, status="done")
    note(world.annotator, [finished], bundle, None, 0.97, 30)
    Proposal.objects.update(audited_at=timezone.now())
    [audited] = make_audited(image, bundle, 1)
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None

    save_operations(
        image_id=image.pk,
        operations=[operation("verdict", proposal=audited.pk, verdict="rejected")],
        expected_version=0,
        author=world.annotator,
    )
    is_stopped_by_the_save = stopped(world)
    finish_image(assignment=place, user=world.annotator, active_s=5)

    assert not is_stopped_by_the_save
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


@pytest.fixture
def all_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 1)


def test_what_a_bundle_audits_as_it_comes_back_measures_what_is_promised_by_now(
    world: World, image: Image, bundle: Bundle, promised: Project, all_audited: None
) -> None:
    propose(image, bundle, [0.99] * 30)
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    propose(image, make_bundle("b"), [0.5])
    for precision in (None, 0.95):
        update_project(project=world.project, changes={"auto_accept_precision": precision})
    back = propose(image, bundle, [0.99] * 30)

    accept_surely(image=image, bundle=bundle, threshold=0.98)
    judge(world, image, dict.fromkeys(back, "rejected"))

    assert stopped(world)


def test_what_a_bundle_is_not_sure_enough_of_as_it_comes_back_is_no_audit(
    world: World, image: Image, bundle: Bundle, promised: Project, all_audited: None
) -> None:
    propose(image, bundle, [0.99, 0.95])
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    propose(image, make_bundle("b"), [0.5])
    propose(image, bundle, [0.99, 0.95])

    accept_surely(image=image, bundle=bundle, threshold=0.98)

    assert auto_accept_of(world.project)["audited"] == 1


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

    with django_assert_num_queries(6):
        state = auto_accept_of(promised)

    assert state["has_scores"]
    assert [(row["low"], row["accepted"].share, row["count"]) for row in state["bins"]] == [
        (0.1, 0, 1),
        (0.8, 0.5, 2),
        (0.9, 1, 1),
    ]
    # Clopper and Pearson's of 1 of 1: 0.025, and of 1 of 2: 1 - 0.975 ** 0.5, alike from above.
    assert [row["accepted"].low for row in state["bins"][1:]] == pytest.approx(
        [0.0126, 0.025], abs=1e-4
    )
    assert [row["accepted"].high for row in state["bins"][1:]] == pytest.approx(
        [0.9874, 1], abs=1e-4
    )
    assert state["bins"][1]["mean_score"] == pytest.approx(0.85)
    assert undecided.state == "pending"


def test_scores_stay_when_only_the_captions_are_another_models(
    world: World, image: Image, bundle: Bundle
) -> None:
    judge(world, image, dict.fromkeys(propose(image, bundle, [0.8]), "accepted"))
    Alias.objects.filter(project=world.project).update(bundle=make_captioned(bundle))

    state = auto_accept_of(world.project)

    assert state["has_scores"]
    assert len(state["bins"]) == 1


def test_what_the_serving_verifier_can_promise_is_what_the_round_found_that_measured_it(
    world: World, manager: Api, annotator: Api
) -> None:
    first, tried, other = (make_bundle(name, **{VERIFIER: name}) for name in "abc")
    promises: list[dict[str, float | None]] = [
        {"promise": 0.8, "threshold": 0.6},
        {"promise": 0.85, "threshold": 0.9},
        {"promise": 0.95, "threshold": None},
    ]
    found = make_promoted_round(world.project, first, tried)
    metrics = {"measured": tried.pk, "candidate": {"promises": promises}}
    Round.objects.filter(pk=found.pk).update(metrics=metrics)

    def told(serving: Bundle, api: Api = manager) -> object:
        Alias.objects.update_or_create(
            project=world.project, name="serving", defaults={"bundle": serving}
        )
        return api.get(f"projects/{world.project.pk}/auto-accept").json()["can_promise"]

    assert told(tried) == told(make_captioned(tried)) == [0.85, 0.8]
    assert told(first) is told(other) is told(tried, annotator) is None


def test_a_project_whose_model_scores_nothing_says_so(world: World, bundle: Bundle) -> None:
    state = auto_accept_of(world.project)

    assert (state["has_scores"], state["bins"], state["accepted"]) == (False, [], 0)


def note(
    person: User,
    images: Sequence[Image],
    bundle: Bundle,
    final_iou: float | None,
    score: float,
    count: int,
) -> None:
    for image in islice(cycle(images), count):
        note_verdict(person, image, bundle, final_iou, score=score)


def test_who_sees_the_faults_of_a_model_that_is_too_sure_is_not_outvoted_by_who_sees_none(
    world: World, image: Image, bundle: Bundle, promised: Project
) -> None:
    seen = [make_image(world.project, seed, status="done") for seed in range(1, 5)]
    note(world.reviewer, seen, bundle, 1.0, 0.97, 100)
    note(world.annotator, seen, bundle, 1.0, 0.97, 70)
    note(world.annotator, seen, bundle, None, 0.97, 30)
    Proposal.objects.filter(verifier_score=0.97).update(audited_at=timezone.now())
    assert [each["habit"] for each in doubts_of(world.project.pk)] == ["rejects"]

    judge(world, image, dict.fromkeys(make_audited(image, bundle, 1), "rejected"))

    assert stopped(world)
    assert world.project.auto_accept_stop_reason.startswith("People accepted 170 of 201 audited")


def test_who_accepts_whatever_is_shown_keeps_no_promise_alive(
    world: World, image: Image, bundle: Bundle, promised: Project, manager: Api, annotator: Api
) -> None:
    careless = world.reviewer
    seen = [make_image(world.project, seed, status="done") for seed in range(1, 5)]
    note(careless, seen, bundle, 1.0, 0.05, FEWEST)
    note(world.annotator, seen, bundle, None, 0.05, FEWEST)
    note(careless, seen, bundle, 1.0, 0.97, 60)
    Proposal.objects.filter(verifier_score=0.97).update(audited_at=timezone.now())
    audited = make_audited(image, bundle, 30)
    verdicts = dict.fromkeys(audited, "accepted") | dict.fromkeys(audited[:3], "rejected")

    judge(world, image, verdicts)

    assert stopped(world)
    assert world.project.auto_accept_stop_reason.startswith("People accepted 27 of 30 audited")
    address = f"projects/{world.project.pk}/auto-accept"
    state = manager.get(address).json()
    assert (state["decided"], state["measured"]["share"], state["left_out"]) == (30, 0.9, 60)
    bins = [(row["low"], row["accepted"]["share"], row["count"]) for row in state["bins"]]
    assert bins == [(0.0, 0, FEWEST), (0.9, 0.9, 30)]
    told = annotator.get(address).json()
    assert (told["left_out"], told["bins"]) == (None, [])
