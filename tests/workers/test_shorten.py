"""A transcript is shortened once, by the model that is set; what it refuses is kept, too."""

from pathlib import Path
from uuid import uuid4

import pytest
import torch
from django.conf import LazySettings
from transformers import LlamaForCausalLM

from annotation import jobs
from annotation.models import Image, Job, Recording, Shortening, Transcript
from annotation.services.shortenings import ask_to_shorten
from tests.annotation.world import World
from tests.engine.captioning.tiny import make_tokenizer, tiny_llama
from workers.app import app

TEMPLATE = "{% for each in messages %}{{ each['content'] }}<|end|>{% endfor %}"


@pytest.fixture
def transcript(world: World, image: Image) -> Transcript:
    recording = Recording.objects.create(
        pk=uuid4(), image=image, user=world.annotator, mime="audio/webm"
    )
    return Transcript.objects.create(
        pk=uuid4(), recording=recording, kind="raw", text="um there is a dog on the grass"
    )


def run(world: World, transcript: Transcript) -> Job:
    ask_to_shorten(transcript=transcript, user=world.annotator)
    job = Job.objects.get(kind=jobs.SHORTEN)
    app.tasks[job.kind](job_id=job.pk)
    job.refresh_from_db()
    return job


def test_a_model_shortens_a_transcript_and_is_named(
    world: World, transcript: Transcript, settings: LazySettings, tmp_path: Path
) -> None:
    tokenizer = make_tokenizer()
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(3)
    LlamaForCausalLM(tiny_llama(tokenizer)).save_pretrained(tmp_path / "tiny")
    tokenizer.save_pretrained(tmp_path / "tiny")
    settings.CLEAN_MODEL = str(tmp_path / "tiny")

    job = run(world, transcript)

    made = Shortening.objects.get()
    assert (job.state, job.error) == ("succeeded", "")
    assert (made.transcript_id, made.maker) == (transcript.pk, "tiny, prompt 1")
    assert bool(made.text) != bool(made.refusal)


def test_a_model_that_is_not_there_fails_the_job_and_says_how_to_get_it(
    world: World, transcript: Transcript, settings: LazySettings, tmp_path: Path
) -> None:
    settings.CLEAN_MODEL = str(tmp_path)

    job = run(world, transcript)

    assert job.state == "failed"
    assert "engine.weights --captions" in job.error
