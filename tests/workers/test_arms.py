"""Preparation keeps the arms apart: what serves proposes, another bundle, or nobody."""

from collections.abc import Callable
from hashlib import sha256
from itertools import chain, count
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from django.db import transaction

from annotation import jobs
from annotation.models import Alias, Bundle, Embedding, Image, Job, Mask, Project, Proposal, Round
from annotation.selectors.effort_table import By, effort_table
from annotation.selectors.plan import Queue, free_in
from annotation.services.assignments import claim_image, finish_image
from annotation.services.auto_accept import accept_surely
from annotation.services.bundles import (
    ensure_pretrained,
    fetch_bundle,
    promote_bundle,
    roll_back,
)
from annotation.services.draws import arm_for
from annotation.services.images import add_image
from annotation.services.jobs import enqueue_job
from annotation.services.masks import save_operations
from annotation.services.preparation import propose_again
from annotation.services.projects import update_project
from annotation.services.rounds import promote_by_hand
from annotation.services.trials import begin_trial, end_trial
from engine.segmentation.object_finder import FoundObjects
from engine.segmentation.proposals import ProposalConfig
from tests.annotation.world import World, create, png, square
from tests.workers.conftest import ENCODER_DIGEST
from workers import prepare_images
from workers.arms import Arms, lock_if_free
from workers.networks import proposal_config_of
from workers.tasks import run_job

Arm = Image.Arm
SIZE_HW = (240, 320)  # so large that a window may look closer


@pytest.fixture
def images(world: World) -> dict[Arm, Image]:
    """One image of each arm."""
    Project.objects.filter(pk=world.project.pk).update(
        without_proposals_share=0.3, previous_bundle_share=0.3, candidate_bundle_share=0.4
    )
    world.project.refresh_from_db()
    found: dict[Arm, Image] = {}
    for seed in count():
        data = png(seed, SIZE_HW)
        arm = arm_for(sha256(data).hexdigest(), project=world.project)
        if len(found) == len(Arm):
            break
        if arm not in found:
            added = add_image(
                project=world.project, data=data, file_name="a.png", created_by=world.manager
            )
            assert added.image is not None
            found[arm] = added.image
    return found


def run(world: World) -> None:
    args = {"project_id": world.project.pk}
    job = enqueue_job(kind=jobs.PREPARE_IMAGES, project=world.project, args=args)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")


def make_newer(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Bundle, Bundle]:
    """Make a bundle with the files of what serves and another threshold; return both."""
    old = ensure_pretrained(project=world.project)
    thresholds = {**old.manifest["thresholds"], "min_area_px": 2.0}
    manifest = {**old.manifest, "thresholds": thresholds}
    newer = Bundle.objects.create(pk="b" * 64, encoder_digest=ENCODER_DIGEST, manifest=manifest)
    monkeypatch.setattr("workers.networks.fetch_bundle", lambda _: fetch_bundle(old))
    return old, newer


def promote_newer(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Bundle, Bundle]:
    """Let a newer bundle serve; return old and newer."""
    old, newer = make_newer(world, monkeypatch)
    promote_bundle(
        project=world.project, expected=old.pk, to=newer, reason="a test", by=world.manager
    )
    return old, newer


def try_newer(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Round, Bundle]:
    """Begin the trial of a round that the gate refused; return it and its bundle."""
    old, newer = make_newer(world, monkeypatch)
    facts = {"number": 1, "trigger": "manual", "state": "refused"}
    refused = Round.objects.create(project=world.project, base_bundle=old, bundle=newer, **facts)
    begin_trial(round_id=refused.pk, serving_seen=old.pk, by=world.manager)
    return refused, newer


def recorded(images: dict[Arm, Image]) -> dict[Arm, tuple[str, str | None, set[str]]]:
    """Return for each image the arm on its row, what proposed, and whose proposals wait."""
    rows = {}
    for drawn, image in images.items():
        image.refresh_from_db()
        pending = Proposal.objects.filter(image=image, state="pending")
        bundles = set(pending.values_list("bundle_id", flat=True))
        rows[drawn] = (image.arm, image.proposed_by_id, bundles)
    return rows


