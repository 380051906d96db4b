"""A transcript is linked to the masks of its image, by names and by the pointer."""

from typing import Any
from uuid import uuid4

import pytest

from annotation import jobs
from annotation.models import Image, Job, Label, Mask, Phrase, Recording, Transcript
from annotation.selectors.grounding import grounding_of
from annotation.services.grounding import decide_link
from annotation.services.seeds import Seed, seed_masks
from annotation.services.transcripts import save_raw_transcript
from engine.speech.grounding.pointer import DEFAULT_REACH
from tests.annotation.world import World, square
from workers import reach
from workers.app import app

SAID = "There is a cell beside a red bucket."


def ground(world: World, image: Image, **transcript: Any) -> Transcript:
    """Draw a cell and a nameless mask, say something, and run the job that this enqueues."""
    label = Label.objects.get(pk=world.label_id)
    seeds = [Seed(square(3, 3), label), Seed(square(20, 10))]
    seed_masks(image=image, seeds=seeds, author=world.manager)
    recording = Recording.objects.create(
        pk=uuid4(),
        image=image,
        user=world.annotator,
        mime="audio/webm",
        trace=[{"t": 0.0, "x": 30.0, "y": 2.0, "kind": "move"}],
    )
    saved = save_raw_transcript(
        recording=recording, transcript_id=uuid4(), model="test", **transcript
    )
    job = Job.objects.get(kind=jobs.GROUND)
    app.tasks[job.kind](job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("succeeded", "")
    return saved


def test_a_spoken_text_finds_its_mask_and_asks_for_the_thing_without_one(
    world: World, image: Image
) -> None:
    words = [
        {"text": word, "start_s": at / 2, "end_s": at / 2 + 0.4, "probability": None}
        for at, word in enumerate(SAID.split())
    ]

    ground(world, image, text=SAID, words=words)

    found = grounding_of(image.pk)
    cell = Mask.objects.get(image=image, head__label_id=world.label_id)
    said = {each.phrase.text: (each.masks, each.is_question) for each in found.phrases}
    assert said == {"a cell": ([str(cell.pk)], False), "a red bucket": ([], True)}
    assert Phrase.objects.get(noun="bucket").place_xy == [30.0, 2.0]
    assert found.is_waiting is False


def test_the_pointers_lead_and_lag_are_learned_from_confirmed_links(
    world: World, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "LEAST_LINKS", 2)
    words = [
        {"text": "it", "start_s": start, "end_s": start + 0.4, "probability": 0.9}
        for start in (0.0, 2.0, 4.0)
    ]
    saved = ground(world, image, text="it it it", words=words)
    cell, other = Mask.objects.filter(image=image).order_by("head__label_id")
    late = [(0.0, 1.0, 20.0), (3.0, 5.0, 5.0), (5.0, 22.0, 12.0)]  # a second after each word
    Recording.objects.update(trace=[{"t": t, "x": x, "y": y, "kind": "move"} for t, x, y in late])
    default = reach.reach_of(world.project.pk)

    for first, mask in ((1, cell), (2, other)):
        phrase = Phrase.objects.create(
            transcript=saved,
            first=first,
            end=first + 1,
            text="it",
            noun="it",
            **dict.fromkeys(["is_plural", "is_definite", "is_repeat"], False),
        )
        decide_link(
            link_id=uuid4(),
            phrase=phrase,
            author=world.annotator,
            kind="confirmed",
            masks=[mask.pk],
        )

    assert default == DEFAULT_REACH
    assert reach.reach_of(world.project.pk).lag_s > DEFAULT_REACH.lag_s


def test_a_typed_text_is_linked_by_names_and_not_by_where_the_pointer_was(
    world: World, image: Image
) -> None:
    ground(world, image, text=SAID, words=[])

    found = grounding_of(image.pk)
    assert [bool(each.masks) for each in found.phrases] == [True, False]
    assert {each.phrase.place_xy for each in found.phrases} == {None}
