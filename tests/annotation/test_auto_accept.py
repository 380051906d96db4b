"""What the model is sure of it accepts by itself, and people's audits can stop it."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.models import (
    Bundle,
    Image,
    Mask,
    Operation,
    Proposal,
    Recording,
    Revision,
)
from annotation.selectors.rounds import efforts_of
from annotation.services import auto_accept
from annotation.services.assignments import claim_image, release
from annotation.services.auto_accept import accept_surely, withdraw_accepted
from annotation.services.captions import caption_mask
from annotation.services.labels import create_label, delete_label, restore_label
from annotation.services.proposals import (
    withhold_proposals,
)
from tests.annotation.scored import judge, propose, serving_bundle
from tests.annotation.speaking import heard, link, spoken
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    operation,
)

SHARE = auto_accept.AUDITED_SHARE


@pytest.fixture(autouse=True)
def no_audits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which proposals are drawn follows from ids that the database makes."""
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)


@pytest.fixture
def bundle(world: World) -> Bundle:
    return serving_bundle(world.project)


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
        assert (left.state, left.audited_at) == ("pending", None)


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

    audited = Proposal.objects.exclude(audited_at=None)
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


@pytest.mark.parametrize("how", ["caption", "take", "link"])
def test_a_mask_that_somebody_described_stays_as_another_bundle_comes(
    world: World, image: Image, bundle: Bundle, how: str
) -> None:
    """Nobody begins an image by that, so that all else there goes."""
    propose(image, bundle, [0.99] * 3)
    accept_surely(image=image, bundle=bundle, threshold=0.9)
    mask, *_ = Mask.objects.order_by("pk")
    take = spoken(world, image)
    if how == "caption":
        caption_mask(caption_id=uuid4(), mask=mask, author=world.annotator, text="Chipped.")
    elif how == "take":
        Recording.objects.filter(pk=take.pk).update(mask=mask)
    else:
        link(heard(take), 0, 1, "confirmed", mask.pk)

    withdrawn = withdraw_accepted(image=image, keeping=None)

    assert withdrawn == 2
    assert Mask.objects.get(head__rle__isnull=False) == mask
    assert Proposal.objects.get(state="accepted").mask == mask


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
    assert not Proposal.objects.exclude(audited_at=None).exists()


def test_what_nothing_names_has_the_only_label_unless_there_was_another(
    world: World, image: Image, bundle: Bundle
) -> None:
    [sure] = propose(image, bundle, [0.99])
    debris = create_label(project=world.project, name="debris", color="#ff8787")
    Proposal.objects.filter(pk=sure.pk).update(label=debris)
    delete_label(label=debris)  # so that what it was called is no label any more

    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 0

    restore_label(label=debris)
    assert accept_surely(image=image, bundle=bundle, threshold=0.9) == 1
    accepted = Proposal.objects.get(pk=sure.pk)
    assert accepted.mask is not None
    assert accepted.mask.head is not None
    assert accepted.mask.head.label == debris


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

    audited = {"audited_at": timezone.now()}
    for changes in ({"verifier_score": None}, {"is_auto_accepted": False}, audited):
        with (
            pytest.raises(IntegrityError, match="proposal_verdict_has_its_person"),
            transaction.atomic(),
        ):
            mine.update(**changes)


def test_what_the_model_accepted_is_nobodys_verdict(
    world: World, image: Image, bundle: Bundle
) -> None:
    sure, rejected = propose(image, bundle, [0.99, 0.2])
    Image.objects.filter(pk=image.pk).update(arm="serving", proposed_by=bundle)
    accept_surely(image=image, bundle=bundle, threshold=0.9)

    judge(world, image, {rejected: "rejected"})

    effort = efforts_of(world.project.pk)[bundle.pk]
    assert effort["accepted_untouched_share"] == of_one_image(0)
    assert effort["seconds_per_mask"] == of_one_image(5)  # it cost nobody anything
    sure.refresh_from_db()
    assert sure.final_iou == 1


def of_one_image(value: float) -> dict[str, float | None]:
    """Write a figure of one mask or proposal: it has no interval."""
    return {"value": value, "low": None, "high": None, "n": 1}


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
    assert efforts[newer.pk]["seconds_per_mask"] == of_one_image(5)
