"""Transcription: what the speaker took back is not heard."""

import hashlib
from dataclasses import asdict
from uuid import uuid4

import numpy as np
import pytest

from annotation import jobs
from annotation.models import Job, LiveTranscript, Recording, Transcript
from annotation.services.audio_clock import follow_audio
from annotation.services.consent import give_consent
from annotation.services.recordings import complete_recording, save_chunk, start_recording
from engine.speech.live import Heard
from engine.speech.transcript import Audio, RawTranscript, Word
from tests.annotation.world import World, make_image
from workers import transcribe
from workers.app import app


class Listener:
    """Stands for the loaded Whisper, and remembers what it heard."""

    model = "test"

    def __init__(self) -> None:
        self.heard: Audio = np.empty(0, np.float32)

    def transcribe(self, audio: Audio, **_: object) -> RawTranscript:
        self.heard = audio
        return RawTranscript(text="a cell", words=[], dropped=[], model="test")


def test_a_stretch_that_was_taken_back_is_silence_to_the_transcriber(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.loader.import_default_modules()
    listener = Listener()
    monkeypatch.setattr(transcribe, "_transcriber", lambda: listener)
    monkeypatch.setattr(transcribe, "decode_audio", lambda _: np.ones(32_000, np.float32))
    take(world)

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)

    assert not listener.heard[8_000:16_000].any()
    assert listener.heard[:8_000].all()
    assert listener.heard[16_000:].all()


def test_words_that_were_taken_back_after_they_had_been_heard_are_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.loader.import_default_modules()
    monkeypatch.setattr(transcribe, "_transcriber", Listener)
    monkeypatch.setattr(transcribe, "decode_audio", lambda _: np.ones(32_000, np.float32))
    recording = take(world)
    words = [Word("kept", 0.1, 0.4, 0.9), Word("gone", 0.6, 0.9, 0.9)]
    heard = Heard(words, settled_until_s=1.0, open=[], dropped=[], model=Listener.model)
    LiveTranscript.objects.create(recording=recording, heard=asdict(heard), chunks=1)

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)

    said = [word["text"] for word in Transcript.objects.get(recording=recording).words]
    assert said == ["kept"]


def take(world: World) -> Recording:
    """Record two seconds, of which half a second is taken back."""
    give_consent(user=world.annotator)
    user = world.annotator
    recording = start_recording(
        recording_id=uuid4(), image=make_image(world.project), user=user, mime="audio/wav"
    )
    digest = hashlib.sha256(b"sound").hexdigest()
    save_chunk(recording=recording, user=user, number=0, data=b"sound", sha256=digest)
    complete_recording(
        recording=recording,
        user=user,
        chunks=1,
        duration_s=2,
        trace=[],
        cuts=[{"start_s": 0.5, "end_s": 1.0}],
    )
    return recording


def test_a_take_whose_clock_ran_off_its_sound_is_put_on_the_clock_of_the_sound_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.loader.import_default_modules()
    listener = Listener()
    monkeypatch.setattr(transcribe, "_transcriber", lambda: listener)
    monkeypatch.setattr(transcribe, "decode_audio", lambda _: np.ones(15 * 16_000, np.float32))
    recording = take(world)
    point = {"t": 8.0, "x": 3.0, "y": 4.0, "kind": "move"}
    cut = {"start_s": 4.0, "end_s": 8.0}
    Recording.objects.update(duration_s=16.0, trace=[point], cuts=[cut])

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)
    again = follow_audio(recording_id=recording.pk, audio_s=15.0)

    recording.refresh_from_db()
    assert again.trace == recording.trace
    assert recording.duration_s == 15
    assert recording.trace == [{**point, "t": 7.5}]
    assert recording.cuts == [{"start_s": 3.75, "end_s": 7.5}]
    assert not listener.heard[60_000:120_000].any()
    assert listener.heard[:60_000].all()
