"""What happens when people, tabs and retries arrive at once. Real transactions, real threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from annotation import storage
from annotation.errors import DomainError, StaleVersionError
from annotation.jobs import IMPORT_ARCHIVE, PREPARE_IMAGES
from annotation.models import (
    Alias,
    Assignment,
    Export,
    Image,
    Job,
    Mask,
    Membership,
    Operation,
    Phrase,
    Project,
    Recording,
    Revision,
    Round,
    Upload,
)
from annotation.services.assignments import claim_image
from annotation.services.caption_proposals import propose_caption
from annotation.services.captions import Making, StaleCaptionError, save_caption
from annotation.services.comments import (
    CommentWithdrawnError,
    Place,
    add_comment,
    withdraw_comment,
)
from annotation.services.dataset_imports import begin_import, fetch_sample, import_samples
from annotation.services.draws import is_drawn_for_holdout
from annotation.services.exports import request_export
from annotation.services.given_groups import give_groups
from annotation.services.grounding import save_grounding
from annotation.services.images import add_image, add_images, store_image
from annotation.services.import_batches import Coming
from annotation.services.imported_people import withdraw_comments
from annotation.services.jobs import Claim, claim_job, enqueue_job, retry_job
from annotation.services.masks import save_operations
from annotation.services.merged_captions import OwnWords, merge_caption
from annotation.services.projects import update_project
from annotation.services.rounds import start_round
from annotation.services.seeds import Seed, seed_images
from annotation.services.settlement import settle_failures
from annotation.services.uploads import (
    UploadArrivedError,
    UploadsFullError,
    begin_upload,
    cancel_upload,
    complete_upload,
)
from annotation.services.verification import Batch, claim_proposals
from annotation.services.versions import cut_version
from annotation.services.voices import mark_voices_deleted
from engine.datasets.sample import Dataset, Sample, labels_of
from engine.speech.grounding.links import Link
from engine.speech.grounding.phrases import Phrase as Found
from tests.annotation.datasets import cell
from tests.annotation.speaking import heard, spoken
from tests.annotation.world import (
    SIZE_HW,
    World,
    create,
    make_bundle,
    make_image,
    make_proposals,
    make_user,
    make_world,
    png,
    square,
)

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")


@pytest.fixture
def world(transactional_db: None, bucket: None) -> World:
    return make_world()


def at_once(*calls: Callable[[], Result]) -> list[Result | Exception]:
    """Run the calls in as many threads, started together; an exception is a result."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result | Exception:
        barrier.wait(timeout=20)
        try:
            return call()
        except Exception as error:  # noqa: BLE001  # the caller looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _saves(image: Image, user: User, operations: list[dict[str, object]]) -> Callable[[], object]:
    return lambda: save_operations(
        image_id=image.pk, operations=operations, expected_version=0, author=user
    )


def test_p3_one_save_sent_twice_at_once_is_saved_once(world: World) -> None:
    image = make_image(world.project)
    drawn = [create()]

    first, second = at_once(*[_saves(image, world.annotator, drawn)] * 2)

    assert first == second
    assert (Mask.objects.count(), Revision.objects.count(), Operation.objects.count()) == (1, 1, 1)
    image.refresh_from_db()
    assert image.version == 1


def test_p4_of_two_saves_on_one_version_one_is_told_what_it_missed(world: World) -> None:
    image = make_image(world.project)
    mine, theirs = [create()], [create(at=(12, 2))]

    results = at_once(_saves(image, world.annotator, mine), _saves(image, world.reviewer, theirs))

    [stale] = [result for result in results if isinstance(result, StaleVersionError)]
    assert Mask.objects.count() == 1
    assert [missed["mask"] for missed in stale.extra["missed"]] == [str(Mask.objects.get().pk)]
    image.refresh_from_db()
    assert image.version == 1


def test_p5_fifty_people_who_claim_at_once_get_fifty_places_and_no_two_the_same(
    world: World,
) -> None:
    update_project(project=world.project, changes={"overlap": 2})
    world.project.refresh_from_db()
    for seed in range(20):
        make_image(world.project, seed)  # 40 places for 50 people
    people = [make_user(f"person{number}") for number in range(50)]
    Membership.objects.bulk_create(
        Membership(project=world.project, user=user, role="annotator") for user in people
    )

    waves = [people[start : start + 10] for start in range(0, 50, 10)]
    claimed = [
        result
        for wave in waves
        for result in at_once(
            *[lambda user=user: claim_image(project=world.project, user=user) for user in wave]
        )
    ]

    places = [place for place in claimed if isinstance(place, Assignment)]
    assert [result for result in claimed if isinstance(result, Exception)] == []
    assert len({place.pk for place in places}) == len(places) == 40
    assert len({(place.image_id, place.user_id) for place in places}) == 40


