"""What others' models found waits for verdicts under their name, and counts as no bundle's."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from annotation.models import Image, Mask, OutsideModel, Proposal
from annotation.selectors.effort_table import By, effort_table
from annotation.selectors.round_cost import cost_of_round
from annotation.selectors.verdicts import judged_proposals
from annotation.selectors.version_dataset import dataset_of
from annotation.services import auto_accept
from annotation.services.assignments import claim_image, finish_image
from annotation.services.outside_proposals import (
    Predicted,
    Proposed,
    propose_from_outside,
    withdraw_outside,
)
from annotation.services.proposals import Found, replace_pending_proposals
from annotation.services.review import review_image
from annotation.services.seeds import Seed, seed_masks
from annotation.services.versions import cut_version
from engine.masks.validate import InvalidMaskError
from tests.annotation.scored import serving_bundle
from tests.annotation.world import (
    Api,
    World,
    create,
    make_bundle,
    make_image,
    make_promoted_round,
    make_proposals,
    operation,
    square,
)

TWO = (Predicted("net", square(2, 2), score=0.9), Predicted("net", square(12, 9), score=1.5))


@pytest.fixture
def image(world: World) -> Image:
    return make_image(world.project)


def bring(world: World, image: Image, *found: Predicted) -> Proposed:
    [told] = propose_from_outside(project=world.project, predicted=[(image, found or TWO)])
    image.refresh_from_db()
    return told


def pending(image: Image) -> list[UUID]:
    waiting = Proposal.objects.filter(image=image, state="pending")
    return sorted(waiting.values_list("pk", flat=True))


def judge(world: World, image: Image, *verdicts: dict[str, Any]) -> None:
    answer = Api(world.annotator).save(image, *verdicts)
    assert answer.status_code == 200, answer.json()


def accept(proposal: Proposal, mask: str) -> dict[str, Any]:
    fields = {"proposal": str(proposal.pk), "verdict": "accepted", "label": None}
    return operation("verdict", mask=mask, **fields)


MASK = "6e1f5e5a-3b54-4f0c-9a35-5a5f0b3d1c11"


def test_predictions_wait_for_verdicts_under_the_models_name(world: World, image: Image) -> None:
    told = bring(world, image)

    shown = Api(world.annotator).get(f"images/{image.pk}").json()["proposals"]
    assert len(told.brought) == 2
    assert [(each["model"], each["score"]) for each in shown] == [("net", 1), ("net", 0.9)]
    assert {(each["stability"], each["point_xy"]) for each in shown} == {(None, None)}
    assert not Mask.objects.filter(image=image).exists()
    batch = Api(world.annotator).post(f"projects/{world.project.pk}/verify").json()
    assert {each["model"] for each in batch["proposals"]} == {"net"}


def test_an_image_with_predictions_waits_for_no_bundle_until_they_are_withdrawn(
    world: World, image: Image
) -> None:
    def is_looked_at() -> bool:
        told: bool = Api(world.annotator).get(f"images/{image.pk}").json()["is_looked_at"]
        return told

    before = is_looked_at()
    told = bring(world, image)
    between = is_looked_at()
    withdraw_outside(proposal_ids=told.brought)

    assert (before, between, is_looked_at()) == (False, True, False)


def test_bringing_them_again_adds_nothing_and_a_verdict_stands(world: World, image: Image) -> None:
    first = bring(world, image)
    rejected = Proposal.objects.get(pk=first.brought[0])
    judge(world, image, operation("verdict", proposal=str(rejected.pk), verdict="rejected"))

    again = bring(world, image)

    assert (again.brought, again.not_free) == ((), 2)
    assert pending(image) == [first.brought[1]]


def test_predictions_take_the_place_of_what_a_bundle_proposed_until_it_proposes_anew(
    world: World, image: Image
) -> None:
    bundle = make_bundle()
    make_proposals(image, bundle, 3)
    Image.objects.filter(pk=image.pk).update(proposed_by=bundle, arm="serving")

    told = bring(world, image)
    between = pending(image)
    replace_pending_proposals(
        image=image, bundle=bundle, found=[Found(square(20, 15), 0.9, 0.9, (22.0, 17.0))]
    )

    assert (image.arm, image.proposed_by_id) == ("", None)
    assert image.outside_at is not None
    assert between == sorted(told.brought)
    assert len(pending(image)) == 1
    assert Proposal.objects.filter(pk__in=told.brought, state="superseded").count() == 2


def test_predictions_come_where_a_bundle_accepted_the_same_by_itself_and_its_masks_go(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_accept, "AUDITED_SHARE", 0)  # drawn by ids that the database makes
    bundle = serving_bundle(world.project)
    found = Found(square(2, 2), 0.9, 0.9, (3.0, 3.0), verifier_score=0.99, label=world.label_id)
    replace_pending_proposals(image=image, bundle=bundle, found=[found])
    auto_accept.accept_surely(image=image, bundle=bundle, threshold=0.9)
    Image.objects.filter(pk=image.pk).update(proposed_by=bundle, arm="serving")
    accepted = Mask.objects.filter(image=image, head__rle__isnull=False)
    assert accepted.count() == 1

    told = bring(world, image)

    assert (len(told.brought), told.there) == (2, 0)
    assert pending(image) == sorted(told.brought)
    assert not accepted.exists()


def test_nothing_comes_to_the_holdout_nor_where_people_have_begun(world: World) -> None:
    holdout, begun, held, done = (
        make_image(world.project, seed, is_holdout=seed == 0) for seed in range(4)
    )
    judge(world, begun, create())
    claim_image(project=world.project, user=world.annotator, image_id=held.pk)
    Image.objects.filter(pk=done.pk).update(status="done")

    for image in (holdout, begun, held, done):
        assert bring(world, image) == Proposed(not_free=2)

    assert not Proposal.objects.exists()


def test_what_lies_on_a_mask_or_on_another_models_surer_find_is_left_out(
    world: World, image: Image
) -> None:
    seed_masks(image=image, seeds=[Seed(square(2, 2))], author=world.manager)
    rival = Predicted("rival", square(12, 9), score=0.2)

    told = bring(world, image, *TWO, rival)
    later = bring(world, image, Predicted("third", square(12, 9)))

    assert (len(told.brought), told.there) == (1, 2)
    assert (len(later.brought), later.there) == (0, 1)
    assert Proposal.objects.get().outside_model == OutsideModel.objects.get(name="net")


def test_withdrawn_ones_come_back_and_what_was_judged_stays(world: World, image: Image) -> None:
    first = bring(world, image)
    gone = withdraw_outside(proposal_ids=first.brought)
    image.refresh_from_db()
    bare = image.outside_at
    back = bring(world, image)
    accepted = Proposal.objects.get(pk=back.brought[0])
    judge(world, image, accept(accepted, MASK))

    left = withdraw_outside(proposal_ids=back.brought)

    image.refresh_from_db()
    assert (gone, bare) == (set(first.brought), None)
    assert set(back.brought) == set(first.brought)
    assert left == set(back.brought[1:])
    assert image.outside_at is not None
    assert Proposal.objects.get(pk=accepted.pk).state == "accepted"


def test_what_they_cost_and_teach_is_no_bundles(world: World, image: Image) -> None:
    base, bundle = make_bundle("a"), make_bundle("b")
    unfinished = make_promoted_round(world.project, base, bundle)
    unfinished.bundle = None
    told = bring(world, image)
    judge(world, image, accept(Proposal.objects.get(pk=told.brought[0]), MASK))
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=9)

    assert all(effort_table(world.project.pk, by) == [] for by in By)
    assert list(judged_proposals(world.project.pk)) == []
    assert cost_of_round(unfinished)["proposals"] == 0


def test_history_and_export_name_the_model_that_a_mask_came_from(
    world: World, image: Image
) -> None:
    told = bring(world, image)
    judge(world, image, accept(Proposal.objects.get(pk=told.brought[0]), MASK))
    Image.objects.filter(pk=image.pk).update(status="done")
    review_image(image=image, reviewer=world.reviewer, verdict="reviewed", comment="")

    [revision] = Api(world.annotator).get(f"masks/{MASK}/revisions").json()["results"]
    version = cut_version(project=world.project, created_by=world.manager)
    [sample] = dataset_of(version).samples()

    assert (revision["model"], revision["bundle"]) == ("net", None)
    assert sample.annotations[0].extra["outside_model"] == "net"
    assert sample.annotations[0].predicted_iou is None


def test_a_mask_of_another_size_is_refused_and_nothing_is_proposed(
    world: World, image: Image
) -> None:
    wrong = Predicted("net", square(2, 2, size_hw=(9, 9)))

    with pytest.raises(InvalidMaskError):
        bring(world, image, *TWO, wrong)

    assert not Proposal.objects.exists()


def test_a_proposal_is_of_a_bundle_or_of_an_outside_model_and_never_of_both(
    world: World, image: Image
) -> None:
    bring(world, image)
    [of_bundle] = make_proposals(make_image(world.project, 5), make_bundle())
    model = OutsideModel.objects.get()

    for changes in ({"outside_model": model}, {"bundle": None}, {"stability": None}):
        with pytest.raises(IntegrityError, match="is_of_a_bundle"), transaction.atomic():
            Proposal.objects.filter(pk=of_bundle.pk).update(**changes)
    with pytest.raises(IntegrityError, match="is_in_no_arm"), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(arm="serving")
