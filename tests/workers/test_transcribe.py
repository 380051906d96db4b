"""Transcription: what the speaker took back is not heard."""

import hashlib
import io
import json
import wave
from dataclasses import asdict
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.conf import LazySettings

from annotation import jobs, storage
from annotation.models import Job, LiveTranscript, Recording, Transcript
from annotation.services import scratch
from annotation.services.audio_clock import follow_audio
from annotation.services.consent import give_consent
from annotation.services.peaks import COUNT, peaks_key
from annotation.services.recordings import complete_recording, save_chunk, start_recording
from annotation.services.voices import audio_key, delete_audio
from engine.media.decoded import decode_to_file
from engine.speech.live import Heard
from engine.speech.silence import RATE_HZ
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
    listener = Listener()
    monkeypatch.setattr(transcribe, "_transcriber", lambda: listener)
    take(world)

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)

    assert not listener.heard[8_000:16_000].any()
    assert listener.heard[:8_000].all()
    assert listener.heard[16_000:].all()


def test_words_that_were_taken_back_after_they_had_been_heard_are_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcribe, "_transcriber", Listener)
    recording = take(world)
    words = [Word("kept", 0.1, 0.4, 0.9), Word("gone", 0.6, 0.9, 0.9)]
    heard = Heard(words, settled_until_s=1.0, open=[], dropped=[], model=Listener.model)
    LiveTranscript.objects.create(recording=recording, heard=asdict(heard), chunks=1)

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)

    said = [word["text"] for word in Transcript.objects.get(recording=recording).words]
    assert said == ["kept"]


def wav(seconds: int) -> bytes:
    """Make a sound that is nowhere zero."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.full(seconds * RATE_HZ, 9000, "<i2").tobytes())
    return out.getvalue()


def take(world: World, seconds: int = 2) -> Recording:
    """Record so long, of which half a second is taken back."""
    give_consent(user=world.annotator)
    user = world.annotator
    recording = start_recording(
        recording_id=uuid4(), image=make_image(world.project), user=user, mime="audio/wav"
    )
    data = wav(seconds)
    digest = hashlib.sha256(data).hexdigest()
    save_chunk(recording=recording, user=user, number=0, data=data, sha256=digest)
    complete_recording(
        recording=recording,
        user=user,
        chunks=1,
        duration_s=seconds,
        trace=[],
        cuts=[{"start_s": 0.5, "end_s": 1.0}],
    )
    return recording


def test_a_take_whose_clock_ran_off_its_sound_is_put_on_the_clock_of_the_sound_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Listener()
    monkeypatch.setattr(transcribe, "_transcriber", lambda: listener)
    recording = take(world, seconds=15)
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


def test_a_take_is_transcribed_with_its_progress_and_leaves_no_sound_on_the_disk(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    monkeypatch.setattr(scratch, "MOST_HELD_BYTES", 1)
    found: list[list[Path]] = []

    class Searching(Listener):
        def transcribe(self, audio: Audio, **options: object) -> RawTranscript:
            found.append(list(settings.SCRATCH_DIR.rglob("*")))
            return super().transcribe(audio, **options)

    monkeypatch.setattr(transcribe, "_transcriber", Searching)
    take(world, seconds=3)
    job = Job.objects.get(kind=jobs.TRANSCRIBE)

    app.tasks[jobs.TRANSCRIBE](job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.progress_done, job.progress_total) == ("succeeded", 3, 3)
    assert found == [[]]


def test_how_a_take_looks_is_kept_beside_its_audio_and_goes_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcribe, "_transcriber", Listener)
    recording = take(world)

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)

    kept = json.loads(storage.get_bytes(peaks_key(recording)))
    assert kept == {"peaks": [0.2747] * COUNT, "duration_s": 2}  # of 9000 in 32768
    delete_audio(recording)
    assert list(storage.list_keys(f"recordings/{recording.pk}/")) == []


def test_a_take_that_is_too_long_is_kept_and_told_of(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = partial(decode_to_file, max_seconds=2)
    monkeypatch.setattr(transcribe, "decode_to_file", shorter)
    recording = take(world, seconds=3)

    app.tasks[jobs.TRANSCRIBE](job_id=Job.objects.get(kind=jobs.TRANSCRIBE).pk)

    recording.refresh_from_db()
    assert recording.state == Recording.State.FAILED
    assert "longer than 2 seconds" in recording.error
    assert storage.get_bytes(audio_key(recording)) == wav(3)
