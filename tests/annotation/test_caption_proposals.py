"""Captions that a model proposes: who sees them, what people make of them, and what that costs."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation import jobs
from annotation.models import (
    Alias,
    Bundle,
    Caption,
    CaptionProposal,
    Image,
    Job,
    Project,
    Recording,
)
from annotation.selectors.caption_effort import caption_efforts_of
from annotation.selectors.caption_proposals import images_to_describe
from annotation.selectors.versions import frozen_images
from annotation.services.assignments import claim_image, finish_image
from annotation.services.caption_proposals import propose_caption
from annotation.services.draws import is_drawn_for_control
from annotation.services.versions import cut_version
from engine.bundle import CAPTIONER_FILES
from engine.speech.grounding.phrases import noun_phrases
from engine.speech.grounding.tagger import tag_english
from engine.speech.transcript import Word
from tests.annotation.world import Api, World, create, make_bundle, make_image

TEXT = "Two cells beside a bubble."


@pytest.fixture
def bundle(world: World) -> Bundle:
    Project.objects.filter(pk=world.project.pk).update(caption_control_share=0)
    return make_bundle()


def propose(image: Image, bundle: Bundle, text: str = TEXT) -> CaptionProposal:
    words = [Word(word, 0, 0, 1) for word in text.split()]
    phrases = noun_phrases(words, ["cell"], tag_english)
    proposal = propose_caption(image=image, bundle=bundle, text=text, phrases=phrases)
    assert proposal is not None
    return proposal


def descriptions(api: Api, image: Image) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"images/{image.pk}/descriptions").json()
    return found


def describe(api: Api, image: Image, text: str, **more: Any) -> Any:
    body = {"id": str(uuid4()), "text": text, **more}
    return api.post(f"images/{image.pk}/captions", body)


def take(world: World, image: Image) -> Recording:
    return Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm", state="transcribed"
    )


def captioner_files(digit: str) -> dict[str, str]:
    return dict.fromkeys(CAPTIONER_FILES, digit * 64)


def finish(world: World, image: Image) -> None:
    place = claim_image(project=world.project, user=world.annotator, image_id=image.pk)
    assert place is not None
    finish_image(assignment=place, user=world.annotator, active_s=1)


def test_a_describer_is_shown_a_proposal_whose_words_name_masks(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    proposal = propose(image, bundle)
    masks = [create(label=world.label_id, at=(2 + 8 * number, 2)) for number in range(2)]
    annotator.save(image, *masks)

    found = descriptions(annotator, image)["proposal"]

    assert (found["id"], found["text"], found["bundle"]) == (str(proposal.pk), TEXT, bundle.pk)
    linked = {each["text"]: each for each in found["phrases"]}
    assert set(linked["Two cells"]["masks"]) == {mask["mask"] for mask in masks}
    assert (linked["Two cells"]["first"], linked["Two cells"]["end"]) == (0, 2)
    assert linked["a bubble"]["masks"] == []


def test_an_accepted_proposal_stays_the_models_accepted_by_a_person(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    proposal = propose(image, bundle)

    saved = describe(annotator, image, TEXT, proposal=str(proposal.pk), seconds=4.5).json()

    assert (saved["author"], saved["bundle"]) == ("annotator", bundle.pk)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.edits, proposal.words) == ("accepted", 0, 5)
    caption = Caption.objects.get()
    assert (proposal.caption, caption.proposal, caption.seconds) == (caption, proposal, 4.5)
    found = descriptions(annotator, image)
    assert found["proposal"] is None
    assert [(each["author"], each["bundle"]) for each in found["said"]] == [
        ("annotator", bundle.pk)
    ]


def test_an_edited_proposal_is_its_editors_and_the_changed_words_are_counted(
    image: Image, bundle: Bundle, annotator: Api
) -> None:
    proposal = propose(image, bundle)

    saved = describe(
        annotator, image, "Three cells beside one big bubble.", proposal=str(proposal.pk)
    ).json()

    assert saved["bundle"] is None
    proposal.refresh_from_db()
    assert (proposal.state, proposal.edits, proposal.words) == ("edited", 3, 6)


@pytest.mark.parametrize("is_spoken", [True, False])
def test_what_is_said_anew_is_measured_against_the_proposal(
    world: World, image: Image, bundle: Bundle, annotator: Api, *, is_spoken: bool
) -> None:
    proposal = propose(image, bundle)
    recording = str(take(world, image).pk) if is_spoken else None

    describe(annotator, image, "Two round cells.", recording=recording)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.edits, proposal.words) == ("respoken", 4, 3)


def test_only_the_first_caption_answers_a_proposal(
    image: Image, bundle: Bundle, annotator: Api, reviewer: Api
) -> None:
    proposal = propose(image, bundle)
    describe(annotator, image, TEXT, proposal=str(proposal.pk))

    late = describe(reviewer, image, "Two cells.", proposal=str(proposal.pk))

    assert late.status_code == 201
    proposal.refresh_from_db()
    assert (proposal.state, proposal.edits) == ("accepted", 0)


def test_the_other_arm_sees_nothing_and_is_measured_all_the_same(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    Project.objects.filter(pk=world.project.pk).update(caption_control_share=1)
    proposal = propose(image, bundle)

    shown = descriptions(annotator, image)["proposal"]
    guessed = describe(annotator, image, TEXT, proposal=str(proposal.pk))
    describe(annotator, image, TEXT, seconds=30)

    assert shown is None
    assert guessed.status_code == 400
    proposal.refresh_from_db()
    assert (proposal.is_shown, proposal.state, proposal.edits) == (False, "respoken", 0)
    assert Caption.objects.get().bundle is None


def test_the_other_arm_is_drawn_by_hash_and_only_grows_with_its_share(world: World) -> None:
    images = [f"{number:064x}" for number in range(400)]

    drawn = []
    for share in (0.2, 0.5):
        world.project.caption_control_share = share
        drawn.append({each for each in images if is_drawn_for_control(each, project=world.project)})

    assert drawn[0] < drawn[1]
    assert len(drawn[0]) / len(images) == pytest.approx(0.2, abs=0.06)


def test_nothing_is_proposed_where_it_would_sway_the_holdout_or_comes_too_late(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    blind = make_image(world.project, 1, is_holdout=True)
    spoken = make_image(world.project, 2)
    take(world, spoken)
    describe(annotator, image, "A cell.")

    made = [
        propose_caption(image=each, bundle=bundle, text=TEXT, phrases=[])
        for each in (blind, spoken, image)
    ]

    assert made == [None, None, None]
    assert not images_to_describe(world.project.pk, bundle).exists()


def test_a_newer_bundles_proposal_takes_the_place_of_one_that_nobody_has_decided(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    decided = make_image(world.project, 1)
    old = propose(decided, bundle)
    describe(annotator, decided, TEXT, proposal=str(old.pk))
    waiting = propose(image, bundle)
    newer = make_bundle("b")

    for _ in range(2):  # a task may run twice
        propose(image, newer, "Two cells.")

    states = dict(CaptionProposal.objects.values_list("pk", "state"))
    assert (states[old.pk], states[waiting.pk]) == ("accepted", "superseded")
    assert descriptions(annotator, image)["proposal"]["text"] == "Two cells."
    assert len(states) == 3


def test_a_proposal_that_was_replaced_while_a_person_read_it_is_the_one_they_answered(
    image: Image, bundle: Bundle, annotator: Api
) -> None:
    read = propose(image, bundle)
    newer = propose(image, make_bundle("b"), "Two cells.")

    describe(annotator, image, TEXT, proposal=str(read.pk))

    for proposal in (read, newer):
        proposal.refresh_from_db()
    assert (read.state, newer.state) == ("accepted", "superseded")


def test_a_proposal_is_made_anew_once_the_masks_are_finished(
    world: World, image: Image, bundle: Bundle
) -> None:
    first = propose(image, bundle)
    assert not images_to_describe(world.project.pk, bundle).exists()
    Image.objects.filter(pk=image.pk).update(finished_at=timezone.now())

    due = list(images_to_describe(world.project.pk, bundle))
    again = propose(image, bundle, "Two cells.")

    assert due == [image]
    assert (again.pk, again.text) == (first.pk, "Two cells.")
    assert not images_to_describe(world.project.pk, bundle).exists()


def test_a_round_that_leaves_the_captioner_as_it_was_proposes_no_caption_again(
    world: World, image: Image, bundle: Bundle
) -> None:
    alike, other = make_bundle("b"), make_bundle("c")
    for each, captioner in ((bundle, "1"), (alike, "1"), (other, "2")):
        each.manifest = {"files": {**captioner_files(captioner), "decoder.onnx": each.pk}}
        each.save()

    propose(image, bundle)

    due = [images_to_describe(world.project.pk, each).exists() for each in (bundle, alike, other)]
    assert due == [False, False, True]


def test_who_finishes_the_masks_of_an_image_has_its_caption_proposed(
    world: World, image: Image, bundle: Bundle
) -> None:
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    second = make_image(world.project, 1)
    waiting = Job.objects.filter(kind=jobs.PREPARE_IMAGES)
    finish(world, image)
    without_captioner = waiting.count()
    Bundle.objects.filter(pk=bundle.pk).update(manifest={"files": captioner_files("1")})

    finish(world, second)

    assert (without_captioner, waiting.count()) == (0, 1)


def test_a_captioner_with_nothing_to_say_is_not_asked_again(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    propose(image, bundle, "")

    assert descriptions(annotator, image)["proposal"] is None
    assert not images_to_describe(world.project.pk, bundle).exists()


def test_an_accepted_proposal_can_be_taken_back_and_waits_again(
    world: World, image: Image, bundle: Bundle, annotator: Api
) -> None:
    proposal = propose(image, bundle)
    caption = describe(annotator, image, TEXT, proposal=str(proposal.pk)).json()["id"]

    answers = [annotator.post(f"captions/{caption}/withdraw") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    found = descriptions(annotator, image)
    assert (found["captions"], found["said"]) == ([], [])
    assert found["proposal"]["id"] == str(proposal.pk)
    assert Caption.objects.get().withdrawn_at is not None  # what a person made stays
    assert not list(frozen_images(cut_version(project=world.project, created_by=None)))
    assert caption_efforts_of(world.project.pk) == {}


def test_a_caption_that_others_build_on_or_wrote_is_not_taken_back(
    image: Image, bundle: Bundle, annotator: Api, reviewer: Api
) -> None:
    caption = describe(annotator, image, TEXT).json()["id"]

    theirs = reviewer.post(f"captions/{caption}/withdraw")
    describe(reviewer, image, "Two cells.")
    late = annotator.post(f"captions/{caption}/withdraw")

    assert theirs.status_code == 404
    assert (late.status_code, late.json()["code"]) == (409, "caption_built_upon")


def test_a_second_describer_sees_whose_words_an_accepted_proposal_has(
    world: World, image: Image, bundle: Bundle, annotator: Api, reviewer: Api
) -> None:
    proposal = propose(image, bundle)
    describe(annotator, image, TEXT, proposal=str(proposal.pk))
    [said] = descriptions(reviewer, image)["said"]

    parts = [{"caption": said["caption"], "number": said["number"]}, {"text": "They are round."}]
    merged = reviewer.post(
        f"images/{image.pk}/captions/merge",
        {"id": str(uuid4()), "base": said["caption"], "parts": parts, "seconds": 20},
    ).json()

    assert [(each["author"], each["bundle"]) for each in merged["parts"]] == [
        ("annotator", bundle.pk),
        ("reviewer", None),
    ]
    [frozen] = frozen_images(cut_version(project=world.project, created_by=None))
    rows = {str(row["text"]): row for row in frozen.row["captions"]}
    assert rows[TEXT]["bundle"] == bundle.pk
    assert [part.get("bundle") for part in rows[merged["text"]]["parts"]] == [bundle.pk, None]  # type: ignore[attr-defined]  # JSON


@pytest.mark.parametrize(
    "odd", [{"seconds": -1}, {"seconds": 1e9}, {"proposal": str(uuid4())}, {"proposal": 3}]
)
def test_odd_makings_are_refused(image: Image, annotator: Api, odd: dict[str, Any]) -> None:
    assert describe(annotator, image, TEXT, **odd).status_code == 400
    assert not Caption.objects.exists()


def test_both_arms_of_a_bundle_stand_beside_its_round(
    world: World, bundle: Bundle, annotator: Api, manager: Api
) -> None:
    Alias.objects.create(project=world.project, name="serving", bundle=bundle)
    texts = [TEXT, "Three cells beside a bubble."]
    for seed, text in enumerate(texts):
        seen = make_image(world.project, seed)
        proposal = propose(seen, bundle)
        describe(annotator, seen, text, proposal=str(proposal.pk), seconds=10 * (seed + 1))
    Project.objects.filter(pk=world.project.pk).update(caption_control_share=1)
    unseen = make_image(world.project, 3)
    propose(unseen, bundle)
    describe(annotator, unseen, "Some cells.")
    rounds = f"projects/{world.project.pk}/rounds"

    [row] = manager.get(rounds).json()["results"]

    assert row["effort"]["masks"] == 0
    assert row["effort"]["captions"] == {
        "shown": {
            "captions": 2,
            "edits_per_100_words": pytest.approx(10),
            "seconds_per_caption": pytest.approx(15),
            "timed": 2,
            "accepted_untouched_share": 0.5,
        },
        "control": {
            "captions": 1,
            "edits_per_100_words": pytest.approx(200),
            "seconds_per_caption": None,
            "timed": 0,
            "accepted_untouched_share": None,
        },
    }


def test_the_effort_of_many_bundles_is_one_query(world: World, bundle: Bundle) -> None:
    for seed, name in enumerate("bcd"):
        propose(make_image(world.project, seed), make_bundle(name))
    author = {"author": world.annotator, "text": "A cell."}
    for proposal in CaptionProposal.objects.all():
        caption = Caption.objects.create(pk=uuid4(), image=proposal.image, **author)
        decided = {"state": "respoken", "edits": 4, "words": 2, "decided_at": timezone.now()}
        CaptionProposal.objects.filter(pk=proposal.pk).update(caption=caption, **decided)

    with CaptureQueriesContext(connection) as queries:
        efforts = caption_efforts_of(world.project.pk)

    assert len(queries) == 1
    assert {each["shown"]["edits_per_100_words"] for each in efforts.values()} == {200.0}


def test_a_manager_sets_how_many_images_are_described_without_a_proposal(
    world: World, manager: Api
) -> None:
    changed = manager.patch(f"projects/{world.project.pk}", {"caption_control_share": 0.5})

    assert changed.json()["caption_control_share"] == 0.5
