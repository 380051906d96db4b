"""What happens when files and imports arrive at once. Real transactions, real threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import transaction

from annotation import storage
from annotation.jobs import IMPORT_ARCHIVE
from annotation.models import (
    Assignment,
    Image,
    Job,
    Mask,
    Revision,
    Upload,
)
from annotation.services.dataset_imports import begin_import, fetch_sample, import_samples
from annotation.services.draws import is_drawn_for_holdout
from annotation.services.given_groups import give_groups
from annotation.services.images import add_image, add_images, store_image
from annotation.services.import_batches import Coming
from annotation.services.jobs import enqueue_job, retry_job
from annotation.services.projects import update_project
from annotation.services.seeds import Seed, seed_images
from annotation.services.settlement import settle_failures
from annotation.services.uploads import (
    UploadArrivedError,
    UploadsFullError,
    begin_upload,
    cancel_upload,
    complete_upload,
)
from engine.datasets.sample import Dataset, Sample, labels_of
from tests.annotation.at_once import at_once, wait_until_somebody_waits_for_this_transaction
from tests.annotation.datasets import cell
from tests.annotation.world import (
    SIZE_HW,
    World,
    make_image,
    make_world,
    png,
    square,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None, bucket: None) -> World:
    return make_world()


def test_the_same_picture_added_at_once_is_one_image(world: World) -> None:
    add = lambda: add_image(  # noqa: E731
        project=world.project, data=png(7), file_name="7.png", created_by=world.manager
    )

    results = at_once(*[add] * 4)

    outcomes = sorted(str(getattr(result, "outcome", result)) for result in results)
    assert outcomes == ["accepted", "duplicate", "duplicate", "duplicate"]
    assert Image.objects.count() == 1
    assert Assignment.objects.count() == 1


def test_files_that_are_begun_at_once_do_not_each_take_the_last_room(
    world: World, settings: LazySettings
) -> None:
    settings.MAX_PENDING_UPLOAD_BYTES = 1000
    begin = partial(
        begin_upload,
        project=world.project,
        file_name="a.png",
        size_bytes=600,
        created_by=world.manager,
    )

    results = at_once(*(partial(begin, upload_id=uuid4()) for _ in range(4)))

    assert [type(each) for each in results].count(UploadsFullError) == 3
    assert Upload.objects.count() == 1


def test_a_file_that_is_begun_twice_at_once_is_begun_once(
    world: World, settings: LazySettings
) -> None:
    settings.MAX_PENDING_UPLOAD_BYTES = 1000
    begin = partial(
        begin_upload,
        project=world.project,
        upload_id=uuid4(),
        file_name="a.png",
        size_bytes=600,
        created_by=world.manager,
    )

    first, second = at_once(begin, begin)

    assert first == second == Upload.objects.get()


def test_a_file_is_either_cancelled_or_complete_and_then_its_bytes_are_there(world: World) -> None:
    for number in range(6):
        upload = begin_upload(
            project=world.project,
            upload_id=uuid4(),
            file_name=f"{number}.png",
            size_bytes=5,
            created_by=world.manager,
        )
        storage.put_bytes(storage.upload_key(upload.pk), b"bytes")
        complete = partial(complete_upload, upload=upload, etags={})
        cancel = partial(cancel_upload, project=world.project, upload_id=upload.pk)

        completed, cancelled = at_once(complete, cancel)

        is_there = Upload.objects.filter(pk=upload.pk, state="checking").exists()
        assert storage.exists(storage.upload_key(upload.pk)) == is_there
        assert isinstance(completed, Upload) == is_there
        assert isinstance(cancelled, UploadArrivedError) == is_there


def test_a_job_that_is_tried_again_while_its_archive_is_refused_finds_it_refused(
    world: World,
) -> None:
    """Else it would read what is being deleted."""
    upload = Upload.objects.create(
        pk=uuid4(),
        project=world.project,
        file_name="a.zip",
        bytes=1,
        state="checking",
        created_by=world.manager,
    )
    storage.put_bytes(storage.upload_key(upload.pk), b"x")
    args = {"upload_id": str(upload.pk)}
    job = enqueue_job(kind=IMPORT_ARCHIVE, project=world.project, args=args)
    Job.objects.filter(pk=job.pk).update(state="failed")

    def again() -> str:
        retry_job(job_id=job.pk)
        return Upload.objects.get(pk=upload.pk).state

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            settle_failures()
            retried = pool.submit(lambda: at_once(again))
            wait_until_somebody_waits_for_this_transaction()
        assert retried.result(timeout=20) == ["refused"]

    assert not storage.exists(storage.upload_key(upload.pk))


def test_imports_that_meet_on_the_same_images_wait_for_each_other_in_one_order(
    world: World,
) -> None:
    images = [make_image(world.project, seed) for seed in range(8)]
    seeds = [Seed(square(x, 2)) for x in (2, 9)]
    wanted = [(image, seeds) for image in images]
    orders = [wanted, wanted[::-1], wanted[4:] + wanted[:4], wanted[::2] + wanted[1::2]]

    results = at_once(*(partial(seed_images, each, author=world.manager) for each in orders))

    given = [seeded for each in results if isinstance(each, list) for seeded in each]
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sorted(len(each.brought) for each in given) == [0] * 24 + [2] * 8
    assert Mask.objects.count() == Revision.objects.count() == 16
    assert set(Image.objects.values_list("version", flat=True)) == {1}


def test_images_that_two_imports_add_at_once_are_each_one(world: World) -> None:
    store = partial(store_image, project=world.project)
    batches = [
        [store(data=png(seed), file_name=f"{seed}.png") for seed in range(4)] for _ in range(3)
    ]
    add = partial(add_images, project=world.project, created_by=world.manager)

    results = at_once(*(partial(add, stored=batch) for batch in batches))

    outcomes = [str(one.outcome) for each in results if isinstance(each, list) for one in each]
    assert sorted(outcomes) == ["accepted"] * 4 + ["duplicate"] * 8
    assert Image.objects.count() == Assignment.objects.count() == 4


def test_an_image_that_joins_a_group_while_others_get_it_lies_on_their_side(world: World) -> None:
    update_project(project=world.project, changes={"holdout_share": 0.9})
    group = next(name for name in "abc" if is_drawn_for_holdout(name, share=0.9))
    there = make_image(world.project, file_name=f"{group}_1.png", is_holdout=False)
    barrier = Barrier(2)

    def take_time(act: Callable[[], object]) -> None:
        with transaction.atomic():
            act()
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)

    def give() -> None:
        give_groups(project=world.project, group_by="{group}_{}.png", by=world.manager)

    def join() -> None:
        about: dict[str, Any] = {"project": world.project, "created_by": world.manager}
        add_image(data=png(1), file_name="later.png", group=group, **about)

    results = at_once(partial(take_time, give), partial(take_time, join))

    assert results == [None, None]
    there.refresh_from_db()
    later = Image.objects.get(file_name="later.png")
    assert later.group == group
    # Whichever was first: the group lies where that was, and what was second in it only if it may.
    assert (there.group, later.is_holdout) in {(group, False), ("", True)}
    assert not there.is_holdout


class Meeting(list[Coming]):
    """Images of a batch; after the first of them, others who are as far are waited for."""

    def __init__(self, coming: list[Coming], barrier: Barrier) -> None:
        super().__init__(coming)
        self.barrier = barrier

    def __iter__(self) -> Iterator[Coming]:
        for number, each in enumerate(super().__iter__()):
            if number == 2:  # what came before is in the database by now
                with suppress(BrokenBarrierError):
                    self.barrier.wait(timeout=0.5)
            yield each


@pytest.mark.parametrize("are_there", [True, False], ids=["images that are there", "new images"])
def test_imports_into_one_project_that_bring_images_in_opposite_orders_take_turns(
    world: World, *, are_there: bool
) -> None:
    """Each has one image, in a transaction, when it comes to the one that the other has."""
    if are_there:
        for seed in (1, 2):
            make_image(world.project, seed)
    nowhere = Sample("nowhere.png", SIZE_HW)  # has no file: what follows it is looked for anew
    dataset = Dataset(labels_of(["cell", "nucleus"]), lambda: iter([cell(1), cell(2)]))
    importing = begin_import(project=world.project, dataset=dataset, author=world.manager)
    barrier = Barrier(2)

    def bring(*samples: Sample) -> Callable[[], object]:
        coming = [fetch_sample(importing, each) for each in samples]
        return partial(import_samples, importing, Meeting(coming, barrier))

    results = at_once(bring(cell(1), nowhere, cell(2)), bring(cell(2), nowhere, cell(1)))

    assert [each for each in results if isinstance(each, Exception)] == []
    assert (Image.objects.count(), Mask.objects.count()) == (2, 4)
