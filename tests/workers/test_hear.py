"""A take is heard while it is spoken, so that little is left to do once it is whole."""

import hashlib
import io
import wave
from uuid import uuid4

import numpy as np
import pytest

from annotation import jobs
from annotation.models import Job, LiveTranscript, Recording, Transcript
from annotation.selectors.live_transcripts import live_text_by_person
from annotation.services.consent import give_consent
from annotation.services.recordings import (
    complete_recording,
    delete_voice,
    save_chunk,
    start_recording,
)
from engine.speech.silence import RATE_HZ
from tests.annotation.world import World, make_image
from tests.engine.speaking import Listener, spoken
from workers import transcribe
from workers.app import app

PATTERN = "xxxxxxxxxx..xxxxxxxx"  # a letter a second
CHUNK_S = 2


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    listener = Listener()
    monkeypatch.setattr(transcribe, "_transcriber", lambda: listener)
    return listener


@pytest.fixture
def take(world: World) -> Recording:
    give_consent(user=world.annotator)
    image = make_image(world.project)
    return start_recording(
        recording_id=uuid4(), image=image, user=world.annotator, mime="audio/wav"
    )


def chunks() -> list[bytes]:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((spoken(PATTERN) * 32_000).astype(np.int16).tobytes())
    data, length = out.getvalue(), 2 * CHUNK_S * RATE_HZ
    ends = [44 + length * (at + 1) for at in range(len(PATTERN) // CHUNK_S)]
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def send(take: Recording, number: int, data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    save_chunk(recording=take, user=take.user, number=number, data=data, sha256=digest)


def speak(take: Recording, *, until: int) -> None:
    """Send chunks, each second one followed by a pass."""
    for number, data in enumerate(chunks()[:until]):
        send(take, number, data)
        if number % 2 == 1:
            app.tasks[jobs.HEAR](recording_id=str(take.pk))


def finish(take: Recording) -> Job:
    complete_recording(
        recording=take, user=take.user, chunks=len(chunks()), duration_s=len(PATTERN), trace=[]
    )
    job = Job.objects.get(kind=jobs.TRANSCRIBE)
    app.tasks[job.kind](job_id=job.pk)
    job.refresh_from_db()
    return job


def test_words_come_while_they_are_spoken_and_only_the_rest_is_heard_in_the_end(
    take: Recording, listener: Listener
) -> None:
    speak(take, until=len(chunks()))
    [shown] = live_text_by_person(take.image.project_id)[take.user_id]
    before_s = listener.heard_s

    job = finish(take)

    assert shown["settled"].split() == [f"w{second}" for second in range(10)]
    assert shown["open"].split()[:4] == ["w12", "w13", "w14", "w15"]
    assert (job.state, job.error) == ("succeeded", "")
    assert listener.heard_s - before_s == pytest.approx(9, abs=0.1)
    transcript = Transcript.objects.get(recording=take)
    assert transcript.text.split() == [f"w{s}" for s, mark in enumerate(PATTERN) if mark == "x"]
    assert {each["reason"] for each in transcript.dropped} == {"no speech"}
    assert not LiveTranscript.objects.exists()


def test_a_pass_that_runs_twice_hears_nothing_the_second_time(
    take: Recording, listener: Listener
) -> None:
    speak(take, until=4)
    before_s = listener.heard_s

    app.tasks[jobs.HEAR](recording_id=str(take.pk))

    assert listener.heard_s == before_s


def test_a_take_that_is_whole_or_has_no_voice_is_not_heard_any_more(
    take: Recording, listener: Listener
) -> None:
    speak(take, until=4)
    delete_voice(recording=take, by=take.user, role="annotator")
    before_s = listener.heard_s

    app.tasks[jobs.HEAR](recording_id=str(take.pk))

    assert listener.heard_s == before_s
    assert not LiveTranscript.objects.exists()


def test_a_beginning_that_holds_no_sound_yet_waits_for_the_rest(
    take: Recording, listener: Listener
) -> None:
    send(take, 0, chunks()[0][:40])
    send(take, 1, b"\0\0")

    app.tasks[jobs.HEAR](recording_id=str(take.pk))

    live = LiveTranscript.objects.get()
    assert (live.chunks, live.heard, live.asked_until) == (0, None, None)
