"""After "delete my recordings" no audio and no trace is found anywhere, and the texts are there."""

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO
from urllib.request import urlopen
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from annotation import jobs, storage
from annotation.export_formats import FORMATS, VOICED
from annotation.models import DatasetVersion, Image, Job, Project, Recording, Transcript
from annotation.services.consent import give_consent
from annotation.services.exports import request_export
from annotation.services.recordings import (
    complete_recording,
    join_chunks,
    remove_recording,
    save_chunk,
    start_recording,
)
from annotation.services.transcripts import correct_transcript, save_raw_transcript
from annotation.services.versions import cut_version
from annotation.services.voices import VoiceDeletedError, delete_own_voices, drop_stray_audio
from tests.annotation.world import SIZE_HW, World, make_image
from workers.app import app

CORRECTED = "A zinnober bucket on the quay."
PLACE = 1234.567891  # px; no other number looks like it


def voice_of(user: User) -> bytes:
    return f"the sound of {user.username}".encode()


def record(user: User, image: Image) -> Recording:
    """Begin a take whose one chunk has arrived."""
    give_consent(user=user)
    take = start_recording(recording_id=uuid4(), image=image, user=user, mime="audio/webm")
    voice = voice_of(user)
    save_chunk(
        recording=take, user=user, number=0, data=voice, sha256=hashlib.sha256(voice).hexdigest()
    )
    return take


def finish(take: Recording) -> None:
    """Close a take and keep its texts, as if it had been transcribed and corrected."""
    trace = [{"t": 0.5, "x": PLACE, "y": take.user_id, "kind": "move"}]
    complete_recording(recording=take, user=take.user, chunks=1, duration_s=1, trace=trace)
    join_chunks(take, BytesIO())
    save_raw_transcript(
        recording=take, transcript_id=uuid4(), text="uh a bucket", words=[], model="tiny.en"
    )
    correct_transcript(
        transcript_id=uuid4(),
        recording=take,
        author=take.user,
        text=CORRECTED,
        words=[],
        seconds=1,
    )


def ask_for(version: DatasetVersion, export_format: str, by: User) -> None:
    request_export(version=version, export_id=uuid4(), export_format=export_format, created_by=by)


def run(kind: str) -> Job:
    job = Job.objects.filter(kind=kind, state="queued").latest("pk")
    app.tasks[kind](job_id=job.pk)
    job.refresh_from_db()
    return job


