"""A model shortens what was said when somebody asks; a person decides what becomes of it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings

from annotation import jobs
from annotation.models import Caption, Image, Job, Recording, Transcript
from annotation.services.shortenings import save_shortening
from tests.annotation.world import Api, World, make_image

LONG, SHORT = "There is a dog, a brown dog.", "There is a brown dog."


@pytest.fixture
def transcript(world: World, image: Image, settings: LazySettings, tmp_path: Path) -> Transcript:
    settings.MODELS_DIR = tmp_path
    recording = Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm"
    )
    return Transcript.objects.create(pk=uuid4(), recording=recording, kind="raw", text=LONG)


@pytest.fixture
def model(settings: LazySettings, tmp_path: Path) -> None:
    """Put what tells of a model where SmolLM2 would be."""
    folder = tmp_path / "smollm2-135m-instruct"
    folder.mkdir()
    (folder / "config.json").write_text("{}")


def told(api: Api, transcript: Transcript) -> Any:
    return api.get(f"transcripts/{transcript.pk}/shortening").json()


def ask(api: Api, transcript: Transcript) -> Any:
    return api.post(f"transcripts/{transcript.pk}/shortening")


def test_without_a_model_none_is_offered(annotator: Api, transcript: Transcript) -> None:
    refused = ask(annotator, transcript)

    assert told(annotator, transcript)["is_possible"] is False
    assert (refused.status_code, refused.json()["code"]) == (409, "no_language_model")


@pytest.mark.usefixtures("model")
def test_one_asks_once_however_often_one_asks(annotator: Api, transcript: Transcript) -> None:
    answers = [ask(annotator, transcript) for _ in range(2)]

    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].json() == {
        "is_possible": True,
        "is_running": True,
        "error": "",
        "offer": None,
    }
    [job] = Job.objects.filter(kind=jobs.SHORTEN)
    Job.objects.update(state="failed", error="no memory")
    assert told(annotator, transcript)["error"] == "no memory"
    ask(annotator, transcript)
    assert Job.objects.filter(kind=jobs.SHORTEN).exclude(pk=job.pk).count() == 1


def test_a_caption_remembers_which_shortening_it_was_begun_with(
    annotator: Api, image: Image, transcript: Transcript, world: World
) -> None:
    made = save_shortening(transcript=transcript, maker="tiny", text=SHORT, refusal="")
    again = save_shortening(transcript=transcript, maker="tiny", text="Another.", refusal="")
    body = {"id": str(uuid4()), "text": "There is a brown dog.", "shortening": str(made.pk)}

    saved = annotator.post(f"images/{image.pk}/captions", body)
    other = make_image(world.project, 1)
    elsewhere = annotator.post(f"images/{other.pk}/captions", {**body, "id": str(uuid4())})

    assert again.text == SHORT
    assert told(annotator, transcript)["offer"] == {
        "id": str(made.pk),
        "text": SHORT,
        "refusal": "",
        "maker": "tiny",
    }
    assert (saved.status_code, saved.json()["shortening"]) == (201, str(made.pk))
    assert Caption.objects.get().author == world.annotator
    assert elsewhere.status_code == 400


def test_what_the_model_would_not_offer_is_told_and_begins_no_caption(
    annotator: Api, image: Image, transcript: Transcript
) -> None:
    made = save_shortening(transcript=transcript, maker="tiny", text="", refusal="It lost all.")
    body = {"id": str(uuid4()), "text": "A dog.", "shortening": str(made.pk)}

    assert told(annotator, transcript)["offer"]["refusal"] == "It lost all."
    assert annotator.post(f"images/{image.pk}/captions", body).status_code == 400
