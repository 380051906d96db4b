"""Phrases and masks: rules propose, people decide, and what has no mask is asked for."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from annotation.models import Image, Job, Label, Mask, Phrase, PhraseLink, Recording, Transcript
from annotation.services.grounding import save_grounding
from annotation.services.projects import update_project
from annotation.services.recordings import delete_voice
from annotation.services.seeds import Seed, seed_masks
from annotation.services.transcripts import correct_transcript, save_raw_transcript
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as Found
from tests.annotation.world import Api, World, create, make_image, make_user, square

TEXT = "A cell and a red bucket. The bucket is left of the cell."
CELL = Found(0, 2, "A cell", "cell", None, is_plural=False, is_definite=False)
BUCKET = Found(3, 6, "a red bucket", "bucket", None, is_plural=False, is_definite=False)
AGAIN = Found(6, 8, "The bucket", "bucket", None, is_plural=False, is_definite=True)
PLACE = (5.0, 6.0)


def words(text: str = TEXT) -> list[dict[str, Any]]:
    return [
        {"text": word, "start_s": at / 2, "end_s": at / 2 + 0.4, "probability": 0.9}
        for at, word in enumerate(text.split())
    ]


@pytest.fixture
def cell(world: World, image: Image) -> str:
    """Draw the one mask of the image."""
    label = Label.objects.get(pk=world.label_id)
    seed_masks(image=image, seeds=[Seed(square(3, 3), label)], author=world.manager)
    return str(Mask.objects.get(image=image).pk)


@pytest.fixture
def transcript(world: World, image: Image) -> Transcript:
    recording = Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm"
    )
    return save_raw_transcript(
        recording=recording, transcript_id=uuid4(), text=TEXT, words=words(), model="tiny"
    )


@pytest.fixture
def grounded(transcript: Transcript, cell: str) -> Transcript:
    ground(transcript, cell)
    return transcript


def ground(transcript: Transcript, cell: str, rules: str = "rules-1") -> int:
    links = [Link((cell,), PLACE, 0.8), Link((), PLACE, 1.0), Link((), PLACE, 1.0)]
    return save_grounding(
        transcript=transcript, phrases=[CELL, BUCKET, AGAIN], links=links, asked={1}, rules=rules
    )


def shown(api: Api, image: Image) -> Any:
    return api.get(f"images/{image.pk}/grounding").json()


def decide(api: Api, phrase: int, kind: str, *masks: str, id_: str | None = None) -> Any:
    body = {"id": id_ or str(uuid4()), "kind": kind, "masks": list(masks)}
    return api.post(f"phrases/{phrase}/links", body)


def test_a_new_transcript_is_grounded_once_and_a_corrected_one_again(
    transcript: Transcript, world: World
) -> None:
    recording = transcript.recording
    corrected = uuid4()
    for _ in range(2):
        correct_transcript(
            transcript_id=corrected,
            recording=recording,
            author=world.annotator,
            text=TEXT,
            words=words(),
            seconds=3,
        )

    jobs = Job.objects.filter(kind="workers.ground").order_by("pk")
    assert [job.args["transcript_id"] for job in jobs] == [str(transcript.pk), str(corrected)]


def test_a_thing_without_a_mask_is_asked_for_once(
    annotator: Api, image: Image, grounded: Transcript, cell: str
) -> None:
    answer = shown(annotator, image)

    assert [(each["text"], each["masks"], each["is_question"]) for each in answer["phrases"]] == [
        ("A cell", [cell], False),
        ("a red bucket", [], True),
        ("The bucket", [], False),
    ]
    assert answer["phrases"][1]["place_xy"] == list(PLACE)
    assert answer["unmentioned"] == []
    assert answer["is_waiting"] is True  # the job has not run


def test_an_image_tells_whether_somebody_spoke_of_it(
    annotator: Api, image: Image, transcript: Transcript, world: World
) -> None:
    silent = make_image(world.project, 1)

    told = [annotator.get(f"images/{each.pk}").json()["has_takes"] for each in (image, silent)]

    assert told == [True, False]


def test_the_rules_run_again_add_only_what_they_say_otherwise(
    grounded: Transcript, cell: str
) -> None:
    assert ground(grounded, cell) == 0
    assert ground(grounded, str(uuid4()), "rules-2") == 1

    first = grounded.phrases.get(first=0)
    assert list(first.links.order_by("number").values_list("rules", flat=True)) == [
        "rules-1",
        "rules-2",
    ]


def test_what_a_person_said_outlives_the_rules(
    annotator: Api, image: Image, grounded: Transcript, cell: str
) -> None:
    phrase = shown(annotator, image)["phrases"][0]["id"]
    id_ = str(uuid4())

    for _ in range(2):
        assert decide(annotator, phrase, "confirmed", cell, id_=id_).status_code == 201
    assert ground(grounded, str(uuid4())) == 0

    first = shown(annotator, image)["phrases"][0]
    assert (first["kind"], first["author"], first["masks"]) == ("confirmed", "annotator", [cell])
    assert PhraseLink.objects.filter(phrase=phrase).count() == 2


def test_a_question_is_answered_by_a_mask_and_put_aside_without_one(
    annotator: Api, image: Image, grounded: Transcript, cell: str
) -> None:
    phrases = [each["id"] for each in shown(annotator, image)["phrases"]]

    decide(annotator, phrases[0], "removed")
    decide(annotator, phrases[1], "dismissed")
    asked = [each["text"] for each in shown(annotator, image)["phrases"] if each["is_question"]]
    decide(annotator, phrases[0], "confirmed", cell)
    answered = [each["text"] for each in shown(annotator, image)["phrases"] if each["is_question"]]

    assert asked == ["A cell"]
    assert answered == []


def test_a_mask_that_is_deleted_leaves_its_words_as_a_question(
    annotator: Api, image: Image, grounded: Transcript, cell: str
) -> None:
    annotator.save(image, {"id": str(uuid4()), "kind": "delete", "mask": cell})

    first = shown(annotator, image)["phrases"][0]
    assert (first["masks"], first["is_question"]) == ([], True)


def test_a_mask_that_is_drawn_where_the_pointer_was_answers_the_question(
    annotator: Api, image: Image, grounded: Transcript, cell: str
) -> None:
    elsewhere, there = str(uuid4()), str(uuid4())
    annotator.save(image, create(elsewhere, at=(20, 10)))
    before = shown(annotator, image)["phrases"][1]
    annotator.save(image, create(there, at=(3, 4)))
    after = shown(annotator, image)["phrases"][1]

    assert (before["masks"], before["is_question"]) == ([], True)
    assert (after["masks"], after["is_question"], after["kind"]) == ([there], False, "proposed")


def test_a_mask_nobody_spoke_of_is_listed_and_so_is_what_does_not_fit(
    annotator: Api, image: Image, transcript: Transcript, cell: str, world: World
) -> None:
    seeds = [Seed(square(20, 10))]
    seed_masks(image=image, seeds=seeds, author=world.manager)
    three = Found(0, 2, "three cells", "cells", 3, is_plural=True, is_definite=False)
    save_grounding(
        transcript=transcript,
        phrases=[three],
        links=[Link((cell,), None, 0.9)],
        asked=(),
        rules="rules-1",
    )

    answer = shown(annotator, image)

    [other] = Mask.objects.exclude(pk=cell)
    assert answer["unmentioned"] == [str(other.pk)]
    [found] = answer["contradictions"]
    assert (found["kind"], found["said"], found["seen"]) == ("count", "three cells", "1 mask")
    assert found["phrases"] == [answer["phrases"][0]["id"]]


def test_who_works_blind_reads_what_was_said_of_their_own_masks_alone(
    annotator: Api, reviewer: Api, world: World, image: Image, grounded: Transcript, cell: str
) -> None:
    user = make_user("other")
    world.project.memberships.create(user=user, role="annotator")
    update_project(project=world.project, changes={"overlap": 2})
    other = Api(user)
    claim = {"image": image.pk}
    for api in (annotator, other):
        assert api.post(f"projects/{world.project.pk}/claim", claim).status_code == 200
    phrase = shown(annotator, image)["phrases"][0]["id"]
    decide(annotator, phrase, "confirmed", cell)
    before = shown(other, image)
    drawn = create(label=world.label_id)
    other.save(image, drawn)

    after = shown(other, image)

    first = before["phrases"][0]
    assert (first["masks"], first["is_question"]) == ([], True)
    assert (first["kind"], first["author"], before["unmentioned"]) == ("proposed", None, [])
    assert after["phrases"][0]["masks"] == [drawn["mask"]]
    assert cell not in json.dumps([before, after])
    for api in (annotator, reviewer):
        told = shown(api, image)["phrases"][0]
        assert (told["kind"], told["masks"]) == ("confirmed", [cell])


def test_a_corrected_text_keeps_what_was_said_of_the_same_words(
    annotator: Api, image: Image, grounded: Transcript, cell: str, world: World
) -> None:
    decide(annotator, shown(annotator, image)["phrases"][1]["id"], "dismissed")
    corrected = correct_transcript(
        transcript_id=uuid4(),
        recording=grounded.recording,
        author=world.annotator,
        text=TEXT,
        words=words(),
        seconds=3,
    )
    ground(corrected, cell)

    bucket = shown(annotator, image)["phrases"][1]

    assert bucket["transcript"] == str(corrected.pk)
    assert (bucket["kind"], bucket["author"]) == ("dismissed", "annotator")


def test_links_name_masks_of_the_image_and_only_when_they_confirm(
    annotator: Api, image: Image, grounded: Transcript, cell: str, world: World
) -> None:
    phrase = shown(annotator, image)["phrases"][0]["id"]
    elsewhere = Mask.objects.create(pk=uuid4(), image=make_image(world.project, 1))

    for answer in (
        decide(annotator, phrase, "confirmed"),
        decide(annotator, phrase, "removed", cell),
        decide(annotator, phrase, "confirmed", str(elsewhere.pk)),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "masks")


def test_a_link_of_another_phrase_is_not_taken_for_this_ones(
    annotator: Api, image: Image, grounded: Transcript
) -> None:
    phrases = [each["id"] for each in shown(annotator, image)["phrases"]]
    id_ = str(uuid4())
    decide(annotator, phrases[0], "removed", id_=id_)

    answer = decide(annotator, phrases[1], "removed", id_=id_)

    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


def test_the_places_go_with_the_voice_and_the_links_stay(
    annotator: Api, image: Image, grounded: Transcript, cell: str, world: World
) -> None:
    delete_voice(recording=grounded.recording, by=world.annotator, role="annotator")

    answer = shown(annotator, image)

    assert {each["place_xy"] for each in answer["phrases"]} == {None}
    assert answer["phrases"][0]["masks"] == [cell]


def test_an_image_with_many_phrases_takes_as_many_queries_as_one_with_few(
    annotator: Api, image: Image, grounded: Transcript, django_assert_max_num_queries: Any
) -> None:
    ids = [
        Phrase.objects.create(
            transcript=grounded,
            first=100 + at,
            end=101 + at,
            text="it",
            noun="it",
            **dict.fromkeys(["is_plural", "is_definite", "is_repeat"], False),
        )
        for at in range(50)
    ]
    PhraseLink.objects.bulk_create(
        PhraseLink(pk=UUID(int=each.pk), phrase=each, number=0, kind="proposed", rules="r")
        for each in ids
    )

    with django_assert_max_num_queries(11):
        assert len(shown(annotator, image)["phrases"]) == 53