def begin(world: World, image: Image) -> None:
    """Let a person draw a mask on an image and go away."""
    image.refresh_from_db()
    drawn = create(rle=square(2, 2, size_hw=SIZE_HW))
    save_operations(
        image_id=image.pk,
        operations=[drawn],
        expected_version=image.version,
        author=world.annotator,
    )


def accept_all(images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model accept all that waits."""
    monkeypatch.setattr("annotation.services.auto_accept.AUDITED_SHARE", 0)
    Proposal.objects.update(verifier_score=0.99)
    for image in images.values():
        image.refresh_from_db()
        assert image.proposed_by is not None
        assert accept_surely(image=image, bundle=image.proposed_by, threshold=0.9)


def accepted(images: dict[Arm, Image]) -> dict[Arm, set[str]]:
    """Return for each image whose proposals its masks are made of."""
    live = Mask.objects.filter(head__rle__isnull=False)
    return {
        drawn: set(live.filter(image=image).values_list("origin__bundle", flat=True))
        for drawn, image in images.items()
    }


def test_nothing_is_proposed_for_the_bare_arm_which_is_corrected_as_a_whole(
    world: World, images: dict[Arm, Image]
) -> None:
    run(world)

    serving = ensure_pretrained(project=world.project).pk
    assert recorded(images) == {
        Arm.NONE: ("none", serving, set()),
        Arm.SERVING: ("serving", serving, {serving}),
        Arm.PREVIOUS: ("serving", serving, {serving}),  # there is none before it
        Arm.CANDIDATE: ("serving", serving, {serving}),  # none is on trial
    }
    bare = free_in(Queue.CORRECT, project_id=world.project.pk, user=world.annotator)
    assert [place.image_id for place in bare] == [images[Arm.NONE].pk]


def test_what_was_begun_before_any_bundle_saw_it_is_proposed_for_and_is_in_no_arm(
    world: World, images: dict[Arm, Image]
) -> None:
    begun = {arm: images[arm] for arm in (Arm.NONE, Arm.SERVING)}
    for image in begun.values():
        begin(world, image)

    run(world)

    serving = ensure_pretrained(project=world.project)
    assert recorded(begun) == {
        Arm.NONE: ("", serving.pk, set()),  # so that who begins early is in neither arm
        Arm.SERVING: ("", serving.pk, {serving.pk}),
    }
    assert not any(Arms.of(world.project, serving).due().values())


def test_what_was_begun_before_any_bundle_saw_it_is_no_bundles_effort(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(world, images[Arm.SERVING])
    run(world)
    _, newer = promote_newer(world, monkeypatch)
    run(world)
    place = claim_image(
        project=world.project, user=world.annotator, image_id=images[Arm.SERVING].pk
    )
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=160)

    run(world)

    assert effort_table(world.project.pk, By.ARM) == []
    assert recorded(images)[Arm.SERVING][0] == ""
    assert not any(Arms.of(world.project, newer).due().values())


def test_a_promotion_moves_all_arms_on_once(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    old, newer = promote_newer(world, monkeypatch)

    run(world)

    assert recorded(images) == {
        Arm.NONE: ("none", newer.pk, set()),
        Arm.SERVING: ("serving", newer.pk, {newer.pk}),
        Arm.PREVIOUS: ("previous", old.pk, {old.pk}),
        Arm.CANDIDATE: ("serving", newer.pk, {newer.pk}),
    }
    assert not any(Arms.of(world.project, newer).due().values())


def test_what_was_rolled_back_proposes_nowhere(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, newer = promote_newer(world, monkeypatch)
    run(world)
    roll_back(project=world.project, serving_seen=newer.pk, by=world.manager)
    due = Arms.of(world.project, old).due()

    run(world)

    assert images[Arm.PREVIOUS].pk not in chain.from_iterable(due.values())
    assert recorded(images) == {
        Arm.NONE: ("none", old.pk, set()),
        Arm.SERVING: ("serving", old.pk, {old.pk}),
        Arm.PREVIOUS: ("serving", old.pk, {old.pk}),  # what proposed there before serves now
        Arm.CANDIDATE: ("serving", old.pk, {old.pk}),
    }
    assert not any(Arms.of(world.project, old).due().values())


def test_what_is_rolled_back_while_it_proposes_proposes_no_more(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, newer = promote_newer(world, monkeypatch)
    begun: list[Bundle] = []

    def left_meanwhile(bundle: Bundle) -> ProposalConfig:
        begun.append(bundle)
        if len(begun) == 1:
            roll_back(project=world.project, serving_seen=newer.pk, by=world.manager)
        return proposal_config_of(bundle)

    monkeypatch.setattr(prepare_images, "proposal_config_of", left_meanwhile)

    run(world)

    assert begun[0] == newer
    assert not Proposal.objects.filter(bundle=newer).exists()
    assert recorded(images)[Arm.SERVING] == ("serving", old.pk, {old.pk})


def test_a_trial_that_begins_while_much_is_proposed_has_its_arm_before_that_ends(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Bundle] = []

    def tried_meanwhile(bundle: Bundle) -> ProposalConfig:
        if not tried:
            tried.append(try_newer(world, monkeypatch)[1])
        return proposal_config_of(bundle)

    monkeypatch.setattr(prepare_images, "SLICE", 1)
    monkeypatch.setattr(prepare_images, "proposal_config_of", tried_meanwhile)

    run(world)

    [newer] = tried
    assert recorded(images)[Arm.CANDIDATE] == ("candidate", newer.pk, {newer.pk})


def test_rolling_back_once_more_lets_nothing_propose_beside_what_serves_again(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, newer = promote_newer(world, monkeypatch)
    for seen in (newer, old):
        roll_back(project=world.project, serving_seen=seen.pk, by=world.manager)

    run(world)

    proposed = {drawn: bundle for drawn, (_, bundle, _) in recorded(images).items()}
    assert proposed == dict.fromkeys(images, newer.pk)


def test_what_serves_before_another_round_is_compared_with_it_also_after_a_roll_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, newer = promote_newer(world, monkeypatch)
    roll_back(project=world.project, serving_seen=newer.pk, by=world.manager)
    promote_bundle(
        project=world.project, expected=old.pk, to=newer, reason="round 2", by=world.manager
    )

    assert Arms.of(world.project, newer).others == {Arm.PREVIOUS: old}


def test_a_candidate_proposes_where_it_is_tried_until_the_trial_ends(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    before = recorded(images)
    _, newer = try_newer(world, monkeypatch)

    run(world)

    tried = {**before, Arm.CANDIDATE: ("candidate", newer.pk, {newer.pk})}
    assert recorded(images) == tried
    assert not any(Arms.of(world.project, ensure_pretrained(project=world.project)).due().values())

    end_trial(project=world.project, by=world.manager)
    run(world)

    assert recorded(images) == before


def test_what_was_begun_in_a_trial_keeps_its_proposals_when_that_ends(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    try_newer(world, monkeypatch)
    run(world)
    tried = recorded(images)
    begin(world, images[Arm.CANDIDATE])

    end_trial(project=world.project, by=world.manager)
    run(world)

    assert recorded(images) == tried


def test_a_trial_takes_no_image_that_somebody_has_begun(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    begin(world, images[Arm.CANDIDATE])
    before = recorded(images)

    try_newer(world, monkeypatch)
    run(world)

    assert recorded(images) == before


def test_what_a_trial_proposed_stays_where_its_candidate_is_promoted(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, newer = try_newer(world, monkeypatch)
    old = ensure_pretrained(project=world.project)
    run(world)

    promote_by_hand(
        project=world.project, bundle=newer, serving_seen=old.pk, reason="", by=world.manager
    )
    run(world)

    assert recorded(images) == {
        Arm.NONE: ("none", newer.pk, set()),
        Arm.SERVING: ("serving", newer.pk, {newer.pk}),
        Arm.PREVIOUS: ("previous", old.pk, {old.pk}),
        Arm.CANDIDATE: ("serving", newer.pk, {newer.pk}),  # what was on trial serves now
    }


def test_what_was_begun_in_a_trial_stays_the_candidates_where_that_is_promoted(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, newer = try_newer(world, monkeypatch)
    old = ensure_pretrained(project=world.project)
    run(world)
    begin(world, images[Arm.CANDIDATE])

    promote_by_hand(
        project=world.project, bundle=newer, serving_seen=old.pk, reason="", by=world.manager
    )
    run(world)

    assert recorded(images)[Arm.CANDIDATE] == ("candidate", newer.pk, {newer.pk})


def test_while_a_candidate_is_tried_people_decide_all_that_any_model_proposes(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = Mock()
    monkeypatch.setattr("workers.prepare_images.accept_surely", accept)
    try_newer(world, monkeypatch)

    run(world)

    accept.assert_not_called()
    end_trial(project=world.project, by=world.manager)
    run(world)
    asked = {call.kwargs["image"].pk for call in accept.mock_calls}
    assert asked == {images[Arm.CANDIDATE].pk}  # the others have been proposed for


def test_other_shares_change_nothing_that_is_done_or_begun(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    begin(world, images[Arm.NONE])
    Image.objects.filter(pk=images[Arm.SERVING].pk).update(status="done")
    before = recorded(images)
    _, newer = promote_newer(world, monkeypatch)
    Project.objects.filter(pk=world.project.pk).update(
        without_proposals_share=0, previous_bundle_share=0
    )

    run(world)

    after = recorded(images)
    assert after[Arm.NONE] == before[Arm.NONE]
    assert after[Arm.SERVING] == before[Arm.SERVING]
    assert after[Arm.PREVIOUS] == ("serving", newer.pk, {newer.pk})


def test_other_shares_draw_anew_what_nobody_has_begun_while_one_bundle_serves(
    world: World, images: dict[Arm, Image]
) -> None:
    run(world)
    bare = recorded(images)
    serving = ensure_pretrained(project=world.project)
    proposed = {**bare, Arm.NONE: ("serving", serving.pk, {serving.pk})}

    def draw(share: float) -> dict[Arm, tuple[str, str | None, set[str]]]:
        changes = {"without_proposals_share": share}
        project = update_project(project=world.project, changes=changes)
        [waiting] = Job.objects.filter(project=project, state="queued")
        run_job(job_id=waiting.pk)
        return recorded(images)

    assert draw(0.0) == proposed
    assert draw(0.3) == bare
    assert draw(0.0) == proposed
    begin(world, images[Arm.NONE])
    assert draw(0.3) == proposed


def test_a_trial_tries_its_candidate_also_where_what_serves_was_sure(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    accept_all({Arm.CANDIDATE: images[Arm.CANDIDATE]}, monkeypatch)
    before = recorded(images)

    _, newer = try_newer(world, monkeypatch)
    run(world)

    tried = {**before, Arm.CANDIDATE: ("candidate", newer.pk, {newer.pk})}
    assert recorded(images) == tried
    assert accepted(images)[Arm.CANDIDATE] == set()


def test_arms_are_drawn_whatever_the_model_accepted_and_hold_its_bundles_masks_alone(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = Project.objects.filter(pk=world.project.pk)
    shares.update(without_proposals_share=0)
    run(world)
    accept_all(images, monkeypatch)
    shares.update(without_proposals_share=0.3)
    old, newer = promote_newer(world, monkeypatch)

    run(world)

    assert recorded(images) == {
        Arm.NONE: ("none", newer.pk, set()),
        Arm.SERVING: ("serving", newer.pk, {newer.pk}),
        Arm.PREVIOUS: ("previous", old.pk, set()),  # they are accepted
        Arm.CANDIDATE: ("serving", newer.pk, {newer.pk}),
    }
    nothing: set[str] = set()
    assert accepted(images) == {**dict.fromkeys(images, nothing), Arm.PREVIOUS: {old.pk}}


def test_what_a_person_has_begun_keeps_all_that_one_bundle_did(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    begun = {Arm.SERVING: images[Arm.SERVING]}
    accept_all(begun, monkeypatch)
    begin(world, images[Arm.SERVING])
    before = recorded(begun), accepted(begun)

    promote_newer(world, monkeypatch)
    run(world)

    assert (recorded(begun), accepted(begun)) == before


@pytest.mark.parametrize("move", [promote_newer, try_newer])
def test_what_a_person_finished_as_the_model_had_accepted_it_stays_while_it_waits_for_another(
    world: World,
    images: dict[Arm, Image],
    monkeypatch: pytest.MonkeyPatch,
    move: Callable[[World, pytest.MonkeyPatch], object],
) -> None:
    update_project(project=world.project, changes={"overlap": 2})
    run(world)
    seen = {Arm.CANDIDATE: images[Arm.CANDIDATE]}
    accept_all(seen, monkeypatch)
    place = claim_image(
        project=world.project, user=world.annotator, image_id=images[Arm.CANDIDATE].pk
    )
    assert place is not None
    finished = finish_image(assignment=place, user=world.annotator, active_s=9)
    before = recorded(seen), accepted(seen)

    move(world, monkeypatch)
    run(world)

    assert finished.status == Image.Status.TODO
    assert (recorded(seen), accepted(seen)) == before


def test_what_a_person_begins_while_it_waits_for_the_bundle_once_more_keeps_that_bundles_masks(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(world)
    waiting = {Arm.SERVING: images[Arm.SERVING]}
    accept_all(waiting, monkeypatch)
    propose_again({images[Arm.SERVING].pk})
    begin(world, images[Arm.SERVING])
    before = recorded(waiting), accepted(waiting)

    old, _ = promote_newer(world, monkeypatch)
    run(world)

    assert (recorded(waiting), accepted(waiting)) == before
    assert before == ({Arm.SERVING: ("serving", old.pk, set())}, {Arm.SERVING: {old.pk, None}})


def test_what_nobody_has_begun_is_proposed_for_once_more_and_then_no_more(
    world: World, images: dict[Arm, Image]
) -> None:
    run(world)
    before = recorded(images)
    serving = ensure_pretrained(project=world.project)
    propose_again({image.pk for image in images.values()})
    due = Arms.of(world.project, serving).due()

    run(world)

    assert sum(map(len, due.values())) == len(images)
    assert recorded(images) == before
    assert not any(Arms.of(world.project, serving).due().values())


def test_what_somebody_begins_or_takes_while_bundles_propose_is_free_no_more(
    world: World, images: dict[Arm, Image]
) -> None:
    run(world)
    begun, taken, free, unseen = images.values()
    begin(world, begun)
    Image.objects.filter(pk=unseen.pk).update(proposed_by=None)
    for image in (taken, unseen):
        claim_image(project=world.project, user=world.annotator, image_id=image.pk)

    with transaction.atomic():
        found = [lock_if_free(image) for image in (begun, taken, free, unseen)]

    assert found == [False, False, True, True]


@pytest.mark.parametrize("change", ["encoder", "captioner"])
def test_a_previous_bundle_that_reads_other_embeddings_or_proposes_the_same_is_none(
    world: World, change: str
) -> None:
    old = ensure_pretrained(project=world.project)
    files = {**old.manifest["files"], "captioner.json": "c" * 64}
    manifest = {**old.manifest, "files": files} if change == "captioner" else old.manifest
    digest = "f" * 64 if change == "encoder" else ENCODER_DIGEST
    other = Bundle.objects.create(pk="b" * 64, encoder_digest=digest, manifest=manifest)
    Alias.objects.create(project=world.project, name="previous", bundle=other)

    assert not Arms.of(world.project, old).others


def test_small_objects_are_seen_closer_in_every_arm(
    world: World, images: dict[Arm, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: Any, **__: Any) -> FoundObjects:
        box = np.array([[20, 20, 30, 32]], np.float32)
        return FoundObjects(box[:, :2] + np.float32(5), box, np.ones(1, np.float32))

    finder = Mock(find=find)
    monkeypatch.setattr("workers.prepare_images.finder_of", lambda _: finder)

    run(world)

    windows = Embedding.objects.exclude(window="").values_list("image_sha256", flat=True)
    assert set(windows) == {image.sha256 for image in images.values()}