def test_p5_one_person_with_two_tabs_gets_one_image(world: World) -> None:
    for seed in range(4):
        make_image(world.project, seed)

    tabs = at_once(*[lambda: claim_image(project=world.project, user=world.annotator)] * 4)

    assert len({place.pk for place in tabs if isinstance(place, Assignment)}) == 1
    assert Assignment.objects.filter(state="leased").count() == 1


def test_p5_whoever_returns_to_a_lease_that_ran_out_does_not_take_it_from_who_just_got_it(
    world: World,
) -> None:
    image = make_image(world.project)
    claim_image(project=world.project, user=world.annotator)
    past = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(image=image).update(lease_until=past)
    back = partial(claim_image, project=world.project, user=world.annotator)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            taken = claim_image(project=world.project, user=world.reviewer)
            returning = pool.submit(lambda: at_once(back))
            _wait_until_somebody_waits_for_this_transaction()
        [found] = returning.result(timeout=20)

    assert (taken and taken.image_id, found) == (image.pk, None)
    assert Assignment.objects.get(image=image).user == world.reviewer


def test_where_somebody_pointed_goes_with_the_voice_also_while_it_is_being_written(
    world: World,
) -> None:
    take = spoken(world, make_image(world.project))
    transcript = heard(take)
    deleting = partial(mark_voices_deleted, Recording.objects.filter(pk=take.pk))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            save_grounding(
                transcript=transcript,
                phrases=[Found(0, 1, "it", "it", None, is_plural=False, is_definite=False)],
                links=[Link((), (5.0, 6.0), 1.0)],
                asked={0},
                rules="rules-1",
            )
            deleted = pool.submit(lambda: at_once(deleting))
            _wait_until_somebody_waits_for_this_transaction()
        assert deleted.result(timeout=20) == [1]

    assert [each.place_xy for each in Phrase.objects.all()] == [None]


def _wait_until_somebody_waits_for_this_transaction() -> None:
    deadline = monotonic() + 20
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted"
                " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")


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
            _wait_until_somebody_waits_for_this_transaction()
        assert retried.result(timeout=20) == ["refused"]

    assert not storage.exists(storage.upload_key(upload.pk))


def test_p5_people_who_verify_at_once_each_get_proposals_of_their_own(world: World) -> None:
    bundle = make_bundle()
    for seed in range(6):
        make_proposals(make_image(world.project, seed), bundle, 6)
    people = [world.manager, world.reviewer, world.annotator]

    def verifies(user: User) -> Callable[[], Batch]:
        return lambda: claim_proposals(project=world.project, user=user)

    batches = at_once(*(verifies(user) for user in people))

    given = [each.pk for batch in batches if isinstance(batch, Batch) for each in batch.proposals]
    assert [batch for batch in batches if isinstance(batch, Exception)] == []
    assert len(given) == len(set(given)) > 20  # nobody waits for who asks at the same moment
    held = Assignment.objects.filter(state="leased").values_list("image_id", flat=True)
    assert len(held) == len(set(held))


def test_two_managers_who_press_retrain_at_once_make_one_round(world: World) -> None:
    Alias.objects.create(project=world.project, name="serving", bundle=make_bundle())
    image = make_image(world.project)
    _saves(image, world.annotator, [create()])()
    Image.objects.filter(pk=image.pk).update(status="done", finished_at=timezone.now())
    start = partial(start_round, project=world.project, trigger="manual", created_by=world.manager)

    answers = at_once(start, start)

    assert sorted(type(each).__name__ for each in answers) == ["Round", "RoundRunningError"]
    assert Round.objects.count() == 1


