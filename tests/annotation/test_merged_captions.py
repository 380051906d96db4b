"""Merged captions: a second describer adds what is missing, and each keeps their words."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import Caption, Image, Recording, Transcript
from annotation.selectors.versions import frozen_images
from annotation.services.versions import cut_version
from tests.annotation.world import Api, World, make_image


def speak(image: Image, user: Any, text: str, corrected: str = "") -> Recording:
    """A transcribed take, corrected by its speaker where the correction is given."""
    take = Recording.objects.create(
        pk=uuid4(), image=image, user=user, mime="audio/webm", state="transcribed"
    )
    texts = {"recording": take, "words": []}
    Transcript.objects.create(pk=uuid4(), kind="raw", text=text, **texts)
    if corrected:
        Transcript.objects.create(
            pk=uuid4(), kind="corrected", text=corrected, author=user, **texts
        )
    return take


def descriptions(api: Api, image: Image) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"images/{image.pk}/descriptions").json()
    return found


def said(api: Api, image: Image) -> list[tuple[str | None, str]]:
    return [(each["author"], each["text"]) for each in descriptions(api, image)["said"]]


def merge(api: Api, image: Image, base: str | None, *parts: dict[str, Any]) -> Any:
    body = {"id": str(uuid4()), "base": base, "parts": list(parts)}
    return api.post(f"images/{image.pk}/captions/merge", body)


def take_over(each: dict[str, Any]) -> dict[str, Any]:
    if each["transcript"]:
        return {"transcript": each["transcript"]}
    return {"caption": each["caption"], "number": each["number"]}


def test_a_second_describer_sees_what_was_said_and_by_whom(
    world: World, image: Image, annotator: Api, reviewer: Api
) -> None:
    speak(image, world.annotator, "a red uh bucket", corrected="A red bucket.")
    speak(image, world.manager, " ")  # silence says nothing
    speak(image, world.manager, "on the quay")

    found = said(reviewer, image)

    assert found == [("annotator", "A red bucket."), ("manager", "on the quay")]


def test_a_merged_caption_keeps_who_said_what(
    world: World, image: Image, annotator: Api, reviewer: Api
) -> None:
    first = speak(image, world.annotator, "A red bucket.")
    second = speak(image, world.reviewer, "uh it is old")
    spoken, _ = descriptions(reviewer, image)["said"]

    own = {"text": "It is old.", "recording": str(second.pk)}
    saved = merge(reviewer, image, None, take_over(spoken), own, {"text": "Typed."}).json()

    assert saved["text"] == "A red bucket. It is old. Typed."
    assert [(each["author"], each["recording"], each["text"]) for each in saved["parts"]] == [
        ("annotator", str(first.pk), "A red bucket."),
        ("reviewer", str(second.pk), "It is old."),
        ("reviewer", None, "Typed."),
    ]
    assert said(annotator, image) == [
        ("annotator", "A red bucket."),
        ("reviewer", "It is old."),
        ("reviewer", "Typed."),
    ]


def test_words_are_added_to_a_caption_that_somebody_wrote_alone(
    image: Image, annotator: Api, reviewer: Api
) -> None:
    typed = {"id": str(uuid4()), "text": "A bucket."}
    annotator.post(f"images/{image.pk}/captions", typed)
    found = descriptions(reviewer, image)

    saved = merge(
        reviewer, image, found["captions"][0]["id"], take_over(found["said"][0]), {"text": "Red."}
    )

    assert saved.status_code == 201
    assert said(annotator, image) == [("annotator", "A bucket."), ("reviewer", "Red.")]
    captions = Caption.objects.filter(image=image)
    assert {each.text for each in captions} == {"A bucket.", "A bucket. Red."}  # the older stays


def test_what_is_said_after_the_caption_is_beside_it(
    world: World, image: Image, annotator: Api
) -> None:
    speak(image, world.reviewer, "left out")
    annotator.post(f"images/{image.pk}/captions", {"id": str(uuid4()), "text": "A bucket."})
    speak(image, world.reviewer, "it is red")

    found = said(annotator, image)

    assert found == [("annotator", "A bucket."), ("reviewer", "it is red")]


def test_the_descriptions_of_an_image_take_the_same_queries_for_one_take_and_for_many(
    world: World, image: Image, annotator: Api
) -> None:
    speak(image, world.annotator, "A bucket.")
    merge(annotator, image, None, {"text": "A bucket."})
    with CaptureQueriesContext(connection) as one:
        descriptions(annotator, image)
    for _ in range(5):
        speak(image, world.reviewer, "Red.")
        base = descriptions(annotator, image)["captions"][0]["id"]
        merge(annotator, image, base, {"caption": base}, {"text": "Old."})

    with CaptureQueriesContext(connection) as many:
        descriptions(annotator, image)

    assert len(many) == len(one)


def test_two_who_add_at_once_lose_nothing(image: Image, annotator: Api, reviewer: Api) -> None:
    first = merge(annotator, image, None, {"text": "A bucket."}).json()
    second = merge(reviewer, image, None, {"text": "Red."})

    assert (second.status_code, second.json()["code"]) == (409, "stale_caption")
    assert second.json()["newest"] == first["id"]
    assert said(reviewer, image) == [("annotator", "A bucket.")]


def test_p4_a_caption_written_beside_another_is_refused_and_the_first_one_stays(
    image: Image, annotator: Api, reviewer: Api
) -> None:
    path = f"images/{image.pk}/captions"
    first = {"id": str(uuid4()), "text": "A bucket.", "base": None}
    answers = [annotator.post(path, first) for _ in range(2)]

    second = reviewer.post(path, {"id": str(uuid4()), "text": "A tub.", "base": None})

    assert [answer.status_code for answer in answers] == [201, 201]
    assert (second.status_code, second.json()["code"]) == (409, "stale_caption")
    assert second.json()["newest"] == first["id"]
    assert said(reviewer, image) == [("annotator", "A bucket.")]
    upon = {"id": str(uuid4()), "text": "A tub.", "base": first["id"]}
    assert reviewer.post(path, upon).status_code == 201


def test_p3_the_same_merge_again_is_the_same_caption(image: Image, annotator: Api) -> None:
    body = {"id": str(uuid4()), "base": None, "parts": [{"text": "A bucket."}]}

    answers = [annotator.post(f"images/{image.pk}/captions/merge", body) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert Caption.objects.filter(image=image).count() == 1


def test_nobody_speaks_in_anothers_name(
    world: World, image: Image, annotator: Api, reviewer: Api
) -> None:
    take = speak(image, world.annotator, "A bucket.")
    elsewhere = make_image(world.project, 1)
    other = speak(elsewhere, world.annotator, "A boat.").transcripts.get()
    caption = merge(annotator, elsewhere, None, {"text": "A boat."}).json()["id"]

    answers = [
        merge(reviewer, image, None, part)
        for part in (
            {"text": "A tub.", "recording": str(take.pk)},
            {"transcript": str(other.pk)},
            {"caption": caption},
            {"text": "A tub.", "caption": caption},
            {},
            {"text": " "},
        )
    ]

    assert [answer.status_code for answer in answers] == [400] * len(answers)
    assert not Caption.objects.filter(image=image).exists()


def test_a_part_that_is_not_there_is_refused(image: Image, annotator: Api) -> None:
    caption = merge(annotator, image, None, {"text": "A bucket."}).json()["id"]

    answer = merge(annotator, image, caption, {"caption": caption, "number": 1})

    assert answer.status_code == 400


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "\u202edesrever", "null \\ 'x'"])
def test_words_are_kept_as_they_were_said(image: Image, annotator: Api, words: str) -> None:
    merge(annotator, image, None, {"text": words})

    assert said(annotator, image) == [("annotator", words)]


def test_a_version_tells_who_said_what_and_no_more_of_captions_that_were_not_merged(
    world: World, image: Image, annotator: Api, reviewer: Api
) -> None:
    annotator.post(f"images/{image.pk}/captions", {"id": str(uuid4()), "text": "A bucket."})
    found = descriptions(reviewer, image)
    merge(
        reviewer, image, found["captions"][0]["id"], take_over(found["said"][0]), {"text": "Red."}
    )

    [frozen] = frozen_images(cut_version(project=world.project, created_by=None))

    rows = {str(row["text"]): row for row in frozen.row["captions"]}
    assert set(rows["A bucket."]) == {"id", "recording", "text"}
    assert rows["A bucket. Red."]["parts"] == [
        {"author": "annotator", "recording": None, "text": "A bucket."},
        {"author": "reviewer", "recording": None, "text": "Red."},
    ]
