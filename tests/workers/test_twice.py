"""Every task may run twice (DESIGN, rule 8): the second run changes nothing."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps

from annotation import jobs, storage
from annotation.models import DatasetImport, Image, Job, Transcript, Upload
from annotation.services.consent import give_consent
from annotation.services.exports import request_export
from annotation.services.import_requests import request_undo, start_import
from annotation.services.rebuilds import begin_rebuild
from annotation.services.recordings import complete_recording, save_chunk, start_recording
from annotation.services.rounds import start_round
from annotation.services.version_cuts import request_cut
from annotation.services.versions import cut_version
from annotation.services.voices import delete_own_voices
from engine.speech.clean_by_model import Shortened
from engine.speech.transcript import RawTranscript
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import World, make_image, png
from tests.engine.test_media_silenced import tone
from tests.workers.conftest import finish
from tests.workers.rebuilt import bundle_of_a_round
from workers import evaluation, shorten, transcribe
from workers.app import app

# What a second run may touch: the job's own row, and jobs that find nothing to do.
OWN = {"Job", "Session"}


class Shortener:
    """Stands for the loaded language model."""

    maker = "test"

    def __init__(self, _: object) -> None:
        pass

    def shorten(self, text: str) -> Shortened:
        return Shortened(text=text, refusal="")


class Transcriber:
    """Stands for the loaded Whisper."""

    def transcribe(self, _: object, **__: object) -> RawTranscript:
        return RawTranscript(text="a cell", words=[], dropped=[], model="test")


def prepare(world: World) -> int:
    make_image(world.project)
    args = {"project_id": world.project.pk}
    return Job.objects.create(kind=jobs.PREPARE_IMAGES, project=world.project, args=args).pk


def run_round(world: World) -> int:
    for seed in range(2):
        make_image(world.project, seed)
    run(prepare(world))
    for image in Image.objects.order_by("pk"):
        finish(world, image)
    started = start_round(project=world.project, trigger="manual", created_by=world.manager)
    assert started.job_id is not None
    return started.job_id


def rebuild_bundle(world: World) -> int:
    bundle = bundle_of_a_round(world)
    return begin_rebuild(project=world.project, bundle=bundle, by=world.manager).job_id


def import_uploads(world: World) -> int:
    upload(world, png())
    args = {"project_id": world.project.pk}
    return Job.objects.create(kind=jobs.IMPORT_UPLOADS, project=world.project, args=args).pk


def import_archive(world: World, data: bytes = b"PK\x03\x04 and no more") -> int:
    args = {"upload_id": upload(world, data)}
    return Job.objects.create(kind=jobs.IMPORT_ARCHIVE, project=world.project, args=args).pk


def upload(world: World, data: bytes) -> str:
    row = Upload.objects.create(
        pk=uuid4(),
        project=world.project,
        file_name="a file",
        bytes=len(data),
        state=Upload.State.CHECKING,
        created_by=world.manager,
    )
    storage.put_bytes(storage.upload_key(row.pk), data)
    return str(row.pk)


def check_dataset(world: World) -> int:
    samples = [cell(1), cell(2, label="nucleus", is_broken=True)]
    run(import_archive(world, zipped("coco", *samples)))
    return Job.objects.get(kind=jobs.CHECK_DATASET).pk


def import_dataset(world: World) -> int:
    run(check_dataset(world))
    started = start_import(dataset_import=DatasetImport.objects.get(), by=world.manager)
    assert started.job_id is not None
    return started.job_id


def undo_import(world: World) -> int:
    run(import_dataset(world))
    undone = request_undo(dataset_import=DatasetImport.objects.get(), by=world.manager)
    assert undone.job_id is not None
    return undone.job_id


def transcribe_take(world: World) -> int:
    give_consent(user=world.annotator)
    recording = start_recording(
        recording_id=uuid4(),
        image=make_image(world.project),
        user=world.annotator,
        mime="audio/wav",
    )
    data = tone(1.0)
    save_chunk(
        recording=recording,
        user=world.annotator,
        number=0,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    complete_recording(recording=recording, user=world.annotator, chunks=1, duration_s=1, trace=[])
    return Job.objects.get(kind=jobs.TRANSCRIBE).pk


def ground(world: World) -> int:
    run(transcribe_take(world))
    return Job.objects.get(kind=jobs.GROUND).pk


def shorten_take(world: World) -> int:
    run(transcribe_take(world))
    args = {"transcript_id": str(Transcript.objects.get().pk)}
    return Job.objects.create(kind=jobs.SHORTEN, project=world.project, args=args).pk


def cut(world: World) -> int:
    make_image(world.project, status=Image.Status.DONE)
    return request_cut(project=world.project, note="a cut", created_by=world.manager).job_id


def export(world: World) -> int:
    version = cut_version(project=world.project, created_by=world.manager)
    return request_export(
        version=version, export_id=uuid4(), export_format="coco", created_by=world.manager
    ).job_id


def delete_voices(world: World) -> int:
    transcribe_take(world)
    return delete_own_voices(user=world.annotator).pk


SCENES: dict[str, Callable[[World], int]] = {
    jobs.IMPORT_UPLOADS: import_uploads,
    jobs.IMPORT_ARCHIVE: import_archive,
    jobs.CHECK_DATASET: check_dataset,
    jobs.IMPORT_DATASET: import_dataset,
    jobs.UNDO_IMPORT: undo_import,
    jobs.PREPARE_IMAGES: prepare,
    jobs.TRANSCRIBE: transcribe_take,
    jobs.GROUND: ground,
    jobs.SHORTEN: shorten_take,
    jobs.RUN_ROUND: run_round,
    jobs.REBUILD_BUNDLE: rebuild_bundle,
    jobs.CUT_VERSION: cut,
    jobs.EXPORT_VERSION: export,
    jobs.DELETE_VOICES: delete_voices,
}


def run(job_id: int) -> Job:
    job = Job.objects.get(pk=job_id)
    app.tasks[job.kind](job_id=job_id)
    job.refresh_from_db()
    return job


def everything() -> dict[str, Any]:
    """Every row of every table but the jobs' own, and every key of the store."""
    rows: dict[str, Any] = {
        model.__name__: list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for model in apps.get_app_config("annotation").get_models()
        if model.__name__ not in OWN
    }
    return rows | {"store": sorted(storage.list_keys(""))}


SLOW = {jobs.RUN_ROUND, jobs.REBUILD_BUNDLE}


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=[pytest.mark.slow] if k in SLOW else []) for k in jobs.QUEUES]
)
def test_a_task_that_runs_twice_changes_nothing_the_second_time(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(evaluation, "MAX_CLICKS", 1)
    monkeypatch.setattr(shorten, "Shortener", Shortener)
    monkeypatch.setattr(transcribe, "_transcriber", Transcriber)
    job_id = SCENES[kind](world)

    first = run(job_id)
    assert (first.state, first.error) == ("succeeded", "")
    before = everything()
    Job.objects.filter(pk=job_id).update(state="queued")
    second = run(job_id)

    assert second.state == "succeeded"
    assert second.attempt == 2
    assert everything() == before


@pytest.mark.parametrize("name", jobs.PERIODIC)
def test_a_periodic_task_that_runs_twice_changes_nothing_the_second_time(
    world: World, name: str
) -> None:
    app.tasks[name]()
    before = everything()

    app.tasks[name]()

    assert everything() == before