def test_a_comment_is_either_answered_or_withdrawn(world: World) -> None:
    image, author = make_image(world.project), world.reviewer
    say = partial(add_comment, image=image, author=author, role="reviewer", text="Is this a cell?")
    comment = say(comment_id=uuid4(), place=Place())

    answered, withdrawn = at_once(
        lambda: say(comment_id=uuid4(), place=Place(answers=comment.pk)),
        lambda: withdraw_comment(comment=comment, by=author),
    )

    refusals = (isinstance(answered, CommentWithdrawnError), isinstance(withdrawn, DomainError))
    assert refusals in {(True, False), (False, True)}


def test_a_comment_that_an_undo_takes_away_is_not_answered_meanwhile_nor_the_undo_broken_off(
    world: World,
) -> None:
    """Each has one of the rows, the image's and the comment's, when it comes to the other."""
    image, author = make_image(world.project), world.reviewer
    say = partial(add_comment, image=image, author=author, role="reviewer", text="Is this a cell?")
    comment = say(comment_id=uuid4(), place=Place())
    barrier = Barrier(2)

    def answer() -> None:
        with transaction.atomic():
            say(comment_id=uuid4(), place=Place(answers=comment.pk))
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)

    def undo() -> int:
        with transaction.atomic():
            Image.objects.select_for_update().get(pk=image.pk)
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)
            return withdraw_comments(comment_ids=[comment.pk])

    answered, gone = at_once(answer, undo)

    assert (isinstance(answered, CommentWithdrawnError), gone) in {(True, 1), (False, 0)}


def test_of_people_who_answer_one_proposal_at_once_one_is_measured(world: World) -> None:
    Project.objects.filter(pk=world.project.pk).update(caption_control_share=0)
    image = make_image(world.project)
    proposal = propose_caption(image=image, bundle=make_bundle(), text="A cell.", phrases=[])
    assert proposal is not None
    calls = [
        partial(
            save_caption,
            caption_id=uuid4(),
            image=image,
            author=person,
            text="A cell.",
            making=Making(proposal=proposal.pk),
        )
        for person in (world.annotator, world.reviewer, world.manager)
    ]

    saved = at_once(*calls)

    proposal.refresh_from_db()
    assert proposal.state == "accepted"
    assert proposal.caption in saved
    assert image.captions.count() == len(calls)  # nobody's words are lost


def test_a_caption_of_a_take_is_saved_while_the_take_is_grounded(world: World) -> None:
    """Each waiting for the other would end one of them: grounding may open the image again."""
    image = make_image(world.project)
    take = spoken(world, image)
    transcript = heard(take)

    def save() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return save_caption(
            caption_id=uuid4(),
            image=image,
            author=world.annotator,
            text="A cell.",
            recording_id=take.pk,
        )

    with transaction.atomic():
        save_grounding(transcript=transcript, phrases=[], links=[], asked=[], rules="1")
        [saved] = at_once(save)

    assert image.captions.get() == saved


def test_of_people_who_add_to_one_caption_at_once_one_is_first(world: World) -> None:
    image = make_image(world.project)
    people = (world.annotator, world.reviewer, world.manager)
    calls = [
        partial(
            merge_caption,
            caption_id=uuid4(),
            image=image,
            author=person,
            base=None,
            words=[OwnWords(person.username, None)],
        )
        for person in people
    ]

    results = at_once(*calls)

    refused = [each for each in results if isinstance(each, StaleCaptionError)]
    assert len(refused) == len(people) - 1
    assert image.captions.count() == 1


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


def test_of_two_jobs_of_the_same_work_that_are_claimed_at_once_one_waits(world: World) -> None:
    args = {"project_id": world.project.pk}
    queued = [enqueue_job(kind=PREPARE_IMAGES, project=world.project, args=args) for _ in range(2)]
    barrier = Barrier(2)

    def claim(job: Job) -> Claim | None:
        with transaction.atomic():
            found = claim_job(job_id=job.pk)
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=0.5)
        return found

    claims = at_once(*(partial(claim, job) for job in queued))

    assert sorted(Job.objects.values_list("state", flat=True)) == ["queued", "running"]
    assert len([each for each in claims if each is None]) == 1


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


def test_p3_an_export_asked_for_twice_at_once_is_written_once(world: World) -> None:
    make_image(world.project, status=Image.Status.DONE)
    version = cut_version(project=world.project, created_by=world.manager)

    def ask() -> Export:
        return request_export(
            version=version, export_id=uuid4(), export_format="coco", created_by=world.manager
        )

    exports = at_once(*[ask] * 4)

    assert exports == [Export.objects.get()] * 4