def database() -> Iterator[tuple[str, bytes]]:
    """Every row of every table as text; bytes in it are hexadecimal."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT row_to_json(each)::text FROM "{table}" each')  # noqa: S608  # a table's name
            for (row,) in cursor.fetchall():
                yield table, row.encode()


def object_store(others: set[str]) -> Iterator[tuple[str, bytes]]:
    """Every object, and every file inside an export; none that other tests have left."""
    for key in set(storage.list_keys("")) - others:
        data = storage.get_bytes(key)
        yield key, data
        if key.startswith("exports/"):
            with zipfile.ZipFile(BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield f"{key}/{name}", archive.read(name)


def cached_files() -> set[str]:
    return {str(path) for path in Path(settings.SCRATCH_DIR).rglob("*") if path.is_file()}


def everything(others: set[str]) -> list[tuple[str, bytes]]:
    cached = ((name, Path(name).read_bytes()) for name in cached_files() - others)
    return [*database(), *object_store(others), *cached]


def places_of(kept: list[tuple[str, bytes]], *needles: bytes) -> set[str]:
    """Return the tables and the kinds of objects that hold one of the needles."""
    return {
        name.partition("/")[0] for name, data in kept if any(needle in data for needle in needles)
    }


def exported_trace_of(user: User) -> bytes:
    """The trace as shares of the image, as narratives have it."""
    height, width = SIZE_HW
    return f'"x":{round(PLACE / width, 4)},"y":{round(user.pk / height, 4)}'.encode()


def spellings(voice: bytes) -> tuple[bytes, bytes, bytes]:
    return voice, voice.hex().encode(), base64.b64encode(voice)


def test_no_audio_and_no_trace_is_found_and_the_corrected_text_is(world: World) -> None:
    others = cached_files() | set(storage.list_keys(""))
    Project.objects.update(listeners="manager")  # so that exports take voices along
    image, other = make_image(world.project), make_image(world.project, 1)
    speaker = world.annotator
    for place in (image, other):
        finish(record(speaker, place))
    record(speaker, image)  # still on its way
    removed = record(speaker, other)
    remove_recording(recording=removed, by=speaker, role="annotator")
    finish(record(world.reviewer, image))
    cut = cut_version(project=world.project, created_by=world.manager)
    for export_format in FORMATS:  # all are there before; those with voices are written anew
        ask_for(cut, export_format, world.manager)
        run(jobs.EXPORT_VERSION)
        ask_for(cut, export_format, world.manager)
    trace_of_speaker = f'"y": {speaker.pk},'.encode()
    before = everything(others)

    delete_own_voices(user=speaker)
    job = run(jobs.DELETE_VOICES)
    for _ in VOICED:
        assert run(jobs.EXPORT_VERSION).state == "succeeded"

    after = everything(others)
    # It finds what is there.
    assert places_of(before, *spellings(voice_of(speaker))) == {"recordings", "exports"}
    assert places_of(before, exported_trace_of(speaker)) == {"exports"}
    assert (job.state, job.progress_done, job.progress_total) == ("succeeded", 4, 4)
    assert places_of(after, *spellings(voice_of(speaker)), exported_trace_of(speaker)) == set()
    traces = [row for _, row in after if str(PLACE).encode() in row]
    assert len(traces) == 1  # the reviewer's
    assert trace_of_speaker not in traces[0]
    assert places_of(after, *spellings(voice_of(world.reviewer))) == {"recordings", "exports"}
    assert places_of(after, exported_trace_of(world.reviewer)) == {"exports"}
    assert {"annotation_transcript", "versions", "exports"} <= places_of(after, CORRECTED.encode())
    tombstones = Recording.objects.filter(user=speaker, voice_deleted_at__isnull=False)
    assert tombstones.count() == 4
    assert Transcript.objects.filter(recording__in=tombstones, kind="corrected").count() == 2


def test_audio_that_was_on_its_way_meanwhile_is_not_kept(world: World) -> None:
    take = record(world.annotator, make_image(world.project))
    delete_own_voices(user=world.annotator)
    run(jobs.DELETE_VOICES)
    # A worker that had read the chunks before stores them joined, and dies.
    storage.put_bytes(f"recordings/{take.pk}/audio", voice_of(world.annotator))
    kept = record(world.reviewer, make_image(world.project, 1))

    assert (drop_stray_audio(), drop_stray_audio()) == (1, 0)

    assert ids_in_store() & {take.pk, kept.pk} == {kept.pk}


def test_whoever_joins_chunks_of_a_voice_that_goes_meanwhile_keeps_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = record(world.annotator, make_image(world.project))
    put = storage.put_private

    def delete_then_put(key: str, file: IO[bytes], content_type: str) -> None:
        delete_own_voices(user=world.annotator)
        run(jobs.DELETE_VOICES)
        put(key, file, content_type)

    monkeypatch.setattr(storage, "put_private", delete_then_put)

    with pytest.raises(VoiceDeletedError):
        join_chunks(take, BytesIO())

    assert take.pk not in ids_in_store()


def test_what_a_browser_has_played_it_does_not_keep(world: World) -> None:
    take = record(world.annotator, make_image(world.project))
    join_chunks(take, BytesIO())

    address = storage.presign_get(f"recordings/{take.pk}/audio")

    with urlopen(address) as answer:  # noqa: S310  # the test's own store
        assert answer.headers["Cache-Control"] == "no-store"


def ids_in_store() -> set[UUID]:
    return {UUID(key.split("/")[1]) for key in storage.list_keys("recordings/")}
