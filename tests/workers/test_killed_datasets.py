"""An import, an export and a cut whose process is killed, at any point, come out the same.

The process is real, and gets SIGKILL in the middle of its work; what it held is taken over by the
next, as after the end of its lease.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now

from annotation import storage
from annotation.models import (
    Caption,
    DatasetImport,
    DatasetVersion,
    Export,
    Image,
    ImportedSample,
    Job,
    Mask,
    MaskCaption,
    Revision,
    Upload,
    VersionCut,
)
from annotation.selectors.version_criteria import Criteria
from annotation.services.exports import request_export
from annotation.services.import_batches import PER_FILE
from annotation.services.import_requests import start_import
from annotation.services.import_runs import run_import
from annotation.services.imports import fetched
from annotation.services.jobs import Claim, cancel_job, claim_job, fenced
from annotation.services.version_cuts import request_cut, run_cut
from annotation.services.versions import cut_version
from engine.datasets.choosing import Choice
from engine.datasets.files import open_source
from tests.annotation.datasets import cell, zipped
from tests.annotation.world import Api, World
from tests.workers.bringing import send, work
from tests.workers.deaths import Death, die
from workers.app import app
from workers.cut_versions import cut_version as cut_of_lease
from workers.export_version import export_version
from workers.lease import Lease, run_under_lease

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

IMAGES = 5
ONE, TWO = 1, PER_FILE + 50  # the weights of batches of so many images
DATASET = zipped("coco", *(cell(seed) for seed in range(1, IMAGES + 1)))


def claim(job_id: int) -> Claim:
    found = claim_job(job_id=job_id)
    assert found is not None
    return found


def taken_over(job_id: int) -> Job:
    """Let the lease of the dead end, and another do the job."""
    assert Job.objects.filter(pk=job_id, state="running").update(lease_until=Now()) == 1
    job = Job.objects.get(pk=job_id)
    app.tasks[job.kind](job_id=job_id)
    job.refresh_from_db()
    return job


def import_and_die(found: DatasetImport, death: Death, *, when: str, most: int) -> None:
    """Import, and die before the n-th transaction is kept, once it is, or at the n-th statement."""
    assert found.job_id is not None
    held = claim(found.job_id)

    @contextmanager
    def fence() -> Iterator[None]:
        with fenced(held):
            yield
            if when == "before it is kept":
                death.meet()

    def show(_done: int, _total: int) -> None:
        if when == "once it is kept":
            death.meet()

    def execute(run: Callable[..., object], *arguments: object) -> object:
        if when == "at a statement":
            death.meet()
        return run(*arguments)

    with fetched(Upload.objects.get(pk=found.pk)) as path, connection.execute_wrapper(execute):
        run_import(found, open_source(path), fence=fence, progress=show, most=most)


@pytest.mark.parametrize(
    ("when", "at", "most", "kept"),
    [
        *(("once it is kept", at, ONE, at) for at in range(1, IMAGES + 1)),
        # The labels' transaction comes first.
        *(("before it is kept", at, ONE, max(0, at - 2)) for at in range(1, IMAGES + 1)),
        *(("once it is kept", at, TWO, kept) for at, kept in enumerate((2, 4, 5), start=1)),
        *(("before it is kept", at, TWO, kept) for at, kept in enumerate((0, 0, 2, 4, 5), start=1)),
    ],
)
def test_an_import_that_is_killed_goes_on_exactly_and_doubles_nothing(
    world: World, when: str, at: int, most: int, kept: int
) -> None:
    found = _sent_and_started(world)

    die(partial(import_and_die, found, Death(at), when=when, most=most))

    assert came_in() == kept
    assert_all_comes_in_once(world, found)


@pytest.mark.parametrize("at", range(12, 92, 8))
def test_an_import_that_is_killed_at_any_statement_of_a_batch_goes_on_exactly(
    world: World, at: int
) -> None:
    found = _sent_and_started(world)

    die(partial(import_and_die, found, Death(at), when="at a statement", most=TWO))

    assert came_in() in {0, 2, 4}
    assert_all_comes_in_once(world, found)


def came_in() -> int:
    """Return how many images came in, each with all that belongs to it."""
    count = ImportedSample.objects.count()
    there = [each.objects.count() for each in (Image, Mask, Revision, Caption)]
    assert there == [count, 2 * count, 2 * count, count]
    return count


def assert_all_comes_in_once(world: World, found: DatasetImport) -> None:
    assert found.job_id is not None
    job = taken_over(found.job_id)

    assert (job.state, job.error) == ("succeeded", "")
    counted = Api(world.manager).get(f"dataset-imports/{found.pk}").json()["brought"]
    assert counted == {"images accepted": IMAGES, "masks": 2 * IMAGES, "captions": IMAGES}
    assert came_in() == IMAGES
    assert MaskCaption.objects.count() == IMAGES
    assert not storage.exists(storage.upload_key(found.pk))


def export_and_die(job_id: int, death: Death) -> None:
    """Export, and die at the n-th step of writing, or beside the n-th touch of the store."""
    put = storage.put_file

    def put_file(key: str, path: Path, content_type: str) -> None:
        death.meet()
        put(key, path, content_type)
        death.meet()

    lease = Lease(claim(job_id))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lease, "report", lambda *_: death.meet())
        patch.setattr(storage, "put_file", put_file)
        export_version(lease)


@pytest.mark.parametrize("at", range(1, 11))
def test_an_export_that_is_killed_has_the_same_bytes_in_the_end(world: World, at: int) -> None:
    start_import(dataset_import=_sent(world), by=world.manager)
    work()
    version = cut_version(project=world.project, created_by=world.manager)
    ask = partial(
        request_export,
        version=version,
        export_format="cvat",
        created_by=world.manager,
        choice=Choice(has_images=True),
    )
    undisturbed = ask(export_id=uuid4())
    work()
    Export.objects.update(key="")  # else nobody would write it again
    killed = ask(export_id=uuid4())

    die(partial(export_and_die, killed.job_id, Death(at)))
    before = Export.objects.get(pk=killed.pk)
    job = taken_over(killed.job_id)

    undisturbed.refresh_from_db()
    killed.refresh_from_db()
    assert before.sha256 == ""
    assert (job.state, job.attempt, job.error) == ("succeeded", 2, "")
    assert killed.sha256 == undisturbed.sha256 != ""
    assert hashlib.sha256(storage.get_bytes(killed.key)).hexdigest() == killed.sha256


def cut_and_die(job_id: int, death: Death) -> None:
    """Cut, and die at the n-th image, beside the touch of the store, or before the row is kept."""
    held = claim(job_id)
    cut = VersionCut.objects.select_related("project", "created_by").get(job=job_id)
    put = storage.put_file

    def put_file(key: str, path: Path, content_type: str) -> None:
        death.meet()
        put(key, path, content_type)
        death.meet()

    @contextmanager
    def fence() -> Iterator[None]:
        with fenced(held):
            death.meet()
            yield
            death.meet()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "put_file", put_file)
        run_cut(cut, fence=fence, progress=lambda *_: death.meet())
    death.meet()  # all is kept, and the job has not said so


@pytest.mark.parametrize("at", range(1, IMAGES + 6))
def test_a_cut_that_is_killed_is_done_once_and_is_the_same_version(world: World, at: int) -> None:
    start_import(dataset_import=_sent(world), by=world.manager)
    work()
    criteria = Criteria(drop_empty=True, val_share=0.4)
    cut = request_cut(project=world.project, criteria=criteria, created_by=world.manager)

    die(partial(cut_and_die, cut.job_id, Death(at)))
    made = DatasetVersion.objects.count()
    job = taken_over(cut.job_id)

    assert made == (1 if at == IMAGES + 5 else 0)
    assert (job.state, job.attempt, job.error) == ("succeeded", 2, "")
    assert (job.progress_done, job.progress_total) == ((0, 0) if made else (IMAGES, IMAGES))
    cut.refresh_from_db()
    [version] = DatasetVersion.objects.all()
    assert cut.version == version
    undisturbed = cut_version(project=world.project, created_by=world.manager, criteria=criteria)
    assert undisturbed == version
    manifest = storage.get_bytes(storage.version_key(version.pk))
    assert hashlib.sha256(manifest).hexdigest() == version.pk


def test_a_cut_that_is_cancelled_leaves_no_version(world: World) -> None:
    start_import(dataset_import=_sent(world), by=world.manager)
    work()
    cut = request_cut(project=world.project, created_by=world.manager)
    lease = Lease(claim(cut.job_id))
    cancel_job(job_id=cut.job_id)

    run_under_lease(lease, cut_of_lease)

    job = Job.objects.get(pk=cut.job_id)
    assert job.state == "cancelled"
    assert not DatasetVersion.objects.exists()


def _sent_and_started(world: World) -> DatasetImport:
    return start_import(dataset_import=_sent(world), by=world.manager)


def _sent(world: World) -> DatasetImport:
    return DatasetImport.objects.get(pk=send(world, DATASET))
