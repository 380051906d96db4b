"""While a person speaks their take is heard: one pass at a time, shown to them alone."""

import hashlib
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from annotation import jobs
from annotation.models import Image, Label, LiveTranscript, Recording
from annotation.selectors.live_transcripts import (
    chunks_without_gap,
    live_of,
    live_text_by_person,
)
from annotation.selectors.vocabulary import vocabulary_of
from annotation.services.consent import give_consent
from annotation.services.live_transcripts import end_hearing, save_heard
from annotation.services.recordings import save_chunk, start_recording
from annotation.services.transcripts import save_raw_transcript
from annotation.services.voices import forget_voice
from tests.annotation.world import World


@pytest.fixture
def take(world: World, image: Image) -> Recording:
    give_consent(user=world.annotator)
    return start_recording(
        recording_id=uuid4(), image=image, user=world.annotator, mime="audio/webm"
    )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Mock:
    sent = Mock()
    monkeypatch.setattr(jobs.queue, "send_task", sent)
    return sent


def speak(take: Recording, *numbers: int) -> None:
    for number in numbers:
        data = b"sound %d" % number
        save_chunk(
            recording=take,
            user=take.user,
            number=number,
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
        )


def heard(settled: str, opened: str = "") -> dict[str, Any]:
    def words(text: str) -> list[dict[str, Any]]:
        return [
            {"text": word, "start_s": 0.0, "end_s": 1.0, "probability": 0.9}
            for word in text.split()
        ]

    return {
        "settled": words(settled),
        "settled_until_s": 9.0,
        "open": words(opened),
        "dropped": [],
        "model": "test",
    }


def test_one_pass_waits_or_runs_however_many_chunks_arrive(
    take: Recording, sent: Mock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        speak(take, 0)
        assert not sent.called
        speak(take, *range(1, 20))
        assert not sent.called
    assert sent.call_count == 1

    end_hearing(recording_id=take.pk)
    with django_capture_on_commit_callbacks(execute=True):
        speak(take, *range(20, 30))

    assert sent.call_count == 2
    assert sent.call_args.kwargs["kwargs"] == {"recording_id": str(take.pk)}
    assert sent.call_args.kwargs["queue"] == "speech"


def test_a_chunk_that_is_sent_again_asks_for_nothing(
    take: Recording, sent: Mock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    speak(take, 0, 1)
    end_hearing(recording_id=take.pk)

    with django_capture_on_commit_callbacks(execute=True):
        speak(take, 1)

    assert not sent.called


def test_a_pass_that_was_lost_holds_nobody_up(
    take: Recording, sent: Mock, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    speak(take, 0, 1)
    LiveTranscript.objects.filter(recording=take).update(asked_until=Now())

    with django_capture_on_commit_callbacks(execute=True):
        speak(take, 2, 3)

    assert sent.called


def test_a_pass_that_heard_less_changes_nothing(take: Recording) -> None:
    speak(take, 0, 1)
    save_heard(recording_id=take.pk, heard=heard("a red bucket"), chunks=6)

    save_heard(recording_id=take.pk, heard=heard("a red"), chunks=4)

    live = live_of(take.pk)
    assert live is not None
    assert (live.chunks, live.heard, live.asked_until) == (6, heard("a red bucket"), None)


def test_only_the_speaker_is_shown_what_was_heard(
    take: Recording, image: Image, world: World
) -> None:
    speak(take, 0, 1)
    save_heard(recording_id=take.pk, heard=heard("a red", "bucket"), chunks=2)

    shown = live_text_by_person(image.project_id)

    text = {"recording": str(take.pk), "settled": "a red", "open": "bucket"}
    assert shown == {world.annotator.pk: [text]}
    assert live_text_by_person(image.project_id + 1) == {}


def test_what_was_heard_goes_with_the_transcript_and_with_the_voice(take: Recording) -> None:
    speak(take, 0, 1)
    save_raw_transcript(recording=take, transcript_id=uuid4(), text="", words=[], model="test")
    assert not LiveTranscript.objects.exists()

    LiveTranscript.objects.create(recording=take)
    forget_voice(take)

    assert not LiveTranscript.objects.exists()


def test_chunks_behind_a_gap_wait(take: Recording) -> None:
    speak(take, 0, 1, 3, 4)

    assert [chunk.number for chunk in chunks_without_gap(take.pk)] == [0, 1]


def test_labels_choices_and_the_settings_names_are_likely_to_be_said(
    world: World, image: Image, settings: Any
) -> None:
    settings.SPEECH_VOCABULARY = ["Anneal"]
    choice = {"choices": ["mitotic"], "deleted": False}
    gone = {"choices": ["gone"], "deleted": True}
    Label.objects.filter(pk=world.label_id).update(name="cell", attributes=[choice, gone])
    Label.objects.create(project=world.project, name="deleted", color="#000000", deleted_at=Now())

    assert vocabulary_of(image) == ["cell", "Anneal", "mitotic"]
